// Thresholds judged: every 2 s over the whole run or a sliding window, and once at the end.
import type { ThresholdConfig } from './engine-types.ts';
import { BucketCounter, percentilesOf } from './buckets.ts';
import { observedValue, failsWithoutData } from './whole-view.ts';
import { holds, parseExpression } from './threshold-expression.ts';
import type { ThresholdExpression } from './threshold-expression.ts';
import type { ThresholdResult, ThresholdVerdict } from './summary.ts';
import type { Interval, ViewState } from './view-state.ts';

interface Judged {
  readonly key: string;
  readonly view: ViewState;
  readonly expression: ThresholdExpression;
  readonly abortOnFail: boolean;
  readonly advisory: boolean;
  readonly delayMs: number;
  readonly windowMs: number | undefined;
  verdict: ThresholdVerdict;
  failed: boolean;
  observed: number | undefined;
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
      for (const spec of specs) {
        const expression = parseExpression(spec.threshold);
        if (expression === null) continue;
        if (spec.window !== undefined) {
          view.keepSeconds = Math.max(view.keepSeconds, Math.ceil(spec.window / 1000));
        }
        this.#judged.push({
          key,
          view,
          expression,
          abortOnFail: spec.abortOnFail === true,
          advisory: spec.advisory === true,
          delayMs: spec.delayAbortEval ?? 0,
          windowMs: spec.window,
          verdict: 'no data',
          failed: false,
          observed: undefined,
          firstFailedMs: undefined,
        });
      }
    }
  }

  /** While running: a threshold without data is left alone. */
  judge(nowMs: number): Judgement {
    if (this.#judged.length === 0) return NOTHING;
    const changed: ThresholdResult[] = [];
    let abort: ThresholdResult | null = null;
    for (const judged of this.#judged) {
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
      if (!this.#evaluate(judged, elapsedMs, true) && judged.view.samples === 0) {
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

  /** False when there is nothing to judge yet. */
  #evaluate(judged: Judged, elapsedMs: number, final: boolean): boolean {
    const { view, windowMs } = judged;
    if (view.samples === 0) return false;
    // a window that is not full yet would judge noise; a run shorter than it is judged whole
    const windowed = windowMs !== undefined && elapsedMs >= windowMs;
    if (windowMs !== undefined && !windowed && !final) return false;
    if (windowed && judged.verdict === 'failed') return true;
    let observed = windowed
      ? this.#windowValue(judged, windowMs, elapsedMs)
      : observedValue(judged.view, judged.expression, elapsedMs);
    if (observed === null) {
      // nothing in this window: the last verdict stands; never any: the whole run decides
      if (!final || judged.verdict !== 'no data') return judged.verdict !== 'no data';
      observed = observedValue(judged.view, judged.expression, elapsedMs);
    }
    judged.observed = observed;
    const held = holds(observed, judged.expression);
    judged.failed = !held && !judged.advisory;
    judged.verdict = held ? 'ok' : 'failed';
    if (!held) judged.firstFailedMs ??= elapsedMs;
    return true;
  }

  #windowValue(judged: Judged, windowMs: number, elapsedMs: number): number | null {
    const view = judged.view;
    const from = elapsedMs - windowMs;
    const inside = view.history.filter((interval) => interval.at * 1000 >= from - 1);
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
        return view.decl.type === 'counter' ? sum / (windowMs / 1000) : sum / n;
      case 'value':
        return inside.at(-1)?.last ?? null;
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
    limit: judged.expression.limit,
    ...(judged.windowMs === undefined ? {} : { windowMs: judged.windowMs }),
    contains: judged.view.decl.contains,
    abortOnFail: judged.abortOnFail,
    ...(judged.advisory ? { advisory: true } : {}),
    ...(judged.firstFailedMs === undefined ? {} : { firstFailedMs: judged.firstFailedMs }),
  };
}
