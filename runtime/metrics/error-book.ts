// Failures grouped by what is the same about them; bounded, whatever a peer sends.
import type { ErrorGroup, ErrorsSummary } from './summary.ts';
import { MOST_FAILED_INSTANCES } from './summary.ts';

/** One failure, or `count` alike. */
export interface ErrorEntry extends Omit<ErrorGroup, 'share' | 'firstMs' | 'lastMs'> {
  /** ms since t0. */
  readonly at: number;
}

const MAX_GROUPS = 500;
const OTHER = 'other';

export class ErrorBook {
  readonly #groups = new Map<string, ErrorGroup>();
  #total = 0;

  get total(): number {
    return this.#total;
  }

  /** True when it is the first of its group: worth a line at once. */
  add(entry: ErrorEntry): boolean {
    this.#total += entry.count;
    const known = this.#groups.get(entry.group);
    if (known === undefined && this.#groups.size >= MAX_GROUPS) return this.#addOther(entry);
    if (known === undefined) {
      const { at, ...rest } = entry;
      this.#groups.set(entry.group, { ...rest, firstMs: at, lastMs: at });
      return true;
    }
    const { instances: named = [] } = known;
    const instances = [...named, ...(entry.instances ?? [])].slice(0, MOST_FAILED_INSTANCES);
    this.#groups.set(entry.group, {
      ...known,
      ...(instances.length === 0 ? {} : { instances }),
      count: known.count + entry.count,
      firstMs: Math.min(known.firstMs, entry.at),
      lastMs: Math.max(known.lastMs, entry.at),
    });
    return false;
  }

  /** The `top` most frequent groups. */
  summary(top = 10): ErrorsSummary {
    const all = [...this.#groups.values()].sort((a, b) => b.count - a.count);
    return {
      total: this.#total,
      groups: all.slice(0, top),
      groupsOmitted: Math.max(0, all.length - top),
    };
  }

  #addOther(entry: ErrorEntry): boolean {
    const other = this.#groups.get(OTHER);
    this.#groups.set(OTHER, {
      group: OTHER,
      operation: '*',
      code: OTHER,
      message: other?.message ?? entry.message,
      count: (other?.count ?? 0) + entry.count,
      firstMs: Math.min(other?.firstMs ?? entry.at, entry.at),
      lastMs: Math.max(other?.lastMs ?? entry.at, entry.at),
    });
    return false;
  }
}
