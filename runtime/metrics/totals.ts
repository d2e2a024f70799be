// What a run adds up to, view by view: made by the engine at the end of a run, or read back from a
// run log. The summary is computed from this and from nothing else.
import type { MetricContains, MetricType } from '../../api/k6/metric-table.ts';
import type { TrendStats } from './summary.ts';

export interface ViewKey {
  readonly metric: string;
  readonly type: MetricType;
  readonly contains: MetricContains;
  /** `all`, `service`, …; for a threshold selector the selector itself, `{service:C-STORE}`. */
  readonly view: string;
  readonly tags: Readonly<Record<string, string>>;
  /** False for metrics that the script made. */
  readonly builtin: boolean;
}

/** Whole-run value of a view. */
export type ViewTotal =
  | { readonly type: 'counter'; readonly samples: number; readonly count: number }
  | {
      readonly type: 'rate';
      readonly samples: number;
      readonly passes: number;
      readonly fails: number;
    }
  | {
      readonly type: 'gauge';
      readonly samples: number;
      readonly value: number;
      readonly min: number;
      readonly max: number;
      readonly mean: number;
    }
  | {
      readonly type: 'trend';
      readonly samples: number;
      readonly sum: number;
      readonly stats: TrendStats;
      /** Any percentile 0..100 of the whole run. */
      readonly percentile: (p: number) => number;
    };

export interface ViewTotals {
  readonly key: ViewKey;
  readonly total: ViewTotal;
}

export type Totals = readonly ViewTotals[];
