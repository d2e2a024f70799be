// Since when nothing succeeds any more: what a peer that dies in the middle of a run, for good, leaves.
// Its failures are few, as senders wait longer and longer, so no share of all shows it.
import type { Tick } from '../engine-types.ts';
import { ATTEMPTS } from './failure-rates.ts';

/** Since the last success of a run; see {@link SilenceWatch}. */
export interface Silence {
  /** The end of the second of the last success, ms since t0. */
  readonly fromMs: number;
  /** What failed since then, by metric. */
  readonly failed: Readonly<Record<string, number>>;
  /** Requests that still had no answer when their iterations were interrupted; absent in older run logs. */
  readonly waiting?: number;
}

const isAttempt = (metric: string): boolean => ATTEMPTS.some((one) => one.metric === metric);

/** Fed with each tick of a run. */
export class SilenceWatch {
  readonly #metrics = new Map<number, string>();
  /** Views of what was interrupted: no failure of the peer, and no success either. */
  readonly #interrupted = new Set<number>();
  #fromMs: number | null = null;
  #failed: Record<string, number> = {};
  #waiting = 0;

  see({ at, views, rows }: Pick<Tick, 'at' | 'views' | 'rows'>): void {
    for (const { id, metric, view, tags } of views) {
      if (!isAttempt(metric)) continue;
      if (view === 'all') this.#metrics.set(id, metric);
      if (view === 'outcome' && tags['outcome'] === 'interrupted') this.#interrupted.add(id);
    }
    const zeros = (known: { has(id: number): boolean }): number =>
      rows.reduce((sum, [id = -1, , n = 0]) => (known.has(id) ? sum + n : sum), 0);
    const interrupted = zeros(this.#interrupted);
    if (zeros(this.#metrics) > interrupted) {
      this.#fromMs = (at + 1) * 1000;
      this.#failed = {};
      this.#waiting = 0;
      return;
    }
    this.#waiting += interrupted;
    for (const [id = -1, failed = 0] of rows) {
      const metric = this.#metrics.get(id);
      if (metric === undefined || failed === 0) continue;
      this.#failed[metric] = (this.#failed[metric] ?? 0) + failed;
    }
  }

  /** Null where nothing ever succeeded, and where nothing was tried since the last success. */
  get silence(): Silence | null {
    const nothing = Object.keys(this.#failed).length === 0 && this.#waiting === 0;
    if (this.#fromMs === null || nothing) return null;
    return { fromMs: this.#fromMs, failed: this.#failed, waiting: this.#waiting };
  }
}
