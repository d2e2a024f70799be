// dicomrun generate: synthetic studies as files.
import type { GenerateFlags } from '../data/generate-request.ts';
import { bytes as sizeText, plural } from '../../metrics/numbers.ts';
import { Progress } from '../progress.ts';
import { DicomRunError, ExitCode } from '../../errors.ts';
import type { DefineCommand } from '../command.ts';
import { untilStopped } from '../until-signal.ts';

export const define: DefineCommand = (command, { terminal }) => {
  command
    .argument('[folder]', 'folder to write to')
    .option('--out <dir>', 'the same')
    .option(
      '--modality <code>',
      'CT (default), CR, DX, MR, US, MG, XA, RF, ES, OP, OPT, OPV, NM, PT, SM, SC, SR, KO, PR',
    )
    .option('--size <size>', 'KB005 … MB10, or bytes of the data set: 512KB')
    .option('--rows <n>', 'rows of the image')
    .option('--columns <n>', 'columns of the image')
    .option('--frames <n>', 'frames of the image (US, ES, XA, RF, NM, OP, OPT, SM, SC)')
    .option('--studies <n>', 'studies', '1')
    .option('--series <n>', 'series per study', '1')
    .option('--count <n>', 'images per series', '1')
    .option('--transfer-syntax <name>', 'UID or short name (default: explicit little endian)')
    .option('--seed <n>', 'equal seeds give equal files', '1')
    .action(
      async (folder: string | undefined, given: Omit<GenerateFlags, 'out'> & { out?: string }) => {
        const flags = { ...given, out: folderOf(folder ?? given.out) };
        const [{ generateFiles }, { generateRequest }] = await Promise.all([
          import('../../dicom/synthetic/generate.ts'),
          import('../data/generate-request.ts'),
        ]);
        const request = generateRequest(flags, terminal.cwd);
        const progress = new Progress(terminal, 'files');
        await untilStopped(terminal, async (interrupted) => {
          const wish = { ...request, onProgress: progress.show, interrupted };
          const { files, bytes } = await generateFiles(wish).finally(() => progress.erase());
          terminal.out(`${plural(files, 'file')}, ${sizeText(bytes)}, in ${flags.out}\n`);
        });
      },
    );
};

function folderOf(given: string | undefined): string {
  if (given !== undefined) return given;
  throw new DicomRunError(ExitCode.CONFIG, {
    code: 'CONFIG_FOLDER',
    message: 'the folder to write to is missing',
    hint: 'dicomrun generate ./samples --modality CT --count 10',
  });
}
