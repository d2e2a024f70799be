// The engine: every sample goes in once, once a second the views come out, at the end the totals.
// Pure over the clock that is passed in; memory does not grow with time.
import { BucketCounter } from './distribution/buckets.ts';
import type { Buckets } from './distribution/buckets.ts';
import type {
  Engine,
  EngineOptions,
  EngineShare,
  LiveNumbers,
  SeriesInterval,
  Tick,
  ViewBlock,
  ViewDecl,
  ViewRow,
} from './engine-types.ts';
import { BlockEncoder } from './distribution/histogram.ts';
import { liveNumbers } from './live.ts';
import { bucketOf, MAX_UNITS, UNITS_PER_VALUE } from './distribution/scale.ts';
import type { ScatterPoints } from './distribution/scatter.ts';
import { Scatter } from './distribution/scatter.ts';
import { SeriesTable } from './series-table.ts';
import { COUNTER, GAUGE, TREND } from './series-state.ts';
import type { SeriesState } from './series-state.ts';
import { SilenceWatch } from './judge/silence.ts';
import type { Silence } from './judge/silence.ts';
import type { ThresholdResult } from './summary.ts';
import { Thresholds } from './judge/thresholds.ts';
import type { Totals } from './totals.ts';
import { viewKinds } from './views.ts';
import { totalOf } from './whole-view.ts';
import type { SampleColumns, SeriesDecl } from './samples.ts';

const MAX_SERIES = 5_000;
const BLOCK_SECONDS = 10;
const JUDGE_EVERY_MS = 2_000;
const NOT_JUDGED = { changed: [], abort: null };
/** About 20 ms of encoding; what is left goes out with the next ticks. */
const BLOCK_VIEWS_PER_TICK = 250;

interface WaitingBlock {
  readonly from: number;
  readonly to: number;
  readonly parts: { readonly view: number; readonly buckets: readonly Buckets[] }[];
}

export function createEngine(options: EngineOptions): Engine {
  return new MetricsEngine(options);
}

class MetricsEngine implements Engine {
  readonly #table: SeriesTable;
  readonly #thresholds: Thresholds;
  readonly #threads = new Map<number, SeriesState[]>();
  readonly #counter = new BucketCounter();
  readonly #encoder = new BlockEncoder();
  readonly #scatter = new Scatter();
  readonly #silence = new SilenceWatch();
  readonly #options: EngineOptions;
  #at = -Infinity;
  #lastMs = Number.NaN;
  #block: number | null = null;
  readonly #waiting: WaitingBlock[] = [];
  #judgedAt = -Infinity;
  /** Series that were shared already. */
  #told = 0;
  /** Points of other engines. */
  #points: ScatterPoints[] = [];
  #samples = 0;
  #rejected = 0;

  constructor(options: EngineOptions) {
    this.#options = options;
    const max = options.maxSeries ?? MAX_SERIES;
    this.#table = new SeriesTable({
      maxSeries: max,
      custom: options.customMetrics ?? [],
      kinds: viewKinds(options.views),
      onOverflow: () => this.#warnOverflow(max),
    });
    // also the empty lists: they only track a sub-metric; and what is never used is zero, not absent
    for (const key of Object.keys(options.thresholds)) this.#table.viewOf(key);
    for (const { name } of options.customMetrics ?? []) this.#table.viewOf(name);
    this.#thresholds = new Thresholds(options.thresholds, (key) => this.#table.viewOf(key));
  }

  get counts(): Engine['counts'] {
    return {
      samples: this.#samples,
      rejected: this.#rejected,
      overflowed: this.#table.overflowed,
    };
  }

  addSeries(thread: number, series: readonly SeriesDecl[]): void {
    let list = this.#threads.get(thread);
    if (list === undefined) this.#threads.set(thread, (list = []));
    for (const declaration of series) {
      const state = this.#table.of(declaration);
      state.scatter ??= this.#scatter.laneOf(state.key.metric, state.key.tags);
      list[declaration.id] = state;
    }
  }

  ingest(thread: number, columns: SampleColumns): void {
    const list = this.#threads.get(thread);
    const { n, series, value, time } = columns;
    for (let i = 0; i < n; i++) {
      const state = list?.[series[i] ?? -1];
      if (state === undefined) {
        this.#unknown(thread, series[i] ?? -1);
        continue;
      }
      this.#record(state, value[i] ?? Number.NaN, time[i] ?? 0);
    }
    this.#samples += n;
  }

  sample(metric: string, tags: Readonly<Record<string, string>>, value: number): void {
    this.#samples++;
    this.#record(this.#table.of({ metric, tags }), value, 0);
  }

  share(): EngineShare {
    const { series } = this.#table;
    const told = series.slice(this.#told).map((one, i) => one.declared(this.#told + i));
    this.#told = series.length;
    const intervals = series.flatMap((one, id) => one.interval(id, this.#counter) ?? []);
    return { series: told, intervals };
  }

  absorb(
    thread: number,
    intervals: readonly SeriesInterval[],
    points: readonly ScatterPoints[],
  ): void {
    const list = this.#threads.get(thread);
    for (const interval of intervals) {
      const state = list?.[interval.id];
      if (state === undefined) this.#unknown(thread, interval.id);
      else state.absorb(interval);
      this.#samples += interval.n;
    }
    this.#points.push(...points);
  }

  tick(nowMs: number, judgedMs: number | null = nowMs): Tick {
    return this.#close(nowMs, judgedMs, false);
  }

  finish(nowMs: number, elapsedMs: number): Tick {
    const tick = this.#close(nowMs, null, true);
    return { ...tick, changed: this.#thresholds.finish(elapsedMs) };
  }

  thresholds(): readonly ThresholdResult[] {
    return this.#thresholds.results();
  }

  silence(): Silence | null {
    return this.#silence.silence;
  }

  totals(): Totals {
    return this.#table.views.map((view) => ({ key: view.decl, total: totalOf(view) }));
  }

  live(): LiveNumbers {
    return liveNumbers(this.#table.views, this.#at, this.#thresholds.results());
  }

  #record(state: SeriesState, value: number, time: number): void {
    if (state.code === TREND) {
      const units = Math.round(value * UNITS_PER_VALUE);
      // written so that NaN fails too
      if (!(units >= 0 && units <= MAX_UNITS)) return this.#reject(state, value);
      if (state.n === state.buckets.length) state.grow();
      state.buckets[state.n++] = bucketOf(units);
      state.sum += value;
      if (state.scatter !== null) state.scatter.add(time, value);
    } else if (state.code === COUNTER) {
      if (!(value >= 0 && value <= Number.MAX_SAFE_INTEGER)) return this.#reject(state, value);
      state.n++;
      state.sum += value;
      return;
    } else if (state.code === GAUGE) {
      if (!Number.isFinite(value)) return this.#reject(state, value);
      state.n++;
      state.sum += value;
      if (time >= state.lastTime) {
        state.lastTime = time;
        state.last = value;
      }
    } else {
      if (!Number.isFinite(value)) return this.#reject(state, value);
      state.n++;
      if (value === 0) return;
      state.sum++;
      if (state.scatter !== null) state.scatter.add(time, 0);
      return;
    }
    if (value < state.min) state.min = value;
    if (value > state.max) state.max = value;
  }

  #close(nowMs: number, judgedMs: number | null, final: boolean): Tick {
    const at = Math.max(this.#at + 1, Math.round(nowMs / 1000) - 1);
    const intervalMs = Number.isNaN(this.#lastMs) ? 1000 : Math.max(1, nowMs - this.#lastMs);
    this.#closeBlock(Math.floor(at / BLOCK_SECONDS));
    const { rows, views } = this.#rows(at, intervalMs);
    this.#silence.see({ at, rows, views });
    this.#at = at;
    this.#lastMs = nowMs;
    const due = nowMs - this.#judgedAt >= JUDGE_EVERY_MS - 50;
    if (due) this.#judgedAt = nowMs;
    const judged = judgedMs === null ? NOT_JUDGED : this.#thresholds.judge(judgedMs, !due);
    if (final) this.#closeBlock(null);
    const blocks = this.#encodeSome(final ? Infinity : BLOCK_VIEWS_PER_TICK);
    for (const view of this.#table.views) view.forget(at);
    const points = [...this.#scatter.take(), ...this.#points];
    this.#points = [];
    const { changed, abort } = judged;
    return { at, intervalMs, views, rows, blocks, points, changed, abort };
  }

  #rows(at: number, intervalMs: number): { rows: ViewRow[]; views: ViewDecl[] } {
    const rows: ViewRow[] = [];
    const views: ViewDecl[] = [];
    for (const view of this.#table.views) {
      const row = view.close(at, intervalMs, this.#counter);
      if (!view.announced && (row !== null || view.tracked)) {
        view.announced = true;
        views.push(view.decl);
      }
      if (row !== null) rows.push(row);
    }
    for (const series of this.#table.series) series.clear();
    return { rows, views };
  }

  /** When a new block begins, what the one before collected is put in line for encoding. */
  #closeBlock(next: number | null): void {
    const block = this.#block;
    if (block === next) return;
    this.#block = next;
    if (block === null) return;
    const from = block * BLOCK_SECONDS;
    const to = from + BLOCK_SECONDS;
    const parts = this.#table.views.flatMap((view) => {
      if (view.histogram === null) return [];
      const own = view.history.filter((one) => one.at >= from && one.at < to);
      const buckets = own.map((one) => one.buckets);
      return own.length === 0 ? [] : [{ view: view.decl.id, buckets }];
    });
    this.#waiting.push({ from, to, parts });
  }

  /** Encodes at most so many views: thousands at once would hold up the main thread. */
  #encodeSome(most: number): Tick['blocks'] {
    const blocks: Tick['blocks'][number][] = [];
    let left = most;
    while (left > 0) {
      const [first] = this.#waiting;
      if (first === undefined) break;
      const parts = first.parts.splice(0, left);
      left -= parts.length;
      const views = parts.map(({ view, buckets }): ViewBlock => [
        view,
        this.#encoder.encode(buckets),
      ]);
      if (views.length > 0) blocks.push({ from: first.from, to: first.to, views });
      if (first.parts.length === 0) this.#waiting.shift();
    }
    return blocks;
  }

  #reject(state: SeriesState, value: number): void {
    if (this.#rejected++ > 0) return;
    this.#options.onWarning(
      `metric ${state.key.metric}: value ${value} refused; values must be numbers from 0 to 9e9`,
      'the first refused value is named here, all of them are counted in the summary',
    );
  }

  /** Nothing that a thread sends may end a run. */
  #unknown(thread: number, series: number): void {
    if (this.#rejected++ > 0) return;
    this.#options.onWarning(
      `thread ${thread} sent a sample of undeclared series ${series}`,
      'a fault of dicomrun, not yours: it is counted as refused',
    );
  }

  #warnOverflow(max: number): void {
    if (this.#table.overflows) return;
    this.#options.onWarning(
      `more than ${max} time series: further ones are counted in the metric's total only`,
      'a tag has too many values; use bounded tags, never UIDs, times or counters',
    );
  }
}
