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
}

/** Fed with each tick of a run. */
export class SilenceWatch {
  readonly #metrics = new Map<number, string>();
  #fromMs: number | null = null;
  #failed: Record<string, number> = {};

  see({ at, views, rows }: Pick<Tick, 'at' | 'views' | 'rows'>): void {
    for (const { id, metric, view } of views) {
      if (view === 'all' && ATTEMPTS.some((one) => one.metric === metric))
        this.#metrics.set(id, metric);
    }
    const own = rows.filter(([id = -1]) => this.#metrics.has(id));
    if (own.some(([, , succeeded = 0]) => succeeded > 0)) {
      this.#fromMs = (at + 1) * 1000;
      this.#failed = {};
      return;
    }
    for (const [id = -1, failed = 0] of own) {
      const metric = this.#metrics.get(id) ?? '';
      this.#failed[metric] = (this.#failed[metric] ?? 0) + failed;
    }
  }

  /** Null where nothing ever succeeded, and where nothing failed since the last success. */
  get silence(): Silence | null {
    if (this.#fromMs === null || Object.keys(this.#failed).length === 0) return null;
    return { fromMs: this.#fromMs, failed: this.#failed };
  }
}
