// One thing the doctor looked at.
import { plural } from '../../../metrics/numbers.ts';
import type { Style } from '../../terminal.ts';

export interface Diagnosis {
  /** `association`, `echo`, `disk`, … */
  readonly check: string;
  readonly state: 'ok' | 'warn' | 'fail' | 'skip';
  readonly text: string;
  /** The remedy. */
  readonly hint?: string;
  /** Lines that belong to it, such as a table. */
  readonly lines?: readonly string[];
}

const WORDS: Readonly<Record<Diagnosis['state'], readonly [string, Style]>> = {
  ok: ['OK', 'green'],
  warn: ['WARN', 'yellow'],
  fail: ['FAIL', 'red'],
  skip: ['-', 'dim'],
};

/** `2 failed, 1 warning`, or that all is well. */
export function totalText(findings: readonly Diagnosis[]): string {
  const count = (state: Diagnosis['state']) => findings.filter((one) => one.state === state).length;
  const [failed, warned] = [count('fail'), count('warn')];
  const warnings = warned === 0 ? '' : plural(warned, 'warning');
  if (failed > 0) return `${failed} failed${warned === 0 ? '' : `, ${warnings}`}`;
  return warned === 0 ? 'nothing to complain about' : `nothing failed, ${warnings}`;
}

/** `OK    echo          5 of 5, median 0.4 ms`, with its remedy below. */
export function findingText(
  { check, state, text, hint, lines = [] }: Diagnosis,
  paint: (style: Style, text: string) => string,
): string {
  const [word, style] = WORDS[state];
  const head = `${paint(style, word.padEnd(5))} ${check.padEnd(14)} ${text}`;
  const more = [...lines.map((line) => `        ${line}`)];
  if (hint !== undefined) more.push(`        try: ${hint}`);
  return `${[head, ...more].join('\n')}\n`;
}
