// `--out ./my-output.ts`: the kind; what it does is in custom.ts.
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { DicomRunError, ExitCode } from '../errors.ts';
import type { OutputKind } from './kind.ts';

/** A file of the user stands alone, without a name and `=`. */
export const MODULE_FILE = /^[^=]+\.(ts|mts|js|mjs)$/;

export const moduleOutput: OutputKind = {
  kind: 'module',
  help: './my-output.ts',
  parse: (to) => ({ kind: 'module', to, options: {} }),
  open: async ({ config, folder, first, warn, sampleLog, loadModule }) => {
    const { createCustomOutput } = await import('./custom.ts');
    mustBeThere(config.to);
    const module = { default: await loadModule(resolve(config.to)) };
    const place = { file: config.to, module, run: first, dir: folder };
    return createCustomOutput({ ...place, onMessage: warn, sampleLog });
  },
};

function mustBeThere(file: string): void {
  if (existsSync(resolve(file))) return;
  throw new DicomRunError(ExitCode.CONFIG, {
    code: 'CONFIG_OUTPUT',
    message: `flag --out: the output "${file}" does not exist`,
    hint: 'check the path; `dicomrun help outputs` shows how one is written',
  });
}
