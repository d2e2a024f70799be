// Samples of an acceptor thread: the same columns a VU worker sends, transferred to main.
import type { FromAcceptor } from '../threads/acceptor.ts';
import { TALLY_FIELDS } from './account/tally.ts';
import type { Tally } from './account/tally.ts';
import type { SeriesDecl } from '../metrics/samples.ts';

const BATCH = 4096;

/** `accepted` is called `expected` as a metric: what a receiver has to get. */
const METRIC_OF = new Map(
  TALLY_FIELDS.map((field) => [
    field,
    `dicom_delivery_${field === 'accepted' ? 'expected' : field}`,
  ]),
);

/** Puts a message on its way to main, giving up the buffers named. */
export type Post = (message: FromAcceptor, transfer?: readonly ArrayBuffer[]) => void;

/** Collects samples and posts them in batches. */
export class SampleWriter {
  readonly #post: Post;
  readonly #ids = new Map<string, number>();
  #fresh: SeriesDecl[] = [];
  #n = 0;
  #series = new Uint32Array(BATCH);
  #value = new Float64Array(BATCH);
  #time = new Float64Array(BATCH);

  constructor(post: Post) {
    this.#post = post;
  }

  /** The number of a series, declared at its first use. */
  seriesOf(metric: string, tags: Readonly<Record<string, string>>): number {
    const key = `${metric}\n${JSON.stringify(tags)}`;
    let id = this.#ids.get(key);
    if (id === undefined) {
      id = this.#ids.size;
      this.#ids.set(key, id);
      this.#fresh.push({ id, metric, tags });
    }
    return id;
  }

  /** Adds one sample; `time` in ms since t0. */
  add(series: number, value: number, time: number): void {
    if (this.#n === BATCH) this.flush();
    this.#series[this.#n] = series;
    this.#value[this.#n] = value;
    this.#time[this.#n] = time;
    this.#n++;
  }

  /** Posts what there is. */
  flush(): void {
    if (this.#fresh.length > 0) {
      this.#post({ kind: 'series', series: this.#fresh });
      this.#fresh = [];
    }
    if (this.#n === 0) return;
    const columns = { n: this.#n, series: this.#series, value: this.#value, time: this.#time };
    this.#series = new Uint32Array(BATCH);
    this.#value = new Float64Array(BATCH);
    this.#time = new Float64Array(BATCH);
    this.#n = 0;
    const { series, value, time } = columns;
    this.#post({ kind: 'samples', columns }, [series.buffer, value.buffer, time.buffer]);
  }
}

/** InTurn one route's counters into increments of `dicom_delivery_*`, zeros at the first call. */
export class TallySamples {
  readonly #writer: SampleWriter;
  readonly #last = new Map<string, number>();
  readonly #series: ReadonlyMap<(typeof TALLY_FIELDS)[number], number>;
  readonly duration: number;
  #first = true;

  constructor(writer: SampleWriter, tags: Readonly<Record<string, string>>) {
    this.#writer = writer;
    this.#series = new Map(
      TALLY_FIELDS.map((field) => [field, writer.seriesOf(METRIC_OF.get(field) ?? field, tags)]),
    );
    this.duration = writer.seriesOf('dicom_delivery_duration', tags);
  }

  /** Emits what was counted since the last call. */
  emit(tally: Tally, now: number): void {
    for (const [field, series] of this.#series) {
      const increment = tally[field] - (this.#last.get(field) ?? 0);
      if (increment === 0 && !this.#first) continue;
      this.#last.set(field, tally[field]);
      this.#writer.add(series, increment, now);
    }
    this.#first = false;
  }
}
