// Which scripts and scenarios a smoke command runs: files, labels, patterns. Pure but for `find`.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { isLabelled, labelWords } from '../../../../api/abi.ts';
import type { Options } from '../../../config/types.ts';
import { DicomRunError, ExitCode } from '../../../errors.ts';
import type { Scenario } from '../../../executors/index.ts';

/** Rows of a table are known only when it runs. */
const HAS_TABLE = /\beach\s*\(/;

/** Thrown when a script turns out not to be selected once its options are known. */
export class NotSelected extends Error {
  readonly reason: string;
  /** What there is: `script › scenario`, with its labels. */
  readonly there: readonly string[];

  constructor(reason: string, there: readonly string[] = []) {
    super(reason);
    this.name = 'NotSelected';
    this.reason = reason;
    this.there = there;
  }
}

/** What a command names, and what of it is no script. */
export interface Found {
  readonly scripts: readonly string[];
  /** Files of folders without anything to run: they help others. */
  readonly helpers: readonly string[];
}

/** Scripts of the given files and folders (recursively, `*.ts` and `*.js`), in order of name. */
export function findScripts(given: readonly string[], cwd: string): Found {
  const named: string[] = [];
  const helpers: string[] = [];
  for (const name of given) {
    const path = resolve(cwd, name);
    const found = statSync(path, { throwIfNoEntry: false });
    if (found === undefined || found.isFile()) {
      named.push(name);
      continue;
    }
    for (const file of inFolder(path)) {
      const list = isHelper(readFileSync(file, 'utf8')) ? helpers : named;
      list.push(relative(cwd, file));
    }
  }
  const scripts = [...new Set(named)];
  if (scripts.length > 0) return { scripts, helpers: [...new Set(helpers)] };
  throw new DicomRunError(ExitCode.CONFIG, {
    code: 'CONFIG_SCRIPT_MISSING',
    message: `no scripts in ${given.join(', ')}`,
    hint: 'scripts end in .ts or .js; `dicomrun new FILE` writes a first one',
  });
}

/** Neither a default function nor options: nothing in it can be run. */
function isHelper(source: string): boolean {
  return !/\bexport\s+default\b|\bas\s+default\b|\bexport\s+(?:const|let|var)\s+options\b/.test(
    source,
  );
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

/** What `--label` sees of a scenario: the labels of its script and its own. */
export function labelsOf({ labels }: Options, scenario: Scenario): readonly string[] {
  return [...labels, ...(scenario.labels ?? [])];
}

/** How much of a scenario `--label` wants: rows of its table may have labels that it has not. */
export function labelled(
  labels: readonly string[],
  wanted: readonly string[],
  source: string,
): 'all' | 'rows' | 'none' {
  if (isLabelled(labels, wanted)) return 'all';
  const { without, withAny } = labelWords(wanted);
  // What is left out by a label above it stays out: its rows have that label, too.
  const isOut = labels.some((label) => without.includes(label)) || withAny.length === 0;
  return isOut || !/\blabelsOf\b/.test(source) ? 'none' : 'rows';
}

/** The scenarios that `--label` wants, and of which of them only rows. @throws NotSelected */
export function labelledScenarios(
  options: Options,
  { name: script, source }: { readonly name: string; readonly source: string },
  wanted: readonly string[],
): { readonly kept: Options; readonly rowsOnly: ReadonlySet<string> } {
  const partOf = (one: Scenario) => labelled(labelsOf(options, one), wanted, source);
  const kept = options.scenarios.filter((one) => partOf(one) !== 'none');
  const rows = kept.filter((one) => partOf(one) === 'rows').map(({ name }) => name);
  if (kept.length === 0) {
    const all = [...new Set(options.scenarios.flatMap((one) => labelsOf(options, one)))];
    const reason = all.length === 0 ? 'it has no label' : `it is labelled ${all.join(', ')}`;
    throw new NotSelected(reason, titlesOf(options, script));
  }
  const all = kept.length === options.scenarios.length;
  return {
    kept: all ? options : { ...options, scenarios: chained(kept) },
    rowsOnly: new Set(rows),
  };
}

/** One after another, also where one between them is left out. */
function chained(scenarios: readonly Scenario[]): Options['scenarios'] {
  return scenarios.map(({ after: _, ...scenario }, i) => {
    const before = scenarios[i - 1]?.name;
    return before === undefined ? scenario : { ...scenario, after: before };
  }) as Options['scenarios'];
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

/**
 * The scenarios with something that fits `script › scenario › case`; they still run one after
 * another. Names of cases are looked for in the source, rows of a table are known only when it runs.
 */
export function grepScenarios(
  options: Options,
  { name: script, source }: { readonly name: string; readonly source: string },
  pattern: RegExp | null,
): Options {
  if (pattern === null) return options;
  const names = literals(source);
  const hasTable = HAS_TABLE.test(source);
  const kept = options.scenarios.filter(({ name }) => {
    const title = `${script} › ${name}`;
    const fits = (one: string): boolean => pattern.test(`${title} › ${one}`);
    return pattern.test(title) || hasTable || names.some(fits);
  });
  if (kept.length === 0) throw new NotSelected('nothing fits --grep', titlesOf(options, script));
  return { ...options, scenarios: chained(kept) };
}

/** What could have been selected. */
export function titlesOf(options: Options, script: string): readonly string[] {
  return options.scenarios.map(
    (scenario) => `${script} › ${scenario.name}${marks(labelsOf(options, scenario))}`,
  );
}

/** Labels behind a title. */
export function marks(labels: readonly string[]): string {
  return labels.length === 0 ? '' : ` (${labels.join(', ')})`;
}

/** Texts that a script writes out, and names of conditions: what a case may be called. */
function literals(source: string): readonly string[] {
  const quoted = [...source.matchAll(/'([^'\n]+)'|"([^"\n]+)"|`([^`]+)`/g)].map(
    ([, a, b, c]) => a ?? b ?? c ?? '',
  );
  const plain = [...source.matchAll(/[{,(\s](\w+)\s*[:(]/g)].map(([, name = '']) => name);
  return [...quoted, ...plain];
}

/** Whether a case is one of those asked for: by its own title, or with its whole scenario. */
export function isWanted(suite: string, name: string, pattern: RegExp | null): boolean {
  return pattern === null || pattern.test(suite) || pattern.test(`${suite} › ${name}`);
}
