// dicomrun ledger DIR: what a run sent, as UIDs: to clean up an archive, or to look something up.
import { DicomRunError, ExitCode } from '../../errors.ts';
import type { LedgerContents } from '../data/ledger.ts';
import { plural } from '../../metrics/numbers.ts';
import type { DefineCommand } from '../command.ts';
import { runFolder } from '../data/run-folder.ts';

interface LedgerFlags {
  readonly missing?: boolean;
  readonly studies?: boolean;
  readonly instances?: boolean;
  readonly files?: boolean;
  readonly find?: string;
}

export const define: DefineCommand = (command, { terminal, exit }) => {
  command
    .argument('<dir>', 'folder of a run, or last')
    .option('--studies', 'all Study Instance UIDs, one a line')
    .option('--instances', 'SOP Instance UIDs, where the run kept them (--ledger instances)')
    .option('--missing', 'SOP Instance UIDs that were accepted and did not arrive')
    .option('--files', 'with --missing: the files they were read from instead')
    .option(
      '--find <uid>',
      'was this study or instance (or its end, …0001) sent by the run? exit 99 if not',
    )
    .action(async (dir: string, flags: LedgerFlags) => {
      const { readLedger } = await import('../data/ledger.ts');
      const ledger = await readLedger(runFolder(dir, terminal), terminal.cwd);
      if (flags.find !== undefined) {
        const found = ledger.has(flags.find);
        terminal.out(`${flags.find} was ${found ? '' : 'not '}sent by this run\n`);
        return exit(found ? ExitCode.OK : ExitCode.THRESHOLDS);
      }
      const lines = wanted(flags, ledger);
      if (lines !== null) return terminal.out(lines.map((uid) => `${uid}\n`).join(''));
      const { studies, instances, unanswered, missing } = ledger;
      const open = unanswered === 0 ? '' : `, ${unanswered} more not answered`;
      const sent = `${plural(studies.length, 'study', 'studies')}, ${plural(instances, 'instance')}${open}`;
      terminal.out(`${sent}, ${missing.length} missing\n`);
    });
};

function wanted(flags: LedgerFlags, ledger: LedgerContents): readonly string[] | null {
  if (flags.files === true && flags.missing !== true) {
    const message = '--files goes with --missing';
    const hint = 'dicomrun ledger DIR --missing --files';
    throw new DicomRunError(ExitCode.CONFIG, { code: 'CONFIG_LEDGER', message, hint });
  }
  if (flags.missing === true) return flags.files === true ? ledger.missingFiles : ledger.missing;
  if (flags.studies === true) return ledger.studies;
  if (flags.instances !== true) return null;
  if (ledger.uids.length > 0 || ledger.instances === 0) return ledger.uids;
  throw new DicomRunError(ExitCode.CONFIG, {
    code: 'CONFIG_LEDGER',
    message: 'this run kept its studies only',
    hint: 'run with --ledger instances to keep every SOP Instance UID',
  });
}
