// The summary of a run from its log alone: after the run, on another machine, after SIGKILL.
// Counts are exact to the last second written, percentiles to the last 10 s block.
import { join } from 'node:path';
import { ErrorBook } from '../metrics/error-book.ts';
import type { ViewDecl } from '../metrics/engine-types.ts';
import { DicomRunError, ExitCode } from '../errors.ts';
import { IDLE_GENERATOR } from '../metrics/facts.ts';
import type { RunFacts } from '../metrics/facts.ts';
import { RunHistogram } from '../metrics/distribution/histogram.ts';
import { summarise } from '../metrics/summarise.ts';
import type { ErrorsSummary, Summary, ThresholdResult } from '../metrics/summary.ts';
import { judgeAll } from '../metrics/judge/whole.ts';
import type { Totals } from '../metrics/totals.ts';
import { clampTo, totalOf } from '../metrics/whole-view.ts';
import type { WholeView } from '../metrics/whole-view.ts';
import { readRunLog } from './cursor.ts';
import { RUNLOG_FILE, RUNLOG_SCHEMA } from './format.ts';
import type { EndRecord, EventRecord, LogRecord, RunRecord } from './format.ts';

/** A view added up from its rows and blocks. */
class RestoredView implements WholeView {
  readonly decl: ViewDecl;
  samples = 0;
  sum = 0;
  min = Infinity;
  max = -Infinity;
  last = 0;
  histogram: RunHistogram | null = null;

  constructor(decl: ViewDecl) {
    this.decl = decl;
  }

  add(row: readonly number[]): void {
    const [, a = 0, b = 0, c = 0, d = 0, e = 0] = row;
    switch (this.decl.type) {
      case 'counter':
        this.sum += a;
        this.samples += b;
        return;
      case 'rate':
        this.sum += a;
        this.samples += a + b;
        return;
      case 'gauge':
        this.last = a;
        this.min = Math.min(this.min, b);
        this.max = Math.max(this.max, c);
        this.samples += d;
        this.sum += e;
        return;
      case 'trend':
        this.samples += a;
        this.sum += b;
        this.min = Math.min(this.min, c);
        this.max = Math.max(this.max, d);
    }
  }

  addBlock(encoded: string): void {
    this.histogram ??= new RunHistogram();
    this.histogram.addEncoded(encoded);
  }

  percentile(p: number): number {
    if (this.histogram === null || this.histogram.count === 0) return Number.NaN;
    return clampTo(this.histogram.percentile(p), this);
  }
}

/** A log, read to its end. */
export interface RestoredRun {
  readonly run: RunRecord;
  /** Null when the process was killed. */
  readonly end: EndRecord | null;
  readonly facts: RunFacts;
  readonly totals: Totals;
  readonly summary: Summary;
}

/** Reads `dir/run.ndjson`, every record shown to `also` on the way; throws `RUNLOG_UNREADABLE` when there is none or it is not one of ours. */
export function restoreRun(dir: string, also?: (record: LogRecord) => void): RestoredRun {
  const file = join(dir, RUNLOG_FILE);
  const fold = new LogFold();
  let damaged = 0;
  try {
    for (const record of readRunLog(file, (lines) => (damaged += lines))) {
      fold.take(record);
      also?.(record);
    }
  } catch (error) {
    throw unreadable(file, error instanceof Error ? error.message : String(error));
  }
  if (fold.run === null) throw unreadable(file, 'it does not start with a run record');
  return damaged === 0 ? fold.result(fold.run) : withDamage(fold.result(fold.run), damaged);
}

/** Counts of a log with lines that cannot be read are those of the others. */
function withDamage(restored: RestoredRun, damaged: number): RestoredRun {
  const { summary } = restored;
  const { verdict } = summary;
  const lines = damaged === 1 ? '1 line' : `${damaged} lines`;
  const warning = `${lines} of the run log cannot be read: what they counted is missing here`;
  const warnings = [...verdict.warnings, warning];
  return { ...restored, summary: { ...summary, verdict: { ...verdict, warnings } } };
}

export function summaryFromRunLog(dir: string): Summary {
  return restoreRun(dir).summary;
}

/** Records of one run added up: of a finished one, or of one that still goes on. */
export class LogFold {
  run: RunRecord | null = null;
  #end: EndRecord | null = null;
  #lastAt = -1;
  readonly #views: RestoredView[] = [];
  readonly #errors = new ErrorBook();
  /** When thresholds were crossed first, by `metric expression`. */
  readonly #crossed = new Map<string, number>();

  /** Whether the run wrote its end. */
  get ended(): boolean {
    return this.#end !== null;
  }

  take(record: LogRecord): void {
    switch (record.k) {
      case 'run':
        if (record.schema === RUNLOG_SCHEMA) this.run = record;
        return;
      case 'view':
        this.#views[record.id] = new RestoredView(record);
        return;
      case 'rows':
        this.#lastAt = record.at;
        for (const row of record.rows) this.#views[row[0] ?? -1]?.add(row);
        return;
      case 'block':
        for (const [view, encoded] of record.h) this.#views[view]?.addBlock(encoded);
        return;
      case 'error':
        this.#errors.add(record);
        return;
      case 'end':
        this.#end = record;
        return;
      case 'event':
        if (record.type === 'threshold') this.#noteCrossing(record);
        return;
      default:
        return; // totals are for outputs
    }
  }

  #noteCrossing({ title, at }: EventRecord): void {
    const [, rule] = CROSSED.exec(title) ?? [];
    if (rule !== undefined && !this.#crossed.has(rule)) this.#crossed.set(rule, Math.max(0, at));
  }

  /** @param running the run goes on: what has no data yet may still get some */
  result(run: RunRecord, running = false): RestoredRun {
    const totals = this.totals();
    const end = this.#end;
    const thresholdKeys = Object.keys(run.thresholds);
    const facts = { thresholdKeys, ...(end?.facts ?? this.#truncatedFacts(run)) };
    const judged = end?.thresholds ?? this.judged(run, facts.run.durationMs);
    const thresholds = running ? judged.map(withoutHaste) : judged;
    return { run, end, facts, totals, summary: summarise(totals, thresholds, facts) };
  }

  totals(): Totals {
    return this.#made().map((view) => ({ key: view.decl, total: totalOf(view) }));
  }

  /** The thresholds of a run over all that was taken. */
  judged({ thresholds }: RunRecord, durationMs: number): ThresholdResult[] {
    const views = this.#made();
    const viewOf = (key: string): RestoredView | null =>
      views.find((one) => selectorOf(one.decl) === key.trim()) ?? null;
    return judgeAll(thresholds, viewOf, durationMs).map((result) => {
      const firstFailedMs = this.#crossed.get(`${result.metric} ${result.expression}`);
      return firstFailedMs === undefined ? result : { ...result, firstFailedMs };
    });
  }

  errors(): ErrorsSummary {
    return this.#errors.summary();
  }

  #made(): RestoredView[] {
    return this.#views.filter((view) => view !== undefined);
  }

  #truncatedFacts(run: RunRecord): RunFacts {
    const durationMs = Math.max(0, (this.#lastAt + 1) * 1000);
    return {
      run: {
        id: run.id,
        script: run.script,
        ...(run.title === undefined ? {} : { title: run.title }),
        version: run.version,
        mode: run.mode,
        startedAt: new Date(run.t0).toISOString(),
        endedAt: new Date(run.t0 + durationMs).toISOString(),
        durationMs,
        ...(run.target === undefined ? {} : { target: run.target }),
        embedded: run.embedded,
        tags: run.tags,
        truncated: true,
      },
      exit: { code: ExitCode.INTERRUPTED, reason: 'the run was killed before its end' },
      interrupted: 0,
      accounts: [],
      errors: this.#errors.summary(),
      ...(run.recorded === undefined ? {} : { recorded: run.recorded }),
      generator: IDLE_GENERATOR,
      cases: [],
      outputs: [],
      strictOutput: false,
      files: [],
      next: [],
      warnings: [],
      trendStats: run.trendStats,
      timeUnit: run.timeUnit,
    };
  }
}

/** Title of the event of a threshold that was crossed. */
const CROSSED = /^(.+): failed$/;

/** At the end nothing measured may be a failure; before it, it is nothing yet. */
function withoutHaste(result: ThresholdResult): ThresholdResult {
  return result.verdict === 'no data' ? { ...result, failed: false } : result;
}

function selectorOf(decl: ViewDecl): string | null {
  if (decl.view === 'all') return decl.metric;
  return decl.view.startsWith('{') ? `${decl.metric}${decl.view}` : null;
}

function unreadable(file: string, why: string): DicomRunError {
  return new DicomRunError(ExitCode.CONFIG, {
    code: 'RUNLOG_UNREADABLE',
    message: /^ENOENT|^ENOTDIR/.test(why)
      ? `${file} is not there`
      : `${file}: not a readable run log (${why})`,
    hint: 'give the folder of a run, results/<run>',
  });
}
