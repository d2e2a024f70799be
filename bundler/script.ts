// From a script file to one string of CommonJS and its source map, in memory.
import { readdir, stat } from 'node:fs/promises';
import { dirname, extname, join, resolve } from 'node:path';
import { AliasReader } from './aliases.ts';
import { bundle, type Bundle, type Plugin } from './bundle.ts';
import { TYPES_ONLY } from '../api/abi.ts';
import { refusalOf, SERVED } from './modules.ts';
import { BundleError } from './problem.ts';

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
    // Like one, the sandbox has none of Node's modules; packages know browsers.
    platform: 'browser',
    plugins: [guard(servedBySandbox)],
    define: PER_VU,
  });
  return { ...made, file: path, folder };
}

/** k6's globals that differ between VUs or iterations; the wrapper of each instance has `__vu__`. */
const PER_VU = { __VU: '__vu__.id', __ITER: '__vu__.iter', __ENV: '__vu__.env' };

async function mustBeFile(path: string, asGiven: string): Promise<void> {
  const found = await stat(path).catch(none);
  if (found?.isFile() && SCRIPT.test(path)) return;
  const script = `script "${asGiven}"`;
  const [message, folder] = found?.isFile()
    ? [`${script} is neither TypeScript nor JavaScript ("${extname(path)}")`, dirname(asGiven)]
    : found
      ? [asGiven === '' ? 'the name of the script is empty' : `${script} is a folder`, asGiven]
      : [`${script} does not exist`, dirname(asGiven)];
  const there = await scriptsIn(resolve(path, found?.isDirectory() ? '.' : '..'), asGiven);
  const list = there.map((name) => join(folder, name)).join(', ');
  const write = '`dicomrun new FILE` writes a first script';
  const isRun = found?.isDirectory() === true && (await stat(join(path, 'run.ndjson')).catch(none));
  const hint = isRun
    ? `it is the folder of a run: dicomrun report ${asGiven}`
    : list === ''
      ? `check the path; ${write}`
      : `there is ${list}; ${write}`;
  throw new BundleError([{ code: 'CONFIG_SCRIPT_MISSING', message, hint }]);
}

const none = (): null => null;
const SCRIPT = /\.[cm]?[jt]sx?$/;
const SUGGESTED = 3;

/** A few scripts of a folder, first those that begin as the name that was given. */
async function scriptsIn(folder: string, asGiven: string): Promise<string[]> {
  const names = await readdir(folder).catch((): string[] => []);
  const wanted = asGiven.replace(/^.*[\\/]/, '').toLowerCase();
  const alike = (name: string): number => {
    let n = 0;
    while (n < wanted.length && name.toLowerCase()[n] === wanted[n]) n += 1;
    return n;
  };
  return names
    .filter((name) => SCRIPT.test(name) && !/\.(d|config)\.[cm]?[jt]s$/.test(name))
    .sort((a, b) => alike(b) - alike(a) || (a < b ? -1 : 1))
    .slice(0, SUGGESTED);
}

function servedBySandbox(specifier: string): boolean {
  return SERVED.includes(specifier);
}

/** Keeps what the sandbox serves external and refuses what a script may not have. */
function guard(isExternal: (specifier: string) => boolean): Plugin {
  return {
    name: 'dicomrun',
    setup(build) {
      const aliases = new AliasReader();
      build.onResolve({ filter: /^[^./]/ }, async (asked) => {
        const { path, kind, importer, resolveDir } = asked;
        if (kind === 'entry-point' || asked.pluginData === OF_PACKAGE) return undefined;
        if (isExternal(path)) return { path, external: true };
        if (TYPES_ONLY.includes(path)) return { path, namespace: 'types-only' };
        for (const file of await aliases.candidates(path, resolveDir)) {
          const found = await build.resolve(file, { kind, resolveDir });
          if (found.errors.length === 0) return found;
        }
        const refusal = refusalOf(path);
        if (!refusal) return undefined;
        if (PACKAGE.test(importer)) {
          // A package may say what it takes instead, without Node.
          const own = { kind, importer, resolveDir, pluginData: OF_PACKAGE };
          const instead = await build.resolve(path, own);
          if (instead.errors.length === 0 && !instead.external) return undefined;
        }
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

/** A file of a package, and the package's name. */
const PACKAGE = /.*[\\/]node_modules[\\/]((?:@[^\\/]+[\\/])?[^\\/]+)/;
/** Marks a question of ours to esbuild's own resolver. */
const OF_PACKAGE = { ofPackage: true };

/** A built-in needed by a package is not the author's line: say which package it is. */
function withPackage(hint: string, importer: string): string {
  const inside = PACKAGE.exec(importer);
  if (!inside?.[1]) return hint;
  return `the package "${inside[1]}" needs it, so it cannot be used in a script; ${hint}`;
}
