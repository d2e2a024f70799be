// Everything the threads report goes through here: into the engine, the run log and the files;
// once a second a tick, and with it the live line and the thresholds.
import { ExitCode } from '../../errors.ts';
import type { ThreadReading } from '../../metrics/generator.ts';
import type { Engine, Tick } from '../../metrics/engine-types.ts';
import type { RunFacts } from '../../metrics/facts.ts';
import type { ErrorsSummary } from '../../metrics/summary.ts';
import type { Output, SampleSink } from '../../outputs/output.ts';
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
import type { ThreadEvents } from './events.ts';
import { GeneratorWatch } from '../generator.ts';
import { Seconds } from './seconds.ts';
import type { SecondsSettings } from './seconds.ts';
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

export interface RecorderSettings extends SecondsSettings {
  readonly sinks: RecordSinks;
  readonly placeOf: PlaceOf;
  readonly discretion: Discretion;
  readonly cores: number;
  /** `--title`; null: none. */
  readonly title: string | null;
  /** What the workers tell of themselves since the last call. */
  readonly threads: () => readonly ThreadReading[];
  /** Where others carry the load: how they are doing. */
  readonly generator?: Generator;
}

const ERROR_GROUPS = 50;

export class Recorder implements ThreadEvents {
  readonly #settings: RecorderSettings;
  readonly #errors: ErrorLog;
  readonly #generator: Generator;
  readonly #seconds: Seconds;
  readonly #warnings: string[] = [];
  readonly #cases: CaseMessage[] = [];
  readonly #checks: CheckBook;
  #outputs: readonly Output[] = [];
  /** What set-up reported, for outputs that are started after it. */
  #early: ((sink: SampleSink) => void)[] | null = [];
  #t0 = 0;
  #replaced = 0;

  constructor(settings: RecorderSettings) {
    const { sinks, screen } = settings;
    this.#settings = settings;
    this.#generator = settings.generator ?? new GeneratorWatch(settings.cores, settings.threads);
    this.#checks = new CheckBook(sinks.errorDetail);
    this.#errors = new ErrorLog({
      placeOf: settings.placeOf,
      discretion: settings.discretion,
      record: (record) => sinks.log.append(record),
      detail: sinks.errorDetail,
      announce: (group, since) => screen.failure(group, since),
    });
    const [errors, generator] = [this.#errors, this.#generator];
    this.#seconds = new Seconds({ settings, errors, generator });
  }

  /** Ticks start one second after t0 (epoch ms). */
  start(t0: number, outputs: readonly Output[]): void {
    this.#t0 = t0;
    this.#seconds.begin(t0);
    this.#outputs = outputs;
    const early = this.#early;
    this.#early = null;
    for (const { sink } of outputs) if (sink !== undefined) early?.forEach((call) => call(sink));
    this.#generator.sample();
    this.event('start', 'start', this.#settings.title ?? '');
    this.#seconds.start(outputs);
  }

  /** ms since t0, by the monotonic clock. */
  nowMs(): number {
    return this.#seconds.nowMs();
  }

  /** Nobody starts an iteration any more. What comes now is recorded, and no reason to abort. */
  ended(elapsedMs: number): void {
    this.#seconds.ended(elapsedMs);
    this.#generator.rest();
  }

  stop(): void {
    this.#seconds.stop();
    this.#generator.stop();
  }

  /** The last tick of the engine; nothing is recorded afterwards but the end. */
  finish(elapsedMs: number): Tick {
    this.stop();
    const { engine, log } = this.#settings.sinks;
    const tick = this.#seconds.finish(elapsedMs);
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

  /** Workers that died and were replaced. */
  get replacements(): number {
    return this.#replaced;
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
    this.#seconds.event(type, title, text);
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
    this.#replaced += 1;
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
}
