// Thresholds judged: every 2 s over the whole run, every second over a sliding window, and once at
// the end.
import type { ThresholdConfig, ThresholdSpec } from '../engine-types.ts';
import { BucketCounter, percentilesOf } from '../distribution/buckets.ts';
import { activityOf, limitOf } from './threshold-views.ts';
import type { ThresholdComparison } from './threshold-views.ts';
import { parseExpression } from './threshold-expression.ts';
import type { ThresholdExpression } from './threshold-expression.ts';
import type { ThresholdResult } from '../summary.ts';
import { judgeWhole, outcomeOf, resultOf } from './whole.ts';
import type { Outcome } from './whole.ts';
import type { Interval, ViewState } from '../view-state.ts';

interface Judged {
  readonly key: string;
  readonly spec: ThresholdSpec;
  readonly view: ViewState;
  readonly base: ViewState | null;
  readonly activity: ViewState | null;
  readonly expression: ThresholdExpression;
  readonly advisory: boolean;
  readonly optional: boolean;
  readonly delayMs: number;
  readonly windowMs: number | undefined;
  outcome: Outcome;
  firstFailedMs: number | undefined;
}

export interface Judgement {
  readonly changed: readonly ThresholdResult[];
  readonly abort: ThresholdResult | null;
}

const NOTHING: Judgement = { changed: [], abort: null };

export class Thresholds {
  readonly #judged: Judged[] = [];
  readonly #counter = new BucketCounter();
  #aborted = false;

  /** `viewOf` gives the view of a metric or selector; the expressions have been checked. */
  constructor(config: ThresholdConfig, viewOf: (key: string) => ViewState | null) {
    for (const [key, specs] of Object.entries(config)) {
      const view = viewOf(key);
      if (view === null) continue;
      const activity = activityOf(key);
      for (const spec of specs) {
        const expression = parseExpression(spec.threshold);
        if (expression === null) continue;
        if (spec.window !== undefined) {
          view.keepSeconds = Math.max(view.keepSeconds, Math.ceil(spec.window / 1000));
        }
        this.#judged.push({
          key,
          spec,
          view,
          base: expression.of === undefined ? null : viewOf(expression.of),
          activity: activity === null ? null : viewOf(activity),
          expression,
          advisory: spec.advisory === true,
          optional: spec.optional === true,
          delayMs: spec.delayAbortEval ?? 0,
          windowMs: spec.window,
          outcome: { verdict: 'no data', failed: false, limit: expression.limit },
          firstFailedMs: undefined,
        });
      }
    }
  }

  /**
   * While running: a threshold without data is left alone. With `windowsOnly`, those over the whole
   * run are, too: they are judged less often, but no second of a window may go unseen.
   */
  judge(nowMs: number, windowsOnly = false): Judgement {
    if (this.#judged.length === 0) return NOTHING;
    const changed: ThresholdResult[] = [];
    let abort: ThresholdResult | null = null;
    for (const judged of this.#judged) {
      if (windowsOnly && judged.windowMs === undefined) continue;
      const before = judged.outcome.failed;
      this.#evaluate(judged, nowMs);
      const { failed } = judged.outcome;
      if (failed !== before) changed.push(told(judged));
      const late = judged.delayMs === 0 || judged.delayMs < nowMs;
      if (failed && judged.spec.abortOnFail === true && late && !this.#aborted) {
        abort = told(judged);
        this.#aborted = true;
      }
    }
    return { changed, abort };
  }

  /**
   * At the end: everything gets its verdict. `elapsedMs` is the length of the run. Returns those
   * that only now turn out to be crossed, or not to be any more.
   */
  finish(elapsedMs: number): ThresholdResult[] {
    const changed: ThresholdResult[] = [];
    for (const judged of this.#judged) {
      const before = judged.outcome.failed;
      this.#evaluateLast(judged, elapsedMs);
      if (judged.outcome.failed !== before) changed.push(told(judged));
    }
    return changed;
  }

  results(): ThresholdResult[] {
    return this.#judged.map(told);
  }

  /** While running, what was not counted yet is no zero: it may come. */
  #evaluate(judged: Judged, elapsedMs: number): void {
    if (judged.view.samples === 0) return;
    // A window that is not full yet would judge noise.
    if (judged.windowMs !== undefined) return this.#evaluateWindow(judged, elapsedMs);
    const outcome = wholeOf(judged, elapsedMs);
    if (outcome.verdict !== 'no data') take(judged, outcome, elapsedMs);
  }

  /** A run shorter than its window is judged whole, and so is what no window had anything of. */
  #evaluateLast(judged: Judged, elapsedMs: number): void {
    if (judged.windowMs !== undefined) this.#evaluateWindow(judged, elapsedMs);
    if (judged.windowMs !== undefined && judged.outcome.verdict !== 'no data') return;
    take(judged, wholeOf(judged, elapsedMs), elapsedMs);
  }

  /** One breach is enough; a window with nothing in it leaves the last verdict. */
  #evaluateWindow(judged: Judged, elapsedMs: number): void {
    const { windowMs = 0, view, expression, advisory } = judged;
    const full = Math.round(elapsedMs / 1000) * 1000 >= windowMs;
    if (!full || view.samples === 0 || judged.outcome.verdict === 'failed') return;
    const seen = this.#comparedWindow(judged, windowMs, elapsedMs);
    if (seen === null) return;
    take(judged, outcomeOf(seen, expression, { advisory, mustHaveData: false }), elapsedMs);
  }

  #comparedWindow(judged: Judged, windowMs: number, elapsedMs: number): ThresholdComparison | null {
    const observed = this.#windowValue(judged, windowMs, elapsedMs);
    const limit = limitOf(judged.base, judged.expression, elapsedMs);
    return observed === null || limit === null ? null : { observed, limit };
  }

  #windowValue(judged: Judged, windowMs: number, elapsedMs: number): number | null {
    const view = judged.view;
    // whole intervals of a second: a tick comes some milliseconds late, and its second still counts
    const from = Math.round(elapsedMs / 1000) - Math.ceil(windowMs / 1000);
    const inside = view.history.filter((interval) => interval.at >= from);
    if (inside.length === 0) return null;
    const n = total(inside, 'n');
    const sum = total(inside, 'sum');
    const method = judged.expression.method;
    const min = Math.min(...inside.map((interval) => interval.min));
    const max = Math.max(...inside.map((interval) => interval.max));
    switch (method.kind) {
      case 'count':
        return sum;
      case 'rate':
        return view.decl.type === 'counter' ? sum / (elapsedMs / 1000 - from) : sum / n;
      case 'value':
        return inside.at(-1)?.last ?? null;
      case 'growth':
        return (inside.at(-1)?.last ?? 0) - min;
      case 'avg':
        return sum / n;
      case 'min':
        return min;
      case 'max':
        return max;
      case 'percentile':
        for (const interval of inside) this.#counter.addBuckets(interval.buckets);
        return percentilesOf(this.#counter.take(), n, [method.p], { min, max })[0] ?? null;
    }
  }
}

function total(intervals: readonly Interval[], field: 'n' | 'sum'): number {
  return intervals.reduce((sum, interval) => sum + interval[field], 0);
}

function wholeOf(judged: Judged, elapsedMs: number): Outcome {
  return judgeWhole(judged.key, judged, judged, elapsedMs);
}

function take(judged: Judged, outcome: Outcome, elapsedMs: number): void {
  judged.outcome = outcome;
  if (outcome.verdict === 'failed') judged.firstFailedMs ??= elapsedMs;
}

function told({ key, spec, outcome, view, firstFailedMs }: Judged): ThresholdResult {
  const result = resultOf(key, spec, outcome, view.decl);
  return firstFailedMs === undefined ? result : { ...result, firstFailedMs };
}
