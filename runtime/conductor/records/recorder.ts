// Everything the threads report goes through here: into the engine, the run log and the files;
// once a second a tick, and with it the live line and the thresholds.
import { ExitCode } from '../../errors.ts';
import type { Scenario } from '../../executors/index.ts';
import type { ThreadReading } from '../../metrics/generator.ts';
import type { Engine, EngineShare, Tick } from '../../metrics/engine-types.ts';
import type { RunFacts } from '../../metrics/facts.ts';
import type { ErrorsSummary } from '../../metrics/summary.ts';
import type { Output, SampleSink } from '../../outputs/output.ts';
import { thresholdNumber } from '../../metrics/numbers.ts';
import type { EventRecord } from '../../runlog/format.ts';
import type { RunLogWriter } from '../../runlog/writer.ts';
import type { ErrorMessage, LogMessage } from '../../threads/samples.ts';
import { columnsSinceT0, sinceT0 } from '../../threads/samples.ts';
import type { CaseMessage, CheckEvidence } from '../../threads/cases.ts';
import type { Generator } from '../crew.ts';
import { CheckBook, seenText } from './check-book.ts';
import type { Discretion } from './discretion.ts';
import { epochNow } from './epoch.ts';
import { ErrorLog } from './error-log.ts';
import type { PlaceOf } from './error-log.ts';
import type { FleetCounts, ThreadEvents } from './events.ts';
import { GeneratorWatch } from '../generator.ts';
import type { GeneratorNow, Screen } from '../screen.ts';
import { stageChanges } from '../stages.ts';
import type { StageChange } from '../stages.ts';
import type { Stopper } from '../stopper.ts';
import type { SampleColumns, SeriesDecl } from '../../metrics/samples.ts';

/** A place in the bundle, as a guest stack has it. */
const GUEST_PLACE = /\bscript\.js:\d+:\d+/g;

/** Where a run is recorded. */
export interface RecordSinks {
  readonly engine: Engine;
  readonly log: Pick<RunLogWriter, 'append' | 'appendTick' | 'appendTotals' | 'flush'>;
  /** One line of errors.ndjson. */
  readonly errorDetail: (line: string) => void;
  /** Lines of the ledger of sent instances. */
  readonly ledger: (lines: string) => void;
  /** Console output of scripts, when it goes to a file (`--console-output`). */
  readonly console: ((line: string) => void) | null;
}

/** How it went in an interval, besides its samples. */
export interface TickState extends GeneratorNow {
  readonly counts: FleetCounts;
  /** Most VUs active at once. */
  readonly peakVUs: number;
}

export interface RecorderSettings {
  readonly sinks: RecordSinks;
  readonly screen: Screen;
  readonly stopper: Stopper;
  readonly placeOf: PlaceOf;
  readonly discretion: Discretion;
  readonly cores: number;
  /** `--title`; null: none. */
  readonly title: string | null;
  /** What the workers tell of themselves since the last call. */
  readonly threads: () => readonly ThreadReading[];
  readonly scenarios: readonly Scenario[];
  readonly counts: () => FleetCounts;
  /** Most VUs active at once since the last call. */
  readonly takePeakVUs: () => number;
  /** Once a second: tells the workers what `exec.instance` answers. */
  readonly tellInstance: () => void;
  /** Where others carry the load: when a second may be closed, and how they are doing. */
  readonly pace?: (second: number) => Promise<void>;
  readonly generator?: Generator;
  readonly agents?: () => string;
  /** Gets each interval before it is closed, for another engine. */
  readonly tee?: (share: EngineShare, tick: Tick, state: TickState) => void;
}

const TICK_MS = 1_000;
const ERROR_GROUPS = 50;
const LIVE_ERRORS = 3;
const NO_TAGS = {};

export class Recorder implements ThreadEvents {
  readonly #settings: RecorderSettings;
  readonly #errors: ErrorLog;
  readonly #generator: Generator;
  #stopped = false;
  #peakVUs = 0;
  readonly #warnings: string[] = [];
  readonly #cases: CaseMessage[] = [];
  readonly #checks: CheckBook;
  #outputs: readonly Output[] = [];
  /** What set-up reported, for outputs that are started after it. */
  #early: ((sink: SampleSink) => void)[] | null = [];
  #t0 = 0;
  #timer: NodeJS.Timeout | undefined;
  /** Length of the run, ms; from then on it settles. */
  #endMs = Infinity;
  #judgedToTheEnd = false;
  /** Stages that have not begun yet, the next one first. */
  readonly #stages: StageChange[];

  constructor(settings: RecorderSettings) {
    const { sinks, screen } = settings;
    this.#settings = settings;
    this.#stages = [...stageChanges(settings.scenarios)];
    this.#generator = settings.generator ?? new GeneratorWatch(settings.cores, settings.threads);
    this.#checks = new CheckBook(sinks.errorDetail);
    this.#errors = new ErrorLog({
      placeOf: settings.placeOf,
      discretion: settings.discretion,
      record: (record) => sinks.log.append(record),
      detail: sinks.errorDetail,
      announce: (group, since) => screen.failure(group, since),
    });
  }

  /** Ticks start one second after t0 (epoch ms). */
  start(t0: number, outputs: readonly Output[]): void {
    this.#t0 = t0;
    this.#outputs = outputs;
    const early = this.#early;
    this.#early = null;
    for (const { sink } of outputs) if (sink !== undefined) early?.forEach((call) => call(sink));
    this.#generator.sample();
    this.event('start', 'start', this.#settings.title ?? '');
    this.#tellStages(0);
    this.#arm(1);
  }

  /** ms since t0, by the monotonic clock. */
  nowMs(): number {
    return epochNow() - this.#t0;
  }

  /** Nobody starts an iteration any more. What comes now is recorded, and no reason to abort. */
  ended(elapsedMs: number): void {
    this.#endMs = elapsedMs;
    this.#generator.rest();
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
    this.#generator.stop();
  }

  /** The last tick of the engine; nothing is recorded afterwards but the end. */
  finish(elapsedMs: number): Tick {
    this.stop();
    this.#sampleRun(true);
    this.#tellStages(elapsedMs);
    const { engine, log } = this.#settings.sinks;
    const tick = this.#shared(() => engine.finish(this.nowMs(), elapsedMs));
    this.#write(tick);
    this.event('end', 'end', this.#settings.title ?? '');
    log.appendTotals(engine.totals(), tick.at, elapsedMs);
    log.flush();
    return tick;
  }

  /** What scripts told of cases, in order; of checks that is all of them in smoke mode only. */
  get cases(): readonly CaseMessage[] {
    return this.#cases;
  }

  /** All that failed, for the summary: what the first failures of each check saw, too. */
  failures(): Pick<RunFacts, 'errors' | 'checkExamples'> {
    return { errors: this.errorsSummary(), checkExamples: this.#checks.examples };
  }

  /** What a check saw, in words that may be told. */
  seenText(seen: CheckEvidence | undefined): string {
    return seenText(seen, this.#settings.discretion);
  }

  /** A text of a script or a peer, as it may be told. */
  discreet(text: string): string {
    return this.#settings.discretion.text(text);
  }

  get warnings(): readonly string[] {
    return this.#warnings;
  }

  /** Iterations lost with workers that died are part of the fleet's counts. */
  get interrupted(): number {
    return this.#settings.counts().interrupted;
  }

  get generator(): Generator {
    return this.#generator;
  }

  errorsSummary(): ErrorsSummary {
    return this.#errors.summary(ERROR_GROUPS);
  }

  /** The author's `file:line:column` of a guest stack. */
  place(stack: string | undefined): string | undefined {
    return this.#errors.place(stack)?.where;
  }

  /** One sample of main's own. */
  sample(metric: string, tags: Readonly<Record<string, string>>, value: number): void {
    this.#settings.sinks.engine.sample(metric, tags, value);
  }

  /** Said on screen, in the run log and in the summary. */
  warn(text: string): void {
    this.#say('warn', text);
  }

  #say(level: 'warn' | 'error', text: string): void {
    if (!this.#warnings.includes(text)) this.#warnings.push(text);
    this.#settings.screen.log({ kind: 'log', level, message: text });
    this.event('warning', text, '');
  }

  event(type: EventRecord['type'], title: string, text: string): void {
    this.#settings.sinks.log.append({ k: 'event', at: this.nowMs(), type, title, text });
  }

  // ------------------------------------------------------------ ThreadEvents

  series(source: number, series: readonly SeriesDecl[]): void {
    this.#settings.sinks.engine.addSeries(source, series);
    this.#early?.push((sink) => sink.series(source, series));
    for (const { sink } of this.#outputs) sink?.series(source, series);
  }

  samples(source: number, told: SampleColumns): void {
    this.#early?.push((sink) =>
      sink.samples({ thread: source, ...columnsSinceT0(told, this.#t0) }),
    );
    const columns = columnsSinceT0(told, this.#t0OrNow);
    for (const { sink } of this.#outputs) sink?.samples({ thread: source, ...columns });
    this.#settings.sinks.engine.ingest(source, columns);
  }

  log(told: LogMessage): void {
    const { sinks, screen } = this.#settings;
    const message = { ...told, message: this.#placed(told.message) };
    // Only the script's own output has a VU; what the runtime says stays on screen.
    if (message.trace === true) return screen.log(message);
    if (sinks.console !== null && message.vu !== undefined) {
      sinks.console(`${message.level} ${message.message}`);
      return;
    }
    const place = this.#errors.place(message.stack);
    if (place === null) return screen.log(message);
    screen.log({ ...message, message: `${message.message}\n   at ${place.where}` });
  }

  /** A stack that the script printed, with the author's lines in it. */
  #placed(text: string): string {
    if (!text.includes('script.js:')) return text;
    return text.replace(GUEST_PLACE, (place) => this.#errors.place(`at ${place}`)?.where ?? place);
  }

  caseState(message: CaseMessage): void {
    this.#cases.push(message);
    this.#settings.screen.caseTold?.(message);
    if (message.state === 'check') this.#checks.take(message, this.#settings.discretion);
  }

  /** As long as t0 is not known, what set-up does is stamped as if it began now. */
  get #t0OrNow(): number {
    return this.#early === null ? this.#t0 : epochNow();
  }

  error(message: ErrorMessage): void {
    const at = (time: number) => sinceT0(time, this.#t0OrNow);
    const { lastTime } = message;
    const last = lastTime === undefined ? {} : { lastTime: at(lastTime) };
    this.#errors.add({ ...message, ...last, time: at(message.time) });
  }

  abortTest(told: string): void {
    const message = this.#settings.discretion.text(told);
    const why = message === '' ? 'aborted by the script' : `aborted by the script: ${message}`;
    this.#settings.stopper.stop(ExitCode.ABORTED_BY_SCRIPT, why);
  }

  failTest(told: string): void {
    const message = this.#settings.discretion.text(told);
    const why = message === '' ? 'marked failed by the script' : `marked failed: ${message}`;
    this.#settings.stopper.mark(ExitCode.MARKED_FAILED, why);
  }

  ledger(lines: string): void {
    this.#settings.sinks.ledger(lines);
  }

  broken(error: Error): void {
    this.#settings.stopper.fault(error);
  }

  replaced(worker: number, reason: string, interrupted: number): void {
    const lost = interrupted === 1 ? '1 iteration' : `${interrupted} iterations`;
    this.warn(`worker ${worker} died and was replaced, ${lost} interrupted: ${reason}`);
  }

  shared(): void {
    // Only a process of several says something to others, and its crew listens.
  }

  receiversGone(message: string): void {
    this.#say('error', message);
    this.#settings.stopper.mark(ExitCode.INTERNAL, message);
  }

  settling(outstanding: number): void {
    this.#settings.screen.stage('settling', `${outstanding} outstanding`);
  }

  // ------------------------------------------------------------ ticks

  #arm(second: number): void {
    const { pace } = this.#settings;
    if (pace !== undefined) {
      void pace(second).then(() => this.#stopped || this.#tick(second));
      return;
    }
    const dueIn = second * TICK_MS - this.nowMs();
    this.#timer = setTimeout(() => this.#tick(second), Math.max(0, dueIn));
  }

  #tick(second: number): void {
    try {
      this.#tickNow(this.#settings.pace === undefined ? this.nowMs() : second * TICK_MS);
    } finally {
      // A tick that came late (a busy main thread) does not make the next ones drift, and one that
      // broke does not end them.
      const next = this.#settings.pace === undefined ? Math.floor(this.nowMs() / TICK_MS) + 1 : 0;
      this.#arm(Math.max(second + 1, next));
    }
  }

  /** An interval closed, and told to whoever adds up several engines. */
  #shared(close: () => Tick): Tick {
    const { tee, sinks } = this.#settings;
    const share = tee === undefined ? null : sinks.engine.share();
    const tick = close();
    if (share !== null) {
      const counts = this.#settings.counts();
      tee?.(share, tick, { counts, peakVUs: this.#peakVUs, ...this.#generator.now });
    }
    return tick;
  }

  /** @param nowMs the end of the interval, ms since t0 */
  #tickNow(nowMs: number): void {
    const { sinks, screen, stopper } = this.#settings;
    this.#sampleRun(false);
    const over = nowMs > this.#endMs;
    this.#tellStages(Math.min(nowMs, this.#endMs));
    const tick = this.#shared(() => sinks.engine.tick(nowMs, this.#judgedMs(nowMs)));
    this.#write(tick);
    const { abort } = tick;
    if (abort !== null && !over) {
      const rule = `${abort.metric} ${abort.expression}`;
      this.event('abort', `threshold ${rule} asks for the end`, '');
      stopper.stop(ExitCode.THRESHOLDS, `threshold crossed: ${rule}`);
    }
    const { agents } = this.#settings;
    const counts = this.#settings.counts();
    this.#settings.tellInstance();
    screen.progress({
      atMs: this.nowMs(),
      live: sinks.engine.live(),
      counts,
      vusMax: counts.vusMade,
      generator: this.#generator.now,
      ...(agents === undefined ? {} : { agents: agents() }),
      errors: this.#errors.summary(LIVE_ERRORS).groups,
    });
  }

  /**
   * Length of the run to judge its thresholds over: a rate must not sink while deliveries are
   * waited for. The first tick after the end judges the last second of windows.
   */
  #judgedMs(nowMs: number): number | null {
    if (nowMs <= this.#endMs) return nowMs;
    if (this.#judgedToTheEnd) return null;
    this.#judgedToTheEnd = true;
    return this.#endMs;
  }

  /** Stages that began until `ms`, each with its own time: a tick may come a second after it. */
  #tellStages(ms: number): void {
    const { sinks, screen } = this.#settings;
    for (
      let next = this.#stages[0];
      next !== undefined && next.atMs <= ms;
      next = this.#stages[0]
    ) {
      this.#stages.shift();
      const { atMs, scenario, stage, text } = next;
      const title = `${scenario}: stage ${stage}`;
      sinks.log.append({ k: 'event', at: atMs, type: 'stage', title, text });
      screen.planStage?.(atMs, `${title}, ${text}`);
    }
  }

  #sampleRun(last: boolean): void {
    const { engine } = this.#settings.sinks;
    const { activeVUs, vusMade } = this.#settings.counts();
    // What came and went since the last tick is part of its maximum; at the end nobody is active.
    this.#peakVUs = this.#settings.takePeakVUs();
    engine.sample('vus', NO_TAGS, this.#peakVUs);
    if (!last) engine.sample('vus', NO_TAGS, activeVUs);
    engine.sample('vus_max', NO_TAGS, vusMade);
    for (const { metric, tags, value } of this.#generator.sample()) {
      engine.sample(metric, tags, value);
    }
  }

  #write(tick: Tick): void {
    const { log } = this.#settings.sinks;
    log.appendTick(tick);
    for (const result of tick.changed) {
      const title = `${result.metric} ${result.expression}: ${result.verdict}`;
      const { observed } = result;
      const text = observed === undefined ? '' : thresholdNumber(result, observed);
      this.event('threshold', title, text);
      this.#settings.screen.threshold(result);
    }
    this.#errors.flush();
    log.flush();
    for (const output of this.#outputs) output.wake();
  }
}
