// Reads a dicomrun.config.ts (or .js, .json): bundles it and evaluates it once, on the main thread.
// Configuration is the user's own program, like any tool's configuration file: not sandboxed.
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire, isBuiltin } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { bundle, type Plugin } from './bundle.ts';
import { BundleError } from './problem.ts';
import { GUEST_FILE, stackMapper } from './stack.ts';

/** In this order of preference. */
export const CONFIG_FILES = ['dicomrun.config.ts', 'dicomrun.config.js', 'dicomrun.config.json'];

/** The configuration file that rules a folder: in it or in the nearest folder above, or null. */
export function findConfigFile(folder: string): string | null {
  for (const name of CONFIG_FILES) {
    const file = join(folder, name);
    if (existsSync(file)) return file;
  }
  const above = dirname(resolve(folder));
  return above === resolve(folder) ? null : findConfigFile(above);
}

/**
 * The value a configuration file exports by default.
 *
 * @param file absolute path
 * @param cwd what paths in messages are relative to; default: the file's folder
 * @throws {BundleError} `CONFIG_FILE` when it does not build, throws, has no default export, or is
 *   not valid JSON
 */
export async function loadConfigFile(file: string, cwd?: string): Promise<unknown> {
  const base = cwd ?? dirname(file);
  if (file.endsWith('.json')) return readJson(file);
  const { js, map } = await bundle({
    entry: file,
    base,
    format: 'esm',
    platform: 'node',
    plugins: [packagesStayOutside(file)],
  }).catch((error: unknown) => {
    throw error instanceof BundleError ? ofConfig(error) : error;
  });
  const url = `data:text/javascript;base64,${Buffer.from(js).toString('base64')}`;
  const module = await (import(url) as Promise<Record<string, unknown>>).catch((error: unknown) => {
    throw thrown(file, url, map, error);
  });
  if (!('default' in module)) {
    throw problem(file, 'has no default export', 'write: export default { … }');
  }
  return module.default;
}

async function readJson(file: string): Promise<unknown> {
  const text = (await readFile(file, 'utf8')).replace(/^\ufeff/, '');
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw problem(
      file,
      `is not valid JSON: ${(error as Error).message}`,
      'check commas and quotes',
    );
  }
}

/** Packages are not bundled: Node loads them from where the configuration stands. */
function packagesStayOutside(file: string): Plugin {
  const { resolve: resolveFrom } = createRequire(file);
  return {
    name: 'packages-stay-outside',
    setup(build) {
      build.onResolve({ filter: /^[^./]/ }, ({ path, kind }) => {
        if (kind === 'entry-point') return undefined;
        if (isBuiltin(path)) return { path, external: true };
        try {
          return { path: pathToFileURL(resolveFrom(path)).href, external: true };
        } catch {
          return undefined; // esbuild says it better, with the author's line
        }
      });
    },
  };
}

function thrown(file: string, url: string, map: string, error: unknown): BundleError {
  const { name, message, stack } = error instanceof Error ? error : new Error(String(error));
  const guest = (stack ?? '').replaceAll(url, GUEST_FILE);
  const { where, source } = stackMapper(map)(guest);
  return new BundleError([
    {
      code: 'CONFIG_FILE',
      message: `${file}: ${name}: ${message}`,
      hint: 'the file is run once, before anything else',
      ...(where && { where }),
      ...(source && { frame: source }),
    },
  ]);
}

/** What does not build is a fault of the configuration here, not of a script. */
function ofConfig({ problems }: BundleError): BundleError {
  return new BundleError(problems.map((one) => ({ ...one, code: 'CONFIG_FILE' })));
}

function problem(file: string, what: string, hint: string): BundleError {
  return new BundleError([{ code: 'CONFIG_FILE', message: `${file}: ${what}`, hint }]);
}
