// The prelude: api/ as one string, evaluated once in the sandbox of every worker thread.
import { existsSync } from 'node:fs';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { INTRINSICS } from '../api/abi.ts';
import { bundle } from './bundle.ts';

const here = fileURLToPath(import.meta.url);
/** True when this runs from the sources (tests) and not from the built package. */
const fromSource = extname(here) === '.ts';

/**
 * Bundles `api/prelude.ts`. The result is one expression: evaluated, it yields the module's exports.
 * It has no `require`, no Node built-in, and names no file of the machine.
 */
export async function bundlePrelude(): Promise<string> {
  const api = join(dirname(here), '..', 'api');
  const bound = INTRINSICS.join(',');
  const { js } = await bundle({
    entry: join(api, fromSource ? 'prelude.ts' : 'prelude.js'),
    base: api,
    format: 'cjs',
    platform: 'neutral',
    banner: `(function(${bound}){"use strict";var module={exports:{}},exports=module.exports;`,
    footer: `;return module.exports;})(${bound})`,
  });
  return js;
}

/**
 * The file that holds the prelude. The build writes it; where it is missing it is made now, and
 * from the sources it is always made anew, so that no test sees an old one.
 */
export async function preludeFile(): Promise<string> {
  if (!fromSource) {
    const built = join(dirname(here), '..', 'prelude.js');
    return existsSync(built) ? built : writePrelude(built);
  }
  return writePrelude(join(dirname(here), '..', 'dist', 'prelude.dev.js'));
}

/** Bundles the prelude into a file; a reader never sees half of it. */
export async function writePrelude(file: string): Promise<string> {
  const js = await bundlePrelude();
  await mkdir(dirname(file), { recursive: true });
  const partial = `${file}.${process.pid}.tmp`;
  await writeFile(partial, js);
  await rename(partial, file);
  return file;
}
