// When a second of all agents is closed, and what they reported of it goes into the engine.
import { epochNow } from '../../conductor/records/epoch.ts';
import type { Engine } from '../../metrics/engine-types.ts';
import type { Remote } from '../remote.ts';

/** A second that an agent does not report is closed without it after this. */
const LATE_MS = 2_000;
const PACE_MS = 50;

export interface PaceSettings {
  readonly remotes: readonly Remote[];
  /** All that agents had said is read, as far as one can know. */
  readonly caughtUp: () => boolean;
}

export class Pace {
  readonly #settings: PaceSettings;
  #engine: Engine | null = null;
  #t0 = Infinity;
  #waits: { readonly second: number; readonly go: () => void } | null = null;
  #timer: NodeJS.Timeout | undefined;

  constructor(settings: PaceSettings) {
    this.#settings = settings;
  }

  /** Where the agents' intervals go. */
  attach(engine: Engine): void {
    this.#engine = engine;
  }

  /** @param t0 epoch ms by our clock; no second is closed before it is known */
  start(t0: number): void {
    this.#t0 = t0;
  }

  /** Resolves when that second, counted from 1, is closed. */
  until(second: number): Promise<void> {
    return new Promise((resolve) => {
      this.#waits = { second, go: resolve };
      this.check();
    });
  }

  /** Closes the second that is waited for when all who live have reported it, or it is late. */
  check(): void {
    clearTimeout(this.#timer);
    const { remotes, caughtUp } = this.#settings;
    const waits = this.#waits;
    if (waits === null || this.#t0 === Infinity) return;
    const at = waits.second - 1;
    const missing = remotes.some((one) => one.live && one.lastAt < at);
    const lateMs = epochNow() - (this.#t0 + waits.second * 1_000);
    const isLate = lateMs > LATE_MS && caughtUp();
    // why not before its time: those who have ended report nothing more, and seconds go on
    if (lateMs < 0 || (missing && !isLate)) {
      this.#timer = setTimeout(() => this.check(), PACE_MS);
      return;
    }
    this.#waits = null;
    this.#absorb(at);
    waits.go();
  }

  /** No second is waited for any more; all that came is taken. */
  finish(): void {
    this.stop();
    this.#waits = null;
    this.#absorb(Infinity);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #absorb(at: number): void {
    const engine = this.#engine;
    if (engine === null) return;
    for (const remote of this.#settings.remotes) {
      for (const { series, intervals, points } of remote.framesUpTo(at)) {
        engine.addSeries(remote.index, series);
        engine.absorb(remote.index, intervals, points);
      }
    }
  }
}
