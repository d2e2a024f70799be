// Samples of this worker, at the time of its clock.
import type { MessagePort } from 'node:worker_threads';
import { SampleWriter } from '../../threads/sample-writer.ts';
import type { Clock } from '../../threads/clock.ts';

export class Samples extends SampleWriter {
  readonly #clock: Clock;

  constructor(port: MessagePort, clock: Clock) {
    super((message, transfer) => {
      port.postMessage(message, transfer);
    });
    this.#clock = clock;
  }

  /** The present time, for several samples at once. */
  now(): number {
    return this.#clock.now();
  }

  /** One sample at the present time. */
  add(series: number, value: number): void {
    this.addAt(series, value, this.#clock.now());
  }
}
