// The records of one run: engine, run log, outputs and files in its folder; at the end the summary.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Options } from '../../config/types.ts';
import { placeOf } from '../../executors/segment.ts';
import { createEngine } from '../../metrics/engine.ts';
import type { CustomMetric, Engine } from '../../metrics/engine-types.ts';
import type { RunFacts } from '../../metrics/facts.ts';
import { summarise } from '../../metrics/summarise.ts';
import type { CaseResult, FileEntry, OutputResult, Summary } from '../../metrics/summary.ts';
import type { Output } from '../../outputs/output.ts';
import { renderJson } from '../../report/json.ts';
import { renderK6Export } from '../../report/k6-export.ts';
import { plural } from '../../report/format.ts';
import { grafanaLink } from '../../report/grafana-link.ts';
import { RUNLOG_FILE, RUNLOG_SCHEMA } from '../../runlog/format.ts';
import type { RunRecord, Setting } from '../../runlog/format.ts';
import { RunLogWriter } from '../../runlog/writer.ts';
import type { RunBook, RunContext, RunEnd } from '../conduct-types.ts';
import { Discretion } from './discretion.ts';
import { shownMissing } from './missing.ts';
import type { Recorder, RecordSinks } from './recorder.ts';
import { LineFile, makeRunFolder, newRunId, RESULT_FILES } from './result-files.ts';

/** Outputs get this long at the end for what they have not written yet. */
const DRAIN_MS = 30_000;

export interface BookSettings {
  readonly context: RunContext;
  /** As given on the command line. */
  readonly script: string;
  readonly version: string;
  readonly random: number;
  /** What was asked for and by whom, secrets masked. */
  readonly settings: readonly Setting[];
  /** Starts the outputs of a run; `folder` holds its log, whose first record is given. */
  readonly startOutputs: (folder: string, first: RunRecord) => Promise<readonly Output[]>;
  /** Said at once and again in the summary. */
  readonly warn: (text: string) => void;
  /** Commands worth typing next. */
  readonly next: (folder: string, failed: boolean) => readonly string[];
  /** Test cases of smoke mode. */
  readonly cases?: (recorder: Recorder) => readonly CaseResult[];
}

/** Makes the folder and opens everything in it. */
export function openBook(settings: BookSettings): RunBook {
  const { options } = settings.context;
  const id = options.testid ?? newRunId(Date.now(), settings.script, settings.random);
  // Parts of one run have its name, in every output; but two may be on one machine.
  const { index, parts } = placeOf(options.part);
  const name = parts === 1 ? id : `${id}-part-${index + 1}-of-${parts}`;
  const folder = makeRunFolder(options.resultsDir, name);
  return new Book(settings, id, folder);
}

/** Which part of the plan, in a run log: `2/3` is the second of three. */
function partOf({ part }: Options): { readonly part?: string } {
  const { index, parts } = placeOf(part);
  return parts === 1 ? {} : { part: `${index + 1}/${parts}` };
}

class Book implements RunBook {
  readonly id: string;
  readonly folder: string;
  readonly sinks: RecordSinks;
  readonly #settings: BookSettings;
  readonly #engine: Engine;
  readonly #log: RunLogWriter;
  readonly #errors: LineFile;
  readonly #ledger: LineFile;
  readonly #console: LineFile | null;
  readonly #warnings: string[] = [];
  #outputs: readonly Output[] = [];
  #t0 = 0;
  #facts: RunFacts | null = null;

  constructor(settings: BookSettings, id: string, folder: string) {
    const { options, loaded } = settings.context;
    this.id = id;
    this.folder = folder;
    this.#settings = settings;
    const warn = (text: string) => {
      this.#warnings.push(text);
      settings.warn(text);
    };
    this.#engine = createEngine({
      thresholds: options.noThresholds ? {} : options.thresholds,
      customMetrics: loaded.customMetrics as readonly CustomMetric[],
      onWarning: (message, hint) => warn(`${message}; ${hint}`),
    });
    this.#log = new RunLogWriter(folder, warn);
    // Error texts may name what a peer said, the ledger what was sent: both for the owner only.
    this.#errors = new LineFile(join(folder, RESULT_FILES.errors), warn, 0o600);
    this.#ledger = new LineFile(join(folder, RESULT_FILES.ledger), warn, 0o600);
    this.#console =
      options.consoleOutput === null ? null : new LineFile(options.consoleOutput, warn);
    const consoleFile = this.#console;
    this.sinks = {
      engine: this.#engine,
      log: this.#log,
      errorDetail: (line) => this.#errors.append(line),
      ledger: (lines) => this.#ledger.append(lines),
      console: consoleFile === null ? null : (line) => consoleFile.append(line),
    };
  }

  async begin(t0: number): Promise<void> {
    const { context, script, version } = this.#settings;
    const { options } = context;
    this.#t0 = Math.round(t0);
    const target = targetName(context);
    const first: RunRecord = {
      k: 'run',
      schema: RUNLOG_SCHEMA,
      id: this.id,
      ...partOf(options),
      t0: this.#t0,
      script,
      version,
      mode: options.mode,
      ...(target === undefined ? {} : { target }),
      embedded: context.embedded,
      tags: options.tags,
      thresholds: options.noThresholds ? {} : options.thresholds,
      trendStats: options.summaryTrendStats,
      timeUnit: options.summaryTimeUnit ?? 'ms',
      plan: { scenarios: options.scenarios, workers: context.workers },
      settings: this.#settings.settings,
    };
    this.#log.append(first);
    this.#log.flush();
    this.#outputs = await this.#settings.startOutputs(this.folder, first);
  }

  get outputs(): readonly Output[] {
    return this.#outputs;
  }

  async finish(end: RunEnd, recorder: Recorder): Promise<Summary> {
    if (this.#settings.context.options.ledger !== 'none') this.#ledgerMissing(end);
    const results = await Promise.all(this.#outputs.map((output) => output.finish(DRAIN_MS)));
    // A live page has nothing to account for.
    const outputs = results.filter((result) => result.destination !== '');
    this.#facts = this.#makeFacts(end, recorder, outputs);
    return summarise(this.#engine.totals(), this.#engine.thresholds(), this.#facts);
  }

  #ledgerMissing({ account }: RunEnd): void {
    for (const { sopInstanceUid } of account.missing) {
      this.#ledger.append(JSON.stringify({ kind: 'missing', sopInstanceUID: sopInstanceUid }));
    }
  }

  async close(summary: Summary): Promise<void> {
    const { options } = this.#settings.context;
    if (this.#facts !== null) {
      const at = summary.run.durationMs;
      const thresholds = summary.thresholds;
      this.#log.append({ k: 'end', at, facts: this.#facts, thresholds });
    }
    this.#log.close();
    for (const output of this.#outputs) await output.ended?.();
    await Promise.all([this.#errors.close(), this.#ledger.close(), this.#console?.close()]);
    this.#write(join(this.folder, RESULT_FILES.summary), renderJson(summary), 0o600);
    if (options.summaryExport !== null) {
      this.#write(options.summaryExport, renderK6Export(summary));
    }
    if (!options.noReport) await this.#writeReport(summary);
  }

  async #writeReport(summary: Summary): Promise<void> {
    try {
      const { renderHtml, reportData } = await import('../../report/html/render.ts');
      const data = reportData(this.folder, { summary, totals: this.#engine.totals() });
      this.#write(join(this.folder, RESULT_FILES.report), renderHtml(data), 0o600);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      this.#settings.warn(`no HTML report: ${why}`);
    }
  }

  #makeFacts(end: RunEnd, recorder: Recorder, outputs: readonly OutputResult[]): RunFacts {
    const { context, script, version, next } = this.#settings;
    const { options } = context;
    const target = targetName(context);
    const { rejected, overflowed } = this.#engine.counts;
    if (rejected > 0)
      this.#warnings.push(`${plural(rejected, 'sample')} had a value that cannot be`);
    if (overflowed > 0) this.#warnings.push(`${overflowed} samples went into overflow series`);
    return {
      run: {
        id: this.id,
        script,
        version,
        mode: options.mode,
        startedAt: new Date(this.#t0).toISOString(),
        endedAt: new Date(end.endedAt).toISOString(),
        durationMs: end.durationMs,
        ...(target === undefined ? {} : { target }),
        embedded: context.embedded,
        tags: options.tags,
        truncated: false,
      },
      exit: end.end,
      interrupted: recorder.interrupted,
      accounts: end.account.routes,
      missing: shownMissing(end.account.missing, new Discretion(options.phiOk, context.runNumber)),
      errors: recorder.errorsSummary(),
      generator: recorder.generator.summary(),
      cases: this.#settings.cases?.(recorder) ?? [],
      outputs,
      strictOutput: options.strictOutput,
      files: this.#files(options),
      next: next(this.folder, end.end.code !== 0),
      warnings: [...new Set([...recorder.warnings, ...this.#warnings])].filter(
        // said as the reason already
        (text) => text !== end.end.reason,
      ),
      trendStats: options.summaryTrendStats,
      timeUnit: options.summaryTimeUnit ?? 'ms',
    };
  }

  #files(options: Options): readonly FileEntry[] {
    const file = (name: string, what: string) => ({ path: join(this.folder, name), what });
    return [
      ...(options.noReport ? [] : [file(RESULT_FILES.report, 'report, for a browser')]),
      file(RESULT_FILES.summary, 'summary'),
      file(RUNLOG_FILE, 'run log'),
      ...(this.#errors.used ? [file(RESULT_FILES.errors, 'failures in detail')] : []),
      ...(this.#ledger.used ? [file(RESULT_FILES.ledger, 'what was sent')] : []),
      ...(options.summaryExport === null
        ? []
        : [{ path: options.summaryExport, what: 'summary in the shape of k6' }]),
      ...this.#inGrafana(options),
    ];
  }

  #inGrafana({ grafanaUrl, outputs }: Options): readonly FileEntry[] {
    if (grafanaUrl === null || !outputs.some(({ kind }) => kind === 'influxdb')) return [];
    const run = { id: this.id, from: this.#t0, to: Date.now() };
    return [{ path: grafanaLink(grafanaUrl, run), what: 'the run in Grafana' }];
  }

  /** What the run names itself is its owner's alone; a file that somebody asked for is like any. */
  #write(path: string, text: string, mode = 0o666): void {
    try {
      writeFileSync(path, text, { mode });
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      this.#settings.warn(`${path} cannot be written: ${why}`);
    }
  }
}

/** `AET@host:port` of the configured target. */
export function targetName(context: RunContext): string | undefined {
  if (context.embedded) return 'EMBEDDED ROUTER';
  const { target } = context.targets;
  if (target === null) return undefined;
  const { calledAET, host, port } = target;
  return `${calledAET}@${host.includes(':') ? `[${host}]` : host}:${port}`;
}
