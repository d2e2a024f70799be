// What an agent does where the run has an output of single samples elsewhere: it keeps them beside the
// log of its part, to be brought there afterwards.
import type { OutputResult } from '../metrics/summary.ts';
import type { SampleLog } from '../runlog/sample-log.ts';
import type { Output, SampleSink } from './output.ts';

export class KeptSamples implements Output {
  readonly name: string;
  readonly sink: SampleSink;
  readonly #log: SampleLog;
  #samples = 0;

  constructor(name: string, log: SampleLog) {
    this.name = name;
    this.#log = log;
    log.claim();
    this.sink = {
      series: (thread, series) => log.series(thread, series),
      samples: (batch) => {
        this.#samples += batch.n;
        log.samples(batch);
      },
    };
  }

  get destination(): string {
    return this.#log.file;
  }

  start(): Promise<void> {
    return Promise.resolve();
  }

  wake(): void {
    this.#log.flush();
  }

  finish(): Promise<OutputResult> {
    const { name, destination } = this;
    this.#log.close();
    const { lost } = this.#log;
    return Promise.resolve({
      ...{ name, destination, written: this.#samples - lost, rejected: 0, unwritten: lost },
    });
  }
}
