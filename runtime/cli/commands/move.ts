// dicomrun move STUDY_UID --to AET: C-MOVE of a study, a series or an instance.
import { DicomRunError, ExitCode } from '../../errors.ts';
import { splitHostPort } from '../argv.ts';
import type { DefineCommand } from '../command.ts';
import { readDurationMs } from '../flag-values.ts';
import { answerText } from '../wire/answer-text.ts';
import { addPeerFlags, choosePeer, limitsOf } from '../wire/peer-flags.ts';

interface MoveFlags {
  readonly to?: string;
  readonly aem?: string;
  readonly series?: string;
  readonly instance?: string;
  readonly timeout: string;
}

export const define: DefineCommand = (command, { terminal, exit }) => {
  command
    .argument('<study>', 'Study Instance UID')
    .argument('[host]', 'dcmtk style: host')
    .argument('[port]', 'dcmtk style: port')
    .option('--to <aet>', 'AE title of the destination, as the peer knows it')
    .option('--aem <aet>', 'the same (dcmtk: -aem)')
    .option('--series <uid>', 'only this series')
    .option('--instance <uid>', 'only this SOP instance (with --series)');
  addPeerFlags(command);
  command.action(async (_study: string, _host: string, _port: string, flags: MoveFlags) => {
    const { words, ...where } = splitHostPort(command.args, (word) => word === command.args[0]);
    const [study = ''] = words;
    const destination = flags.to ?? flags.aem;
    if (destination === undefined) {
      throw new DicomRunError(ExitCode.CONFIG, {
        code: 'CONFIG_DESTINATION',
        message: 'the destination is missing',
        hint: '--to AET: an AE title that the peer knows and can send to',
      });
    }
    const { peer } = await choosePeer(command, terminal, where);
    const { runMove } = await import('../wire/move.ts');
    const timeouts = limitsOf(readDurationMs('--timeout', flags.timeout));
    const { completed, failed, warning, status, errorComment } = await runMove(
      peer,
      { study, series: flags.series, instance: flags.instance, destination },
      timeouts,
      (text) => terminal.err(text),
    );
    const { text, hint } = answerText('C-MOVE', status, errorComment);
    const counts = `${Math.max(0, completed)} completed, ${Math.max(0, failed)} failed, ${Math.max(0, warning)} with warnings`;
    terminal.out(`${counts}; status ${text}\n`);
    if (hint !== undefined) terminal.err(`  ${terminal.style('cyan', 'try:')} ${hint}\n`);
    exit(status === 0 ? ExitCode.OK : ExitCode.THRESHOLDS);
  });
};
