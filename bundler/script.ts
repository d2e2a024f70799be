// From a script file to one string of CommonJS and its source map, in memory.
import { stat } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import { bundle, type Bundle, type Plugin } from './bundle.ts';
import { refusalOf, SERVED, TYPES_ONLY } from './modules.ts';
import { BundleError, type BundleProblem } from './problem.ts';

export interface ScriptBundle extends Bundle {
  /** Absolute path of the script. */
  readonly file: string;
  /** Absolute path of its folder: what `open()` and `files()` are relative to. */
  readonly folder: string;
}

/**
 * Bundles a script and everything it imports. `dicom`, `k6` and `k6/*` stay `require` calls, served
 * by the sandbox; Node built-ins, k6's HTTP and browser modules and URLs are refused with the
 * author's line and what to use instead.
 *
 * @param file the script, relative to `cwd` or absolute
 * @param cwd what paths in messages and stacks are relative to; default: the script's folder
 * @throws {BundleError} `CONFIG_SCRIPT_MISSING`, or `BUNDLE_*`
 */
export async function bundleScript(file: string, cwd?: string): Promise<ScriptBundle> {
  const path = resolve(cwd ?? '.', file);
  await mustBeFile(path, file);
  const folder = dirname(path);
  const made = await bundle({
    entry: path,
    base: cwd === undefined ? folder : resolve(cwd),
    format: 'cjs',
    platform: 'neutral',
    plugins: [guard(servedBySandbox)],
    define: PER_VU,
  });
  return { ...made, file: path, folder };
}

/** k6's globals that differ between VUs or iterations; the wrapper of each instance has `__vu__`. */
const PER_VU = { __VU: '__vu__.id', __ITER: '__vu__.iter', __ENV: '__vu__.env' };

async function mustBeFile(path: string, asGiven: string): Promise<void> {
  const found = await stat(path).catch(() => null);
  if (found?.isFile()) return;
  const problem: BundleProblem = found
    ? {
        code: 'CONFIG_SCRIPT_MISSING',
        message: `script "${asGiven}" is not a file`,
        hint: `name a script, e.g. ${basename(path)}/store.ts`,
      }
    : {
        code: 'CONFIG_SCRIPT_MISSING',
        message: `script "${asGiven}" does not exist`,
        hint: 'check the path; `dicomrun new FILE` writes a first script',
      };
  throw new BundleError([problem]);
}

function servedBySandbox(specifier: string): boolean {
  return SERVED.includes(specifier);
}

/** Keeps what the sandbox serves external and refuses what a script may not have. */
function guard(isExternal: (specifier: string) => boolean): Plugin {
  return {
    name: 'dicomrun',
    setup(build) {
      build.onResolve({ filter: /^[^./]/ }, ({ path, kind, importer }) => {
        if (kind === 'entry-point') return undefined;
        if (isExternal(path)) return { path, external: true };
        if (TYPES_ONLY.includes(path)) return { path, namespace: 'types-only' };
        const refusal = refusalOf(path);
        if (!refusal) return undefined;
        const { message: text, code, hint } = refusal;
        return { errors: [{ text, detail: { code, hint: withPackage(hint, importer) } }] };
      });
      build.onLoad({ filter: /.*/, namespace: 'types-only' }, () => ({
        contents: 'export {}',
        loader: 'ts',
      }));
    },
  };
}

/** A built-in needed by a package is not the author's line: say which package it is. */
function withPackage(hint: string, importer: string): string {
  const inside = /.*[\\/]node_modules[\\/]((?:@[^\\/]+[\\/])?[^\\/]+)/.exec(importer);
  if (!inside?.[1]) return hint;
  return `the package "${inside[1]}" needs it, so it cannot be used in a script; ${hint}`;
}
