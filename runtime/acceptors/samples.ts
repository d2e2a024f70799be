// Samples of an acceptor thread, by metric and tags; and what of a route's account becomes samples.
import type { FromAcceptor } from '../threads/acceptor.ts';
import type { Clock } from '../threads/clock.ts';
import { SampleWriter } from '../threads/sample-writer.ts';
import { TALLY_FIELDS } from './account/tally.ts';
import type { Tally } from './account/tally.ts';

/** `accepted` is called `expected` as a metric: what a receiver has to get. */
const METRIC_OF = new Map(
  TALLY_FIELDS.map((field) => [
    field,
    `dicom_delivery_${field === 'accepted' ? 'expected' : field}`,
  ]),
);

/** Puts a message on its way to main, giving up the buffers named. */
export type Post = (message: FromAcceptor, transfer?: readonly ArrayBuffer[]) => void;

/** Samples of series that are asked for by name, at readings of the thread's clock. */
export class NamedSamples extends SampleWriter {
  readonly #ids = new Map<string, number>();
  readonly #clock: Pick<Clock, 'at'>;

  constructor(post: Post, clock: Pick<Clock, 'at'>) {
    super(post);
    this.#clock = clock;
  }

  /** One sample, at a `performance.now()` of this thread. */
  addRead(series: number, value: number, reading: number): void {
    this.addAt(series, value, this.#clock.at(reading));
  }

  /** The number of a series, declared at its first use. */
  seriesOf(metric: string, tags: Readonly<Record<string, string>>): number {
    const key = `${metric}\n${JSON.stringify(tags)}`;
    let id = this.#ids.get(key);
    if (id === undefined) {
      id = this.declare(metric, tags);
      this.#ids.set(key, id);
    }
    return id;
  }
}

/** Turns one route's counters into increments of `dicom_delivery_*`, zeros at the first call. */
export class TallySamples {
  readonly #writer: NamedSamples;
  readonly #last = new Map<string, number>();
  readonly #series: ReadonlyMap<(typeof TALLY_FIELDS)[number], number>;
  readonly duration: number;
  #first = true;

  constructor(writer: NamedSamples, tags: Readonly<Record<string, string>>) {
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
      this.#writer.addRead(series, increment, now);
    }
    this.#first = false;
  }
}
