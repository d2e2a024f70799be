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
  /** Why the rounds give no figure, where they do not; `value` is NaN then. */
  readonly unfit?: string;
}

/** A load that was asked for, and what of it was done in each round. */
export interface Offered {
  readonly load: number;
  /** What it is counted in; default per second. */
  readonly unit?: string;
  readonly reached: readonly number[];
}

/** Who does less than this of what it offers has not carried the load that the row names. */
const LEAST_REACHED = 0.98;
/** A difference of two runs says nothing while its middle half is wider than this. */
const MOST_SPREAD = 0.1;
/** Rounds are repeated at most so many times as often as asked. */
const MOST_TIMES = 2;

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

/** Width of the middle half of the values, as a share of their median; of one value unknown: 0. */
export function spread(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  if ((sorted[0] ?? 0) <= 0) return Infinity;
  const last = sorted.length - 1;
  const [low, high] = [sorted[Math.floor(last / 4)], sorted[Math.ceil((3 * last) / 4)]];
  return ((high ?? NaN) - (low ?? NaN)) / median(sorted);
}

/**
 * Repeats a measurement that is a difference of two runs until each of its figures is steady, or it
 * has been done twice as often as asked.
 */
export async function repeated<T>(
  rounds: number,
  measure: () => Promise<T>,
  figures: (one: T) => readonly number[],
): Promise<readonly T[]> {
  const all: T[] = [];
  const isSteady = (): boolean => {
    const columns = all.map(figures);
    const count = columns[0]?.length ?? 0;
    return Array.from({ length: count }, (_, i) => columns.map((one) => one[i] ?? NaN)).every(
      (column) => spread(column) < MOST_SPREAD,
    );
  };
  while (all.length < rounds || (!isSteady() && all.length < rounds * MOST_TIMES)) {
    all.push(await measure());
  }
  return all;
}

interface RowMore extends Omit<Row, 'what' | 'value' | 'rounds' | 'unfit'> {
  /** The rounds are differences of two runs. */
  readonly difference?: boolean;
  readonly offered?: Offered;
}

/** A row of the medians of its rounds; without a figure where they give none. */
export function row(
  what: string,
  rounds: readonly number[],
  { difference = false, offered, ...more }: RowMore,
): Row {
  const load = offered === undefined ? '' : offeredText(offered);
  const note = [more.note ?? '', load].filter((text) => text !== '').join('; ');
  const base = { what, rounds, ...more, ...(note === '' ? {} : { note }) };
  const unfit = unfitness(rounds, difference, offered);
  return unfit === '' ? { ...base, value: median(rounds) } : { ...base, value: NaN, unfit };
}

function offeredText({ load, unit = '/s', reached }: Offered): string {
  return `offered ${figure(load)}${unit}, reached ${figure(median(reached))}${unit}`;
}

function unfitness(rounds: readonly number[], difference: boolean, offered?: Offered): string {
  if (offered !== undefined && median(offered.reached) < LEAST_REACHED * offered.load)
    return 'load not reached';
  const wide = difference ? spread(rounds) : 0;
  if (wide < MOST_SPREAD) return '';
  const by = Number.isFinite(wide) ? `spread ${Math.round(wide * 100)} %` : 'differences below 0';
  return `not measurable here: ${by}`;
}

function verdict({ value, better, floor, aim, unfit }: Row): string {
  if (unfit !== undefined) return unfit;
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
