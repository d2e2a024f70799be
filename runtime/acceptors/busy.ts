// How busy the thread itself is: when a receiver is the limit, the numbers are not the router's.
import { readFileSync } from 'node:fs';
import type { Post, NamedSamples } from './samples.ts';

/** Share of a second above which the thread is the limit. */
const LIMIT = 0.85;
/** So many seconds in a row before it is said. */
const SECONDS = 3;

/** Samples `generator_cpu` and `generator_loop_lag` of this thread, once a second. */
export class Busy {
  readonly #name: string;
  readonly #samples: NamedSamples;
  readonly #post: Post;
  readonly #cpu: number;
  readonly #lag: number;
  #last = performance.eventLoopUtilization();
  #lastLook = performance.now();
  #lastCpu = threadCpuMs() ?? 0;
  #inARow = 0;
  #said = false;

  constructor(name: string, samples: NamedSamples, post: Post) {
    this.#name = name;
    this.#samples = samples;
    this.#post = post;
    this.#cpu = samples.seriesOf('generator_cpu', { thread: name });
    this.#lag = samples.seriesOf('generator_loop_lag', { thread: name });
  }

  /** Called every 1,000 ms by a timer; how late it comes is the lag. */
  look(): void {
    const current = performance.eventLoopUtilization();
    const elapsed = performance.now() - this.#lastLook;
    const turning = performance.eventLoopUtilization(current, this.#last).utilization;
    this.#last = current;
    // why: a loop that turns all the time may still wait for a core; that is not its own limit
    const cpu = threadCpuMs();
    const utilization = cpu === null ? turning : Math.min(1, (cpu - this.#lastCpu) / elapsed);
    this.#lastCpu = cpu ?? 0;
    this.#lastLook += elapsed;
    this.#samples.addRead(this.#cpu, utilization * 100, performance.now());
    this.#samples.addRead(this.#lag, Math.max(0, elapsed - 1000), performance.now());
    this.#inARow = utilization >= LIMIT ? this.#inARow + 1 : 0;
    if (this.#inARow < SECONDS || this.#said) return;
    this.#said = true;
    const percent = Math.round(utilization * 100);
    const message =
      `the receiver was the limit: ${this.#name} was ${percent} % busy for ${SECONDS} s; ` +
      'delivery times include its own delay (verify: "counts" costs least)';
    this.#post({ kind: 'log', level: 'warn', message });
  }
}

/** CPU time of the calling thread, ms; null where the system does not tell (not Linux). */
function threadCpuMs(): number | null {
  try {
    const [ns] = readFileSync('/proc/thread-self/schedstat', 'latin1').split(' ');
    return Number(ns) / 1e6;
  } catch {
    return null; // then the turns of the event loop have to do
  }
}
