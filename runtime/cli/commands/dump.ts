// dicomrun dump: a file as text, or the differences of two files or folders.
import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { DicomRunError, ExitCode } from '../../errors.ts';
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
    .argument('<path>', 'file; a folder: what kinds of instances are in it')
    .option('--diff <path>', 'compare with this file or folder, instance by instance')
    .option('--json', 'differences as JSON')
    .action(async (path: string, flags: DumpFlags) => {
      const { diffFiles, dumpFile } = await import('../../dicom/file/compare-files.ts');
      const { initializeCodecs } = await import('../../dicom/pixels/codecs.ts');
      const first = resolve(terminal.cwd, path);
      if (flags.diff === undefined) {
        if (statSync(first, { throwIfNoEntry: false })?.isDirectory() === true) {
          const { inventory } = await import('../data/inventory.ts');
          terminal.out(
            inventory(first)
              .map((line) => `${printable(line)}\n`)
              .join(''),
          );
          return;
        }
        const { lines, damaged } = dumpFile(first);
        terminal.out(lines.map((line) => `${printable(line)}\n`).join(''));
        if (damaged > 0) throw damagedFile(path, damaged);
        return;
      }
      await initializeCodecs();
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

function damagedFile(path: string, places: number): DicomRunError {
  return new DicomRunError(ExitCode.CONFIG, {
    code: 'DATA_MALFORMED',
    message: `${path}: ${places} ${places === 1 ? 'place' : 'places'} cannot be read (lines with !)`,
    hint: 'the file is truncated or corrupt, or not in the transfer syntax it says',
  });
}

const PIXELS_TEXT = {
  changed: '~ PixelData',
  incomparable:
    '? PixelData: not comparable, compressed in a way that loses or that is not known here',
};

function isSame({ diff, missing }: FileDiff): boolean {
  return missing === null && diff?.differences.length === 0 && diff.pixels !== 'changed';
}

function diffText(different: readonly FileDiff[], all: number): string {
  const lines = different.flatMap(({ name, diff, missing }) => {
    if (missing !== null) return [`${printable(name)}: not in the ${missing}`];
    const details = (diff?.differences ?? []).map((one) => `  ${printable(differenceText(one))}`);
    if (diff !== null && diff.pixels !== 'same') details.push(`  ${PIXELS_TEXT[diff.pixels]}`);
    return [printable(name), ...details];
  });
  return `${[...lines, `${different.length} of ${all} differ`].join('\n')}\n`;
}
