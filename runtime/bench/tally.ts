// Figures of a benchmark: medians over interleaved rounds, judged against floor and aim.

export interface Row {
  readonly what: string;
  readonly value: number;
  readonly unit: string;
  /** `>` larger is better. */
  readonly better: '>' | '<';
  readonly floor?: number;
  readonly aim?: number;
  /** Each round. */
  readonly rounds: readonly number[];
  readonly note?: string;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? NaN) + upper) / 2;
}

/** The line through points by least squares: growth of y per x, and the mean of y. */
export function trendLine(points: readonly (readonly [x: number, y: number])[]): {
  readonly slope: number;
  readonly mean: number;
} {
  const n = points.length;
  const meanX = points.reduce((sum, [x]) => sum + x, 0) / n;
  const mean = points.reduce((sum, [, y]) => sum + y, 0) / n;
  const above = points.reduce((sum, [x, y]) => sum + (x - meanX) * (y - mean), 0);
  const below = points.reduce((sum, [x]) => sum + (x - meanX) ** 2, 0);
  return { slope: below === 0 ? 0 : above / below, mean };
}

/** A row of the medians of its rounds. */
export function row(
  what: string,
  rounds: readonly number[],
  more: Omit<Row, 'what' | 'value' | 'rounds'>,
): Row {
  return { what, value: median(rounds), rounds, ...more };
}

function verdict({ value, better, floor, aim }: Row): string {
  const reaches = (limit: number): boolean => (better === '>' ? value >= limit : value <= limit);
  if (aim !== undefined && reaches(aim)) return 'aim reached';
  if (floor !== undefined) return reaches(floor) ? 'above the floor' : 'BELOW THE FLOOR';
  return '';
}

/** A value as it is read best. */
export function figure(value: number): string {
  if (!Number.isFinite(value)) return '–';
  return value >= 100 ? Math.round(value).toLocaleString('en') : value.toFixed(value >= 10 ? 1 : 2);
}

/** Rows as an aligned table. */
export function table(rows: readonly Row[]): string {
  const cells = rows.map((r) => [
    r.what,
    `${figure(r.value)} ${r.unit}`,
    r.floor === undefined ? '' : figure(r.floor),
    r.aim === undefined ? '' : figure(r.aim),
    verdict(r),
    `${figure(Math.min(...r.rounds))}–${figure(Math.max(...r.rounds))}`,
    r.note ?? '',
  ]);
  const all = [['what', 'median', 'floor', 'aim', 'verdict', 'rounds', ''], ...cells];
  const widths = (all[0] ?? []).map((_, i) => Math.max(...all.map((line) => line[i]?.length ?? 0)));
  return all
    .map((line) =>
      line
        .map((cell, i) => cell.padEnd(widths[i] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** Rows as a Markdown table. */
export function markdown(rows: readonly Row[]): string {
  const lines = rows.map(
    (r) =>
      `| ${r.what} | ${figure(r.value)} ${r.unit} | ${r.floor === undefined ? '' : figure(r.floor)} | ` +
      `${r.aim === undefined ? '' : figure(r.aim)} | ${verdict(r)} | ${r.note ?? ''} |`,
  );
  return [
    '| what | median | floor | aim | verdict | note |',
    '|---|---|---|---|---|---|',
    ...lines,
  ].join('\n');
}
