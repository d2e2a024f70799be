// The timeline of a run from its log: kept by the second, shown in at most about 600 buckets.
// Counters are added up, gauges keep their peak, percentiles come from merged histograms.
import { RunHistogram } from '../../metrics/distribution/histogram.ts';
import type {
  BlockRecord,
  ErrorRecord,
  LogRecord,
  RowsRecord,
  ViewRecord,
} from '../../runlog/format.ts';
import { columnOf, latencyColumn, type Fold } from './columns.ts';
import type { Timeline } from './data.ts';

const MOST_BUCKETS = 600;
const BLOCK_SECONDS = 10;
/** Kinds of failures shown apart; rarer ones are added up as `other`. */
const MOST_ERROR_KINDS = 7;

interface Track {
  readonly name: string;
  readonly fold: Fold;
  /** Per second: the value, or of a latency `[p50, p95, p99, max]`. */
  readonly seconds: Map<number, readonly number[]>;
  /** Encoded histograms of 10 s blocks, by their first second. */
  readonly blocks: Map<number, string>;
}

/** Length of a bucket for a run of so many seconds: 1 s, else whole 10 s blocks. */
export function bucketSeconds(seconds: number): number {
  if (seconds <= MOST_BUCKETS) return 1;
  return Math.ceil(seconds / MOST_BUCKETS / BLOCK_SECONDS) * BLOCK_SECONDS;
}

/** Takes the records of a run as they come; {@link build} may be called at any time. */
export class TimelineBuilder {
  readonly #tracks: (Track | undefined)[] = [];
  readonly #errors = new Map<string, Map<number, number>>();
  #lastSecond = -1;

  take(record: LogRecord): void {
    if (record.k === 'view') this.#view(record);
    else if (record.k === 'rows') this.#rows(record);
    else if (record.k === 'block') this.#block(record);
    else if (record.k === 'error') this.#error(record);
  }

  /** @param seconds length of the run so far */
  build(seconds: number): Timeline {
    const size = bucketSeconds(seconds);
    const count = Math.max(1, Math.ceil(Math.max(seconds, this.#lastSecond + 1) / size));
    const time = Array.from({ length: count }, (_, at) => at * size);
    const columns: Record<string, (number | null)[]> = {};
    for (const track of this.#tracks) {
      if (track?.fold === 'latency') Object.assign(columns, latencies(track, count, size));
      else if (track) columns[track.name] = folded(track, count, size);
    }
    Object.assign(columns, this.#errorColumns(count, size));
    return { bucketSeconds: size, time, columns };
  }

  #view(record: ViewRecord): void {
    const column = columnOf(record);
    if (!column) return;
    const { name, rule } = column;
    this.#tracks[record.id] = { name, fold: rule.fold, seconds: new Map(), blocks: new Map() };
  }

  #rows({ at, rows }: RowsRecord): void {
    this.#lastSecond = Math.max(this.#lastSecond, at);
    for (const row of rows) {
      const track = this.#tracks[row[0] ?? -1];
      if (!track) continue;
      if (track.fold === 'latency') {
        track.seconds.set(at, [row[5] ?? 0, row[7] ?? 0, row[8] ?? 0, row[4] ?? 0]);
      } else {
        const value = (track.fold === 'peak' ? row[3] : row[1]) ?? 0;
        track.seconds.set(at, [
          value + (track.fold === 'peak' ? 0 : (track.seconds.get(at)?.[0] ?? 0)),
        ]);
      }
    }
  }

  #block({ from, h }: BlockRecord): void {
    for (const [view, encoded] of h) this.#tracks[view]?.blocks.set(from, encoded);
  }

  #error({ code, at, count }: ErrorRecord): void {
    const second = Math.max(0, Math.floor(at / 1000));
    const kind = this.#errors.get(code) ?? new Map<number, number>();
    kind.set(second, (kind.get(second) ?? 0) + count);
    this.#errors.set(code, kind);
  }

  #errorColumns(count: number, size: number): Record<string, number[]> {
    const kinds = [...this.#errors].map(([code, seconds]) => ({
      code,
      seconds,
      total: [...seconds.values()].reduce((sum, n) => sum + n, 0),
    }));
    kinds.sort((a, b) => b.total - a.total);
    const columns: Record<string, number[]> = {};
    for (const [rank, { code, seconds }] of kinds.entries()) {
      const name = `error ${rank < MOST_ERROR_KINDS ? code : 'other'}`;
      const column = (columns[name] ??= new Array<number>(count).fill(0));
      for (const [second, n] of seconds) {
        const at = Math.min(count - 1, Math.floor(second / size));
        column[at] = (column[at] ?? 0) + n / size;
      }
    }
    return columns;
  }
}

function folded(track: Track, count: number, size: number): (number | null)[] {
  const perSecond = track.fold === 'perSecond';
  const column = new Array<number | null>(count).fill(perSecond ? 0 : null);
  let last = 0;
  for (const [second, [value = 0]] of track.seconds) {
    const at = Math.floor(second / size);
    if (at >= count) continue;
    const before = column[at] ?? 0;
    column[at] = perSecond ? before + value : Math.max(before, value);
    last = Math.max(last, second);
  }
  if (!perSecond || size === 1) return column;
  // The last bucket is as long as the run was, or the end would look like a collapse.
  const cut = Math.min(size, last + 1 - (count - 1) * size);
  return column.map((sum, at) => (sum ?? 0) / (at === count - 1 && cut > 0 ? cut : size));
}

function latencies(track: Track, count: number, size: number): Record<string, (number | null)[]> {
  const names = ['p50', 'p95', 'p99', 'max'].map((name) => latencyColumn(track.name, name));
  const columns = names.map(() => new Array<number | null>(count).fill(null));
  const set = (at: number, values: readonly number[]): void => {
    values.forEach((value, which) => {
      const column = columns[which];
      if (column && at < count) column[at] = value;
    });
  };
  if (size === 1) for (const [second, values] of track.seconds) set(second, values);
  else for (const [at, values] of mergedBlocks(track, size)) set(at, values);
  return Object.fromEntries(names.map((name, which) => [name, columns[which] ?? []]));
}

/** Percentiles never average: the histograms of a bucket's blocks are merged, then asked. */
function mergedBlocks(track: Track, size: number): Map<number, readonly number[]> {
  const buckets = new Map<number, RunHistogram>();
  for (const [from, encoded] of track.blocks) {
    const at = Math.floor(from / size);
    const histogram = buckets.get(at) ?? new RunHistogram();
    histogram.addEncoded(encoded);
    buckets.set(at, histogram);
  }
  return new Map(
    [...buckets].map(([at, histogram]) => [
      at,
      [50, 95, 99, 100].map((percentile) => histogram.percentile(percentile)),
    ]),
  );
}
