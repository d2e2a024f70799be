// How the machine that makes the load is doing, read off the real thing once a second. The rules are
// in metrics/generator.ts.
import { readFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import {
  GeneratorMonitor as Monitor,
  type GeneratorValue,
  type ThreadReading,
} from '../metrics/generator.ts';
import type { GeneratorSummary } from '../metrics/summary.ts';
import type { GeneratorNow } from './screen.ts';

const RESOLUTION_MS = 10;

function proc(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    // Not Linux.
    return null;
  }
}

/** Reads /proc, which takes a file descriptor; with none left the last figure stands. */
function rssReader(): () => number {
  let last = 0;
  return () => {
    try {
      last = process.memoryUsage.rss();
    } catch {
      return last; // EMFILE
    }
    return last;
  };
}

export class GeneratorWatch {
  readonly #delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  readonly #monitor: Monitor;
  #now: GeneratorNow = { cpu: 0, loopLagMs: 0, rssBytes: 0, saturated: false };

  /** `workers`: what the threads that carry load tell of themselves since the last call. */
  constructor(cores: number, workers: () => readonly ThreadReading[]) {
    this.#delay.enable();
    this.#monitor = new Monitor({
      now: () => performance.now(),
      cpuMicros: () => {
        const { user, system } = process.cpuUsage();
        return user + system;
      },
      rssBytes: rssReader(),
      threads: () => [this.#main(), ...workers()],
      cores,
      proc,
    });
  }

  #main(): ThreadReading {
    const lag = this.#delay.max / 1e6 - RESOLUTION_MS;
    this.#delay.reset();
    const busyMs = performance.eventLoopUtilization().active;
    return { name: 'main', busyMs, loopLagMs: Number.isFinite(lag) ? Math.max(0, lag) : 0 };
  }

  get now(): GeneratorNow {
    return this.#now;
  }

  /** Reads everything since the last call. Once a second. */
  sample(): readonly GeneratorValue[] {
    const values = this.#monitor.sample();
    const of = (metric: string): number =>
      values.reduce((most, one) => (one.metric === metric ? Math.max(most, one.value) : most), 0);
    const cpu = values.find(({ metric }) => metric === 'generator_cpu')?.value ?? 0;
    this.#now = {
      cpu,
      loopLagMs: of('generator_loop_lag'),
      rssBytes: of('generator_rss'),
      saturated: this.#monitor.saturatedNow,
    };
    return values;
  }

  /** The load is over: what is busy from here on was no limit of it. */
  rest(): void {
    this.#monitor.rest();
  }

  summary(): GeneratorSummary {
    return this.#monitor.summary();
  }

  stop(): void {
    this.#delay.disable();
  }
}
