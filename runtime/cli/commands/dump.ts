// dicomrun dump: a file as text, or the differences of two files or folders.
import { resolve } from 'node:path';
import { ExitCode } from '../../errors.ts';
import type { FileDiff } from '../../dicom/file/compare-files.ts';
import type { DefineCommand } from '../command.ts';
import { differenceText } from '../data/difference-text.ts';
import { Progress } from '../progress.ts';
import { printable } from '../problem-text.ts';

interface DumpFlags {
  readonly diff?: string;
  readonly json?: boolean;
}

export const define: DefineCommand = (command, { terminal, exit }) => {
  command
    .argument('<path>', 'file; with --diff also a folder')
    .option('--diff <path>', 'compare with this file or folder, instance by instance')
    .option('--json', 'differences as JSON')
    .action(async (path: string, flags: DumpFlags) => {
      const { diffFiles, dumpFile } = await import('../../dicom/file/compare-files.ts');
      const first = resolve(terminal.cwd, path);
      if (flags.diff === undefined) {
        terminal.out(
          dumpFile(first)
            .map((line) => `${printable(line)}\n`)
            .join(''),
        );
        return;
      }
      const progress = new Progress(terminal, 'files');
      const second = resolve(terminal.cwd, flags.diff);
      const diffs = diffFiles(first, second, {}, progress.show);
      progress.erase();
      const different = diffs.filter((one) => !isSame(one));
      if (flags.json === true) terminal.out(`${JSON.stringify(different, null, 2)}\n`);
      else terminal.out(diffText(different, diffs.length));
      // As diff(1): 1 would be a failure of ours; 99 says "not as it should be" everywhere.
      exit(different.length === 0 ? ExitCode.OK : ExitCode.THRESHOLDS);
    });
};

function isSame({ diff, missing }: FileDiff): boolean {
  return missing === null && diff !== null && diff.differences.length === 0;
}

function diffText(different: readonly FileDiff[], all: number): string {
  const lines = different.flatMap(({ name, diff, missing }) => {
    if (missing !== null) return [`${printable(name)}: not in the ${missing}`];
    const details = (diff?.differences ?? []).map((one) => `  ${printable(differenceText(one))}`);
    return [printable(name), ...details];
  });
  return `${[...lines, `${different.length} of ${all} differ`].join('\n')}\n`;
}
