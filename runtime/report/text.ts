// The end of a run on a terminal: verdict, thresholds, checks, operations, associations, delivery,
// errors, execution, files, next command. Pure: a summary in, one text out.
import type { Summary, VerdictState } from '../metrics/summary.ts';
import { warningsIn } from '../metrics/judge/lost-output.ts';
import { count, plural, span } from '../metrics/numbers.ts';
import { verdictWord } from '../metrics/verdict-word.ts';
import { createPaint, safe } from './paint.ts';
import type { Paint, PaintOptions } from './paint.ts';
import { recordedLines } from './recorded-lines.ts';
import {
  associationLines,
  checkLines,
  customLines,
  deliveryLines,
  errorLines,
  executionLines,
  operationLines,
  sectionLines,
  thresholdLines,
} from './sections.ts';

/** Ends with a line break. */
export function renderText(summary: Summary, options: PaintOptions): string {
  const paint = createPaint(options);
  const blocks = [
    verdictLines(summary, paint),
    thresholdLines(summary, paint),
    checkLines(summary, paint),
    operationLines(summary, paint),
    recordedLines(summary, paint),
    associationLines(summary, paint),
    deliveryLines(summary, paint),
    errorLines(summary, paint),
    customLines(summary, paint),
    sectionLines(summary, paint),
    executionLines(summary, paint),
    fileLines(summary, paint),
  ];
  const text = blocks
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n');
  // UIDs are shortened with an ellipsis.
  return `${options.ascii ? text.replaceAll('…', '...') : text}\n`;
}

/** The first line of it: word, reason, exit code. */
export function renderVerdict(summary: Summary, options: PaintOptions): string {
  const [line = ''] = verdictLines(summary, createPaint(options));
  return `${options.ascii ? line.replaceAll('…', '...') : line}\n`;
}

function verdictLines(summary: Summary, paint: Paint): string[] {
  const { verdict, run } = summary;
  const word = COLOUR[verdict.state ?? (verdict.passed ? 'pass' : 'fail')](paint)(
    paint.bold(verdictWord(verdict)),
  );
  const where = run.target ?? (run.embedded ? 'EMBEDDED ROUTER' : undefined);
  const dot = ` ${paint.glyphs.dot} `;
  const about = [run.title, run.script, span(run.durationMs), where, `run ${run.id}`]
    .filter((part) => part !== undefined && part !== '')
    .map((part) => safe(part ?? ''));
  const exit = verdict.exitCode === 0 ? '' : ` (exit ${verdict.exitCode})`;
  return [
    `${word}  ${safe(verdict.reason)}${exit}`,
    ...verdict.reasons.slice(1, 6).map((reason) => `      ${safe(reason)}`),
    ...(verdict.reasons.length > 6
      ? [`      and ${plural(verdict.reasons.length - 6, 'more reason')}`]
      : []),
    // The first line says what broke, then; what was done and judged is worth a line all the same.
    ...(verdict.passed ? [] : [verdict.did ?? '']).filter(isText).map(indented),
    ...[verdict.judged ?? ''].filter(isText).map(indented),
    ...(verdict.notes ?? []).map((note) => `${paint.warn(paint.glyphs.warn)} ${safe(note)}`),
    ...warningsIn(summary).map(
      (text) => `${paint.warn(`${paint.glyphs.warn} warning`)}  ${safe(text)}`,
    ),
    paint.faint(`      ${about.join(dot)}`),
  ];
}

const isText = (text: string): boolean => text !== '';
const indented = (text: string): string => `      ${safe(text)}`;

const COLOUR: Readonly<Record<VerdictState, (paint: Paint) => Paint['ok']>> = {
  pass: (paint) => paint.ok,
  done: (paint) => paint.warn,
  fail: (paint) => paint.fail,
};

function fileLines(summary: Summary, paint: Paint): string[] {
  const lines: string[] = [];
  for (const output of summary.outputs) {
    const bad = output.rejected + output.unwritten;
    const counts = `${plural(output.written, 'point')} written, ${count(output.rejected)} rejected, ${count(output.unwritten)} unwritten`;
    const text = `  ${output.name} ${safe(output.destination)}: ${counts}`;
    lines.push(bad > 0 ? paint.warn(text) : text);
    if (output.note !== undefined) lines.push(`    ${safe(output.note)}`);
  }
  const longest = Math.max(0, ...summary.files.map((file) => file.path.length));
  for (const file of summary.files) {
    lines.push(`  ${file.path.padEnd(longest)}  ${paint.faint(file.what)}`);
  }
  if (lines.length > 0) lines.unshift(paint.bold('FILES'));
  return [...lines, ...summary.next.map((command) => `next: ${command}`)];
}
