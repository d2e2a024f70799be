// Which scripts and scenarios a smoke command runs: files, labels, patterns. Pure but for `find`.
import { readdirSync, statSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import type { Options } from '../../../config/types.ts';
import { DicomRunError, ExitCode } from '../../../errors.ts';

/** Left out unless somebody asks for it by `--label`. */
const HEAVY_LABEL = 'load';

/** Thrown when a script turns out not to be selected once its options are known. */
export class NotSelected extends Error {
  readonly reason: string;

  constructor(reason: string) {
    super(reason);
    this.name = 'NotSelected';
    this.reason = reason;
  }
}

/** Scripts of the given files and folders (recursively, `*.ts` and `*.js`), in order of name. */
export function findScripts(given: readonly string[], cwd: string): readonly string[] {
  const scripts = given.flatMap((name) => {
    const path = resolve(cwd, name);
    const found = statSync(path, { throwIfNoEntry: false });
    if (found === undefined || found.isFile()) return [name];
    return inFolder(path).map((file) => relative(cwd, file));
  });
  if (scripts.length > 0) return [...new Set(scripts)];
  throw new DicomRunError(ExitCode.CONFIG, {
    code: 'CONFIG_SCRIPT_MISSING',
    message: `no scripts in ${given.join(', ')}`,
    hint: 'scripts end in .ts or .js; `dicomrun new FILE` writes a first one',
  });
}

function inFolder(folder: string): readonly string[] {
  return readdirSync(folder, { withFileTypes: true })
    .sort((a, b) => a.name.localeCompare(b.name))
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) {
        return /^(node_modules|results|dist)$|^\./.test(entry.name) ? [] : inFolder(path);
      }
      const isScript =
        /\.[jt]s$/.test(entry.name) && !/(\.d|\.config|\.test)\.[jt]s$/.test(entry.name);
      return isScript ? [path] : [];
    });
}

/** `--label a`, `--label '!slow'`, repeatable or comma-separated. */
export function isLabelled(labels: readonly string[], wanted: readonly string[]): boolean {
  const words = wanted.flatMap((word) => word.split(',')).map((word) => word.trim());
  const without = words.filter((word) => word.startsWith('!')).map((word) => word.slice(1));
  const withAny = words.filter((word) => word !== '' && !word.startsWith('!'));
  if (labels.some((label) => without.includes(label))) return false;
  if (withAny.length > 0) return labels.some((label) => withAny.includes(label));
  return !labels.includes(HEAVY_LABEL);
}

/** A regular expression of the command line. @throws DicomRunError 104 */
export function parsePattern(text: string | undefined): RegExp | null {
  if (text === undefined) return null;
  try {
    return new RegExp(text, 'i');
  } catch (error) {
    throw new DicomRunError(ExitCode.CONFIG, {
      code: 'CONFIG_VALUE',
      message: `flag --grep: not a regular expression: ${error instanceof Error ? error.message : ''}`,
      hint: 'e.g. --grep "HTM_GI|archive"',
    });
  }
}

/** The scenarios whose `script › scenario` fits; they still run one after another. */
export function grepScenarios(options: Options, script: string, pattern: RegExp | null): Options {
  if (pattern === null) return options;
  const kept = options.scenarios.filter(({ name }) => pattern.test(`${script} › ${name}`));
  if (kept.length === 0) throw new NotSelected('no scenario fits --grep');
  const scenarios = kept.map(({ after: _, ...scenario }, i) => {
    const before = kept[i - 1]?.name;
    return before === undefined ? scenario : { ...scenario, after: before };
  }) as Options['scenarios'];
  return { ...options, scenarios };
}
