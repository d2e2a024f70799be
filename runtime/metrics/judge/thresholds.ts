// Thresholds judged: every 2 s over the whole run, every second over a sliding window, and once at
// the end.
import type { ThresholdConfig } from '../engine-types.ts';
import { BucketCounter, percentilesOf } from '../distribution/buckets.ts';
import { activityOf, comparedWhole, limitOf } from './threshold-views.ts';
import type { Compared } from './threshold-views.ts';
import { failsWithoutData } from '../whole-view.ts';
import { holds, parseExpression } from './threshold-expression.ts';
import type { ThresholdExpression } from './threshold-expression.ts';
import type { ThresholdResult, ThresholdVerdict } from '../summary.ts';
import type { Interval, ViewState } from '../view-state.ts';

interface Judged {
  readonly key: string;
  readonly view: ViewState;
  readonly base: ViewState | null;
  readonly activity: ViewState | null;
  readonly expression: ThresholdExpression;
  readonly abortOnFail: boolean;
  readonly advisory: boolean;
  readonly delayMs: number;
  readonly windowMs: number | undefined;
  verdict: ThresholdVerdict;
  failed: boolean;
  observed: number | undefined;
  limit: number;
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
          view,
          base: expression.of === undefined ? null : viewOf(expression.of),
          activity: activity === null ? null : viewOf(activity),
          expression,
          abortOnFail: spec.abortOnFail === true,
          advisory: spec.advisory === true,
          delayMs: spec.delayAbortEval ?? 0,
          windowMs: spec.window,
          verdict: 'no data',
          failed: false,
          observed: undefined,
          limit: expression.limit,
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
      const before = judged.failed;
      if (!this.#evaluate(judged, nowMs, false)) continue;
      if (judged.failed !== before) changed.push(resultOf(judged));
      const late = judged.delayMs === 0 || judged.delayMs < nowMs;
      if (judged.failed && judged.abortOnFail && late && !this.#aborted) {
        abort = resultOf(judged);
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
      const before = judged.failed;
      if (!this.#evaluate(judged, elapsedMs, true)) {
        judged.verdict = 'no data';
        judged.observed = undefined;
        judged.failed = !judged.advisory && failsWithoutData(judged.view, judged.expression);
      }
      if (judged.failed !== before) changed.push(resultOf(judged));
    }
    return changed;
  }

  results(): ThresholdResult[] {
    return this.#judged.map(resultOf);
  }

  /** False when there is nothing to judge yet, at the end: nothing at all. */
  #evaluate(judged: Judged, elapsedMs: number, final: boolean): boolean {
    const { view, windowMs, expression } = judged;
    // while running, what was not counted yet is no zero: it may come
    if (view.samples === 0 && !final) return false;
    // a window that is not full yet would judge noise; a run shorter than it is judged whole
    const full = windowMs !== undefined && Math.round(elapsedMs / 1000) * 1000 >= windowMs;
    const windowed = full && view.samples > 0;
    if (windowMs !== undefined && !windowed && !final) return false;
    if (windowed && judged.verdict === 'failed') return true;
    let seen = windowed
      ? this.#comparedWindow(judged, windowMs, elapsedMs)
      : comparedWhole(judged, expression, elapsedMs);
    if (seen === null) {
      // nothing in this window: the last verdict stands; never any: the whole run decides
      if (!final || judged.verdict !== 'no data') return judged.verdict !== 'no data';
      seen = comparedWhole(judged, expression, elapsedMs);
      if (seen === null) return false;
    }
    judged.observed = seen.observed;
    judged.limit = seen.limit;
    const held = holds(seen.observed, expression, seen.limit);
    judged.failed = !held && !judged.advisory;
    judged.verdict = held ? 'ok' : 'failed';
    if (!held) judged.firstFailedMs ??= elapsedMs;
    return true;
  }

  #comparedWindow(judged: Judged, windowMs: number, elapsedMs: number): Compared | null {
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

function resultOf(judged: Judged): ThresholdResult {
  return {
    metric: judged.key,
    expression: judged.expression.text,
    verdict: judged.verdict,
    failed: judged.failed,
    ...(judged.observed === undefined ? {} : { observed: judged.observed }),
    limit: judged.limit,
    ...(judged.windowMs === undefined ? {} : { windowMs: judged.windowMs }),
    contains: judged.view.decl.contains,
    abortOnFail: judged.abortOnFail,
    ...(judged.advisory ? { advisory: true } : {}),
    ...(judged.firstFailedMs === undefined ? {} : { firstFailedMs: judged.firstFailedMs }),
  };
}
