// The records of one run: engine, run log, outputs and files in its folder; at the end the summary.
import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { Options } from '../../config/types.ts';
import { targetName } from '../share.ts';
import { dueStarts } from '../../executors/due.ts';
import type { Scenario } from '../../executors/index.ts';
import { busyScenarios, idleParts } from '../../executors/describe.ts';
import { requirements } from '../../executors/requirements.ts';
import { placeOf } from '../../executors/segments/segment.ts';
import type { Division } from '../../executors/segments/segment.ts';
import { createEngine } from '../../metrics/engine.ts';
import type { CustomMetric, Engine } from '../../metrics/engine-types.ts';
import type { RunFacts } from '../../metrics/facts.ts';
import { summarise } from '../../metrics/summarise.ts';
import type { FileEntry, OutputResult, Summary } from '../../metrics/summary.ts';
import type { Output } from '../../outputs/output.ts';
import { renderJson } from '../../report/json.ts';
import { renderK6Export } from '../../report/k6-export.ts';
import { grafanaLink } from '../../report/grafana-link.ts';
import { writeNamedFile, writeOwnFile } from '../../own-file.ts';
import { plural } from '../../metrics/numbers.ts';
import { RUNLOG_FILE, RUNLOG_SCHEMA } from '../../runlog/format.ts';
import type { RunRecord, Setting } from '../../runlog/format.ts';
import { RunLogWriter } from '../../runlog/writer.ts';
import type { RunBook, RunContext, RunEnd } from '../run-types.ts';
import type { Screen } from '../screen.ts';
import { Discretion } from './discretion.ts';
import { openRecords, shownMissing } from './missing.ts';
import { recordedRows } from './recorded.ts';
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
  /** It is the part of an agent, whose coordinator may write its own results beside it. */
  readonly ofAgent: boolean;
  /** Told of what cannot be written; the summary says it again. */
  readonly screen: Pick<Screen, 'log'>;
}

/** Makes the folder and opens everything in it. */
export function openBook(settings: BookSettings): RunBook {
  const { options } = settings.context;
  const id = options.testid ?? newRunId(Date.now(), settings.script, settings.random);
  // Parts of one run have its name, in every output; but two may be on one machine.
  const { index, parts } = placeOf(options.part);
  const isWhole = parts === 1 && !settings.ofAgent;
  const name = isWhole ? id : `${id}-part-${index + 1}-of-${parts}`;
  const folder = makeRunFolder(options.resultsDir, name);
  return new Book(settings, id, folder);
}

/** Which part of the plan, in a run log: `2/3` is the second of three. */
function partOf({ part, scenarios }: Options): Pick<RunRecord, 'part' | 'widths' | 'idle'> {
  const { index, parts } = placeOf(part);
  if (parts === 1) return {};
  const [division] = part;
  return {
    part: `${index + 1}/${parts}`,
    ...(part.length === 1 && division !== undefined ? divided(division, scenarios) : {}),
  };
}

function divided(division: Division, scenarios: Options['scenarios']) {
  const idle = idleParts(scenarios, division);
  return { widths: division.widths, ...(idle.length === 0 ? {} : { idle }) };
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
  outputs: readonly Output[] = [];
  /** Of a replayed recording. */
  readonly #recorded: Pick<RunRecord, 'recorded'>;
  #t0 = 0;
  #facts: RunFacts | null = null;

  constructor(settings: BookSettings, id: string, folder: string) {
    const { options, loaded } = settings.context;
    this.id = id;
    this.folder = folder;
    this.#settings = settings;
    const recorded = recordedRows(options.scenarios, loaded.declarations);
    this.#recorded = recorded.length === 0 ? {} : { recorded };
    const warn = (text: string) => {
      this.#warnings.push(text);
      this.#warn(text);
    };
    this.#engine = createEngine({
      thresholds: options.noThresholds ? {} : options.thresholds,
      customMetrics: loaded.customMetrics as readonly CustomMetric[],
      views: options.views,
      onWarning: (message, hint) => warn(`${message}; ${hint}`),
    });
    this.#log = new RunLogWriter(folder, warn);
    // Error texts may name what a peer said, the ledger what was sent: both for the owner only.
    this.#errors = new LineFile(join(folder, RESULT_FILES.errors), warn);
    this.#ledger = new LineFile(join(folder, RESULT_FILES.ledger), warn);
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

  #warn(message: string): void {
    this.#settings.screen.log({ kind: 'log', level: 'warn', message });
  }

  begin(t0: number): RunRecord {
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
      ...titleOf(options),
      version,
      mode: options.mode,
      ...(target === undefined ? {} : { target }),
      embedded: context.embedded,
      tags: options.tags,
      thresholds: options.noThresholds ? {} : options.thresholds,
      trendStats: options.summaryTrendStats,
      timeUnit: options.summaryTimeUnit ?? 'ms',
      plan: {
        scenarios: options.scenarios.map(withoutValues),
        workers: context.workers,
        regularDurationMs: requirements(options.scenarios).regularDurationNs / 1e6,
        ...due(options.scenarios),
      },
      ...this.#recorded,
      settings: this.#settings.settings,
    };
    this.#log.append(first);
    this.#log.flush();
    return first;
  }

  async finish(end: RunEnd, recorder: Recorder): Promise<Summary> {
    if (this.#settings.context.options.ledger !== 'none') this.#ledgerMissing(end);
    if (this.#settings.context.options.part.length > 0) {
      for (const record of openRecords(end.account)) this.#log.append(record);
    }
    this.#log.flush();
    const named = this.outputs.filter(({ destination }) => destination !== '');
    // An output may take its time, and who does not want to wait for it has a summary all the same.
    if (named.length > 0) this.#writeDraft(end, recorder, named);
    const results = await Promise.all(this.outputs.map((output) => this.#ended(output)));
    // A live page has nothing to account for.
    const outputs = results.filter((result) => result.destination !== '');
    this.#facts = this.#makeFacts(end, recorder, outputs);
    return summarise(this.#engine.totals(), this.#engine.thresholds(), this.#facts);
  }

  #writeDraft(end: RunEnd, recorder: Recorder, outputs: readonly Output[]): void {
    const results = outputs.map(({ name, destination }) => {
      return { ...{ name, destination }, ...NOTHING_YET };
    });
    const facts = this.#makeFacts(end, recorder, results);
    const draft = summarise(this.#engine.totals(), this.#engine.thresholds(), facts);
    this.#write(join(this.folder, RESULT_FILES.summary), renderJson(draft), writeOwnFile);
  }

  /** What an output says it has written; one that breaks is told, and costs nobody else anything. */
  async #ended(output: Output): Promise<OutputResult> {
    try {
      return await output.finish(DRAIN_MS, this.#log.lostPoints);
    } catch (error) {
      const { name, destination } = output;
      const note = `it broke: ${error instanceof Error ? error.message : String(error)}`;
      this.#warn(`output ${name}: ${note}`);
      return { name, destination, written: 0, rejected: 0, unwritten: 1, note };
    }
  }

  #ledgerMissing({ account }: RunEnd): void {
    for (const { sopInstanceUid, file } of account.missing) {
      this.#ledger.append(
        JSON.stringify({ kind: 'missing', sopInstanceUID: sopInstanceUid, file }),
      );
    }
  }

  async close(summary: Summary): Promise<Summary> {
    const { options } = this.#settings.context;
    if (this.#facts !== null) {
      const at = summary.run.durationMs;
      const thresholds = summary.thresholds;
      this.#log.append({ k: 'end', at, facts: this.#facts, thresholds });
    }
    this.#log.close();
    for (const output of this.outputs) await output.ended?.();
    for (const lines of [this.#errors, this.#ledger, this.#console]) lines?.close();
    if (options.summaryExport !== null) {
      this.#write(options.summaryExport, renderK6Export(summary), writeNamedFile);
    }
    if (!options.noReport) await this.#writeReport(summary);
    const file = join(this.folder, RESULT_FILES.summary);
    const isThere = ({ path }: FileEntry) => path === file || hasSomething(path);
    const told = { ...summary, files: summary.files.filter(isThere) };
    if (this.#write(file, renderJson(told), writeOwnFile)) return told;
    return { ...told, files: told.files.filter(({ path }) => path !== file) };
  }

  async #writeReport(summary: Summary): Promise<void> {
    try {
      const { renderHtml, reportData } = await import('../../report/html/render.ts');
      const data = reportData(this.folder, { summary, totals: this.#engine.totals() });
      this.#write(join(this.folder, RESULT_FILES.report), renderHtml(data), writeOwnFile);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      this.#warn(`no HTML report: ${why}`);
    }
  }

  #makeFacts(end: RunEnd, recorder: Recorder, outputs: readonly OutputResult[]): RunFacts {
    const { context, script, version } = this.#settings;
    const { options } = context;
    const target = targetName(context);
    return {
      run: {
        id: this.id,
        script,
        ...titleOf(options),
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
      replaced: recorder.replacements,
      ...silenceOf(this.#engine),
      accounts: end.account.routes,
      thresholdKeys: Object.keys(options.thresholds),
      scenarios: busyScenarios(options),
      missing: shownMissing(end.account.missing, new Discretion(options.phiOk, context.runNumber)),
      ...recorder.failures(),
      ...this.#recorded,
      generator: recorder.generator.summary(),
      cases: end.cases,
      outputs,
      strictOutput: options.strictOutput,
      files: this.#files(options),
      next: end.next,
      warnings: this.#warningsOf(end, recorder),
      trendStats: options.summaryTrendStats,
      timeUnit: options.summaryTimeUnit ?? 'ms',
    };
  }

  #warningsOf({ end }: RunEnd, recorder: Recorder): readonly string[] {
    const { rejected, overflowed } = this.#engine.counts;
    const counted = [
      ...(rejected > 0 ? [`${plural(rejected, 'sample')} had a value that cannot be`] : []),
      ...(overflowed > 0 ? [`${plural(overflowed, 'sample')} went into overflow series`] : []),
    ];
    const all = new Set([...recorder.warnings, ...this.#warnings, ...counted]);
    // What is the reason already is not said twice.
    return [...all].filter((text) => text !== end.reason);
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

  /** False when it cannot be written, which is told. */
  #write(path: string, text: string, write: (path: string, text: string) => void): boolean {
    try {
      write(path, text);
      return true;
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      this.#warn(`${path} cannot be written: ${why}`);
      return false;
    }
  }
}

function silenceOf(engine: Engine): Pick<RunFacts, 'silence'> {
  const silence = engine.silence();
  return silence === null ? {} : { silence };
}

/** Of an output that has not ended yet. */
const NOTHING_YET = { written: 0, rejected: 0, unwritten: 0, note: 'still being written' } as const;

/** Whether it is a file with something in it; an address on the net is taken as it is. */
function hasSomething(path: string): boolean {
  if (/^https?:/.test(path)) return true;
  return (statSync(path, { throwIfNoEntry: false })?.size ?? 0) > 0;
}

function titleOf({ title }: Options): { readonly title?: string } {
  return title === null ? {} : { title };
}

/** Where a recording is replayed, the starts that it asks for. */
function due(scenarios: readonly Scenario[]): object {
  const starts = dueStarts(scenarios);
  return starts === null ? {} : { due: starts };
}

/** Variables of a scenario may be secrets: their names are kept, their values are not. */
function withoutValues(scenario: Scenario): object {
  const env = Object.fromEntries(Object.keys(scenario.env).map((name) => [name, '***']));
  if (scenario.executor !== 'recorded') return { ...scenario, env };
  // Thousands of times: that parts replay the same recording, its start and length tell.
  const { at, ms, ...recording } = scenario.recording;
  const lastMs = Math.max(0, ...at.slice(-1));
  return { ...scenario, env, recording: { ...recording, associations: ms.length, lastMs } };
}
