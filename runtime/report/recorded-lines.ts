// A replayed recording in the text report: each service as it was, above what it is now.
import * as f from '../metrics/numbers.ts';
import type { Summary } from '../metrics/summary.ts';
import { thenAndNow } from '../metrics/recorded/then-and-now.ts';
import { safe, type Paint } from './paint.ts';
import { table } from './table.ts';

const HEAD = ['', 'count', '/s', 'failed', 'size', 'p50', 'p95', 'max'];

export function recordedLines(summary: Summary, paint: Paint): string[] {
  const lines = thenAndNow(summary);
  if (lines.length === 0) return [];
  const t = (ms: number | undefined): string =>
    ms === undefined ? paint.glyphs.dash : f.time(ms, summary.timeUnit);
  const rows = lines.map(({ service, when, duration, ...line }) => [
    when === 'recorded' ? `  ${safe(service)}` : '',
    when,
    f.count(line.count),
    f.rate(line.ratePerSecond),
    f.percent(line.failedShare),
    f.bytes(line.bytes),
    ...[duration?.med, duration?.p95, duration?.max].map(t),
  ]);
  const head = [paint.bold('THEN AND NOW'), ...HEAD.map((name) => paint.faint(name))];
  return table([head, ...rows], {
    ...{ left: [0, 1], indent: '', width: paint.width, breakAt: HEAD.indexOf('p50') + 1 },
  });
}
