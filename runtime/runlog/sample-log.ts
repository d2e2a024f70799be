// samples.ndjson: every sample, appended beside the run log for outputs in raw mode. It is read
// with the same cursor, so that such an output loses nothing either.
import { closeSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolders } from '../make-folders.ts';
import type { SampleColumns } from '../metrics/samples.ts';
import { SAMPLES_FILE } from './format.ts';
import type { RunRecord, SamplesRecord, SeriesRecord } from './format.ts';

/** Appends at 512 KiB or when told to. */
const FLUSH_CHARS = 512 * 1024;

export class SampleLog {
  readonly file: string;
  readonly #fd: number;
  readonly #onProblem: (message: string) => void;
  #pending: string[] = [];
  /** Samples in it. */
  #count = 0;
  #chars = 0;
  #lost = 0;
  #told = false;
  #claimed = false;
  #closed = false;

  constructor(dir: string, run: RunRecord, onProblem: (message: string) => void) {
    makeFolders(dir, 0o700);
    this.file = join(dir, SAMPLES_FILE);
    this.#fd = openSync(this.file, 'wx', 0o600);
    this.#onProblem = onProblem;
    this.#append(run);
  }

  /** True for the first caller: several outputs share the log, one of them feeds it. */
  claim(): boolean {
    const first = !this.#claimed;
    this.#claimed = true;
    return first;
  }

  /** Samples that could not be written. */
  get lost(): number {
    return this.#lost;
  }

  series(thread: number, series: SeriesRecord['series']): void {
    const list = series.map(({ id, metric, tags }) => ({ id, metric, tags }));
    this.#append({ k: 'series', w: thread, series: list });
  }

  samples(batch: SampleColumns & { readonly thread: number }): void {
    const { thread, n } = batch;
    this.#count += n;
    this.#append({
      k: 'samples',
      w: thread,
      s: Array.from(batch.series.subarray(0, n)),
      v: Array.from(batch.value.subarray(0, n)),
      t: Array.from(batch.time.subarray(0, n), (ms) => Math.round(ms * 1000)),
    });
  }

  flush(): void {
    if (this.#pending.length === 0 || this.#closed) return;
    const bytes = Buffer.from(`${this.#pending.join('\n')}\n`);
    const count = this.#count;
    this.#pending = [];
    this.#count = 0;
    this.#chars = 0;
    let done = 0;
    try {
      while (done < bytes.length) done += writeSync(this.#fd, bytes, done);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      if (!this.#told) this.#onProblem(`${this.file}: cannot write the samples (${why})`);
      this.#told = true;
      this.#lost += count;
    }
  }

  close(): void {
    if (this.#closed) return;
    this.flush();
    this.#closed = true;
    closeSync(this.#fd);
  }

  #append(record: RunRecord | SeriesRecord | SamplesRecord): void {
    const line = JSON.stringify(record);
    this.#pending.push(line);
    this.#chars += line.length;
    if (this.#chars >= FLUSH_CHARS) this.flush();
  }
}
