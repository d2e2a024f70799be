// Tag sets as small numbers, and series by (metric, tag set): what makes a sample two array writes.
import type { Samples } from './samples.ts';
import type { SeriesDecl } from '../../metrics/samples.ts';

export type Tags = Readonly<Record<string, string>>;

/** A tag set known by number; `series` remembers what was derived from it. */
export interface TagContext {
  readonly id: number;
  readonly tags: Tags;
  /** Series by metric name. */
  readonly series: Map<string, number>;
  /** Bundles of request series by a packed key, see requests.ts. */
  readonly bundles: Map<number, unknown>;
  /** Derived contexts by group name, tags JSON, … */
  readonly derived: Map<string, TagContext>;
}

export class TagContexts {
  readonly #samples: Samples;
  readonly #known = new Map<string, TagContext>();
  #count = 0;

  constructor(samples: Samples) {
    this.#samples = samples;
  }

  /** The context of a tag set; the same set gives the same context. */
  of(tags: Tags): TagContext {
    const sorted = Object.fromEntries(
      Object.entries(tags)
        .filter(([, value]) => value !== '')
        .sort(([a], [b]) => (a < b ? -1 : 1)),
    );
    const key = JSON.stringify(sorted);
    let context = this.#known.get(key);
    if (context === undefined) {
      context = {
        id: this.#count++,
        tags: sorted,
        series: new Map(),
        bundles: new Map(),
        derived: new Map(),
      };
      this.#known.set(key, context);
    }
    return context;
  }

  /** A context with more tags; remembered under `key`, which must say what `more` says. */
  with(context: TagContext, key: string, more: Tags): TagContext {
    let derived = context.derived.get(key);
    if (derived === undefined) {
      derived = this.of({ ...context.tags, ...more });
      context.derived.set(key, derived);
    }
    return derived;
  }

  /** The series of a metric in a context. */
  series(context: TagContext, metric: string, custom?: SeriesDecl['custom']): number {
    let id = context.series.get(metric);
    if (id === undefined) {
      id = this.#samples.declare(metric, context.tags, custom);
      context.series.set(metric, id);
    }
    return id;
  }
}
