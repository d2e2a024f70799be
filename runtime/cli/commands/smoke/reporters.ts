// The forms in which smoke results are told: to people, CI servers and files. Pure.
import type { CaseResult } from '../../../metrics/summary.ts';
import { failures, shown, titleOf } from '../../run/case-text.ts';
import type { Style } from '../../terminal.ts';
import { time } from '../../../metrics/numbers.ts';

/** Everything that a smoke command ran. */
export interface SmokeOutcome {
  readonly cases: readonly CaseResult[];
  readonly exitCode: number;
  /** Result folders, for the way to the details. */
  readonly folders: readonly string[];
}

export interface SmokeCounts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  readonly manual: number;
}

export const REPORTERS = ['list', 'dot', 'junit', 'github', 'azure', 'json', 'csv', 'tap'] as const;
export type ReporterName = (typeof REPORTERS)[number];

type Painter = (style: Style, text: string) => string;

const WORDS: Readonly<Record<CaseResult['state'], readonly [string, Style]>> = {
  passed: ['PASS', 'green'],
  failed: ['FAIL', 'red'],
  error: ['ERROR', 'red'],
  skipped: ['SKIP', 'yellow'],
  manual: ['MANUAL', 'cyan'],
};

export function countCases(cases: readonly CaseResult[]): SmokeCounts {
  const of = (...states: readonly CaseResult['state'][]) =>
    cases.filter((one) => states.includes(one.state)).length;
  return {
    passed: of('passed'),
    failed: of('failed', 'error'),
    skipped: of('skipped'),
    manual: of('manual'),
  };
}

/** One line a case, what went wrong below it, and the count. */
export function listText(outcome: SmokeOutcome, paint: Painter): string {
  const cases = outcome.cases.map(shown);
  const width = Math.min(72, Math.max(0, ...cases.map((one) => titleOf(one).length)));
  const lines = cases.flatMap((one) => {
    const [word, style] = WORDS[one.state];
    const head = `${paint(style, word.padEnd(6))} ${titleOf(one).padEnd(width)}  ${time(one.durationMs)}`;
    const more = [one.message ?? '', one.where ?? ''].filter((part) => part !== '').join('  ');
    return one.state === 'passed' || more === '' ? [head] : [head, `       ${more}`];
  });
  return `${[...lines, lastLine(outcome)].join('\n')}\n`;
}

/** One character a case, then the failures. */
export function dotText(outcome: SmokeOutcome, paint: Painter): string {
  const marks = outcome.cases.map(({ state }) => {
    if (state === 'passed') return paint('green', '.');
    return state === 'skipped' || state === 'manual' ? paint('yellow', 's') : paint('red', 'F');
  });
  const details = failures(outcome.cases).map(
    (one) => `${titleOf(one)}: ${one.message ?? ''} ${one.where ?? ''}`,
  );
  return `${[marks.join(''), ...details.map((line) => line.trimEnd()), lastLine(outcome)].join('\n')}\n`;
}

function lastLine({ cases, exitCode, folders }: SmokeOutcome): string {
  const { passed, failed, skipped, manual } = countCases(cases);
  const counts = [
    failed > 0 ? `${failed} failed` : '',
    `${passed} passed`,
    skipped > 0 ? `${skipped} skipped` : '',
    manual > 0 ? `${manual} manual` : '',
  ].filter((part) => part !== '');
  return [counts.join(', '), `exit ${exitCode}`, ...folders.slice(0, 3)].join(' · ');
}

export function jsonText(outcome: SmokeOutcome): string {
  return `${JSON.stringify({ ...countCases(outcome.cases), ...outcome }, null, 2)}\n`;
}

/** One line a case. A leading `=`, `+`, `-` or `@` would be a formula in a spreadsheet. */
export function csvText({ cases }: SmokeOutcome): string {
  const cell = (text: string) => {
    const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
    return `"${safe.replaceAll('"', '""')}"`;
  };
  const rows = cases.map((one) =>
    [one.state, one.suite, one.name, String(Math.round(one.durationMs)), one.message ?? '']
      .map(cell)
      .join(','),
  );
  return `${['state,suite,name,ms,message', ...rows].join('\n')}\n`;
}

/** TAP version 14. */
export function tapText({ cases }: SmokeOutcome): string {
  const lines = cases.map(shown).map((one, i) => {
    const bad = one.state === 'failed' || one.state === 'error';
    const directive =
      one.state === 'skipped'
        ? ` # SKIP ${one.message ?? ''}`
        : one.state === 'manual'
          ? ' # SKIP manual'
          : '';
    const title = titleOf(one).replaceAll('#', '\\#');
    return `${bad ? 'not ok' : 'ok'} ${i + 1} - ${title}${directive}`.trimEnd();
  });
  return `${['TAP version 14', `1..${cases.length}`, ...lines].join('\n')}\n`;
}

/** JUnit documents of single runs as one. */
export function mergeJunit(documents: readonly string[]): string {
  const suites = documents.flatMap(
    (text) => text.match(/^ {2}<testsuite [\s\S]*?<\/testsuite>$/gm) ?? [],
  );
  const sum = (name: string) =>
    suites.reduce(
      (total, suite) => total + Number(new RegExp(` ${name}="(\\d+)"`).exec(suite)?.[1] ?? 0),
      0,
    );
  const counts = ['tests', 'failures', 'errors', 'skipped'].map((name) => `${name}="${sum(name)}"`);
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="dicomrun smoke" ${counts.join(' ')}>`,
    ...suites,
    '</testsuites>',
    '',
  ].join('\n');
}
