// dicomrun tags: changes elements of files in place, and nothing else of them.
import { DicomRunError, ExitCode } from '../../errors.ts';
import type { Edits, EditValue } from '../../dicom/edit/edits.ts';
import type { FileReport } from '../../dicom/file/update-tags.ts';
import type { Command } from 'commander';
import type { DefineCommand } from '../command.ts';
import {
  type AnonymiseFlags,
  anonymiseOptions,
  CLEAN_NAMES,
  RETAIN_NAMES,
} from '../data/anonymise-flags.ts';
import { differenceText } from '../data/difference-text.ts';
import { plural } from '../../metrics/numbers.ts';
import { Progress } from '../progress.ts';
import { printable } from '../problem-text.ts';
import { collect } from '../flags/given-flags.ts';

interface TagFlags extends AnonymiseFlags {
  readonly set?: readonly string[];
  readonly remove?: readonly string[];
  readonly bad?: boolean;
  readonly remapUids?: string;
  readonly dryRun?: boolean;
  readonly verbose?: boolean;
}

export const define: DefineCommand = (command, { terminal, exit }) => {
  addFlags(command).action(async (paths: string[], flags: TagFlags) => {
    const anonymise = anonymiseOptions(flags);
    mustChange(flags);
    const { updateTags } = await import('../../dicom/file/update-tags.ts');
    const progress = new Progress(terminal, 'files');
    const result = await updateTags({
      paths,
      base: terminal.cwd,
      set: editsOf(flags),
      remove: flags.remove ?? [],
      ...(flags.remapUids === undefined ? {} : { remapUids: flags.remapUids }),
      ...(anonymise === null ? {} : { anonymise }),
      dryRun: flags.dryRun === true,
      onFile: (report, done, total) => {
        const lines = reportLines(report, flags.verbose === true || flags.dryRun === true);
        if (lines.length > 0) progress.erase();
        terminal.err(lines.map((line) => `${printable(line)}\n`).join(''));
        progress.show(done, total);
      },
    }).finally(() => progress.erase());
    const { changed, unchanged, skipped, failed } = result;
    if (skipped > 0 && changed + unchanged + failed === 0) throw noInstance(skipped);
    const word = flags.dryRun === true ? 'would change' : 'changed';
    terminal.out(
      `${changed} ${word}, ${unchanged} unchanged, ${skipped} skipped, ${failed} failed\n`,
    );
    exit(failed > 0 ? ExitCode.THRESHOLDS : ExitCode.OK);
  });
};

function addFlags(command: Command): Command {
  return command
    .argument('<paths...>', 'files, folders, patterns')
    .option('--set <keyword=value>', 'keyword, ggggeeee or path; repeatable', collect)
    .option('--bad', 'with --set: also values that their VR forbids (PS3.5 Table 6.2-1)')
    .option('--remove <keyword>', 'repeatable', collect)
    .option('--remap-uids <seed>', 'new UIDs that fit together; equal seeds give equal UIDs')
    .option('--anonymise', 'take out what identifies a person (PS3.15 Annex E)')
    .option('--retain <list>', `with --anonymise, what stays: ${RETAIN_NAMES}`)
    .option('--clean <list>', `with --anonymise, text kept without names: ${CLEAN_NAMES}`)
    .option('--salt <text>', 'with --anonymise: equal salts give equal new UIDs')
    .option('--dry-run', 'only say what would change')
    .option('--verbose', 'every difference');
}

function noInstance(files: number): DicomRunError {
  return new DicomRunError(ExitCode.CONFIG, {
    code: 'DATA_NO_FILES',
    message: `no DICOM instance among ${plural(files, 'file')}: nothing was changed`,
    hint: 'files need a preamble and DICM (PS3.10 §7.1); `dicomrun dump FILE` shows what one is',
  });
}

function mustChange(flags: TagFlags): void {
  if (['set', 'remove', 'remapUids', 'anonymise'].some((key) => key in flags)) return;
  throw new DicomRunError(ExitCode.CONFIG, {
    code: 'CONFIG_NO_EDITS',
    message: 'nothing to change was named',
    hint: "e.g. --set StudyDescription='GI Endoscopy' --dry-run",
  });
}

function editsOf({ set = [], bad = false }: TagFlags): Edits {
  return Object.fromEntries(set.map((text) => pairOf(text, bad)));
}

function pairOf(text: string, bad: boolean): readonly [string, EditValue] {
  const [, key = '', value] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
  if (value !== undefined) return [key, bad ? { value, bad } : value];
  throw new DicomRunError(ExitCode.CONFIG, {
    code: 'CONFIG_VALUE',
    message: `flag --set: must be KEYWORD=VALUE, got "${text}"`,
    hint: 'e.g. --set PatientID=TEST; --set PatientID= empties it',
  });
}

function reportLines({ path, outcome, reason, differences }: FileReport, all: boolean): string[] {
  if (outcome === 'skipped' || outcome === 'failed') return [`${outcome}: ${path}: ${reason}`];
  if (!all || outcome === 'unchanged') return [];
  return [path, ...differences.map((difference) => `  ${differenceText(difference)}`)];
}
