// Once a second the interval is closed: what it counted goes into the run log, the live line and to
// whoever adds up several engines, and thresholds are judged.
import { ExitCode } from '../../errors.ts';
import type { Scenario } from '../../executors/index.ts';
import type { Engine, EngineShare, Tick } from '../../metrics/engine-types.ts';
import { thresholdNumber } from '../../metrics/numbers.ts';
import type { Output } from '../../outputs/output.ts';
import type { EventRecord } from '../../runlog/format.ts';
import type { RunLogWriter } from '../../runlog/writer.ts';
import type { Generator } from '../crew.ts';
import type { GeneratorNow, Screen } from '../screen.ts';
import { stageChanges } from '../stages.ts';
import type { StageChange } from '../stages.ts';
import type { Stopper } from '../stopper.ts';
import { epochNow } from './epoch.ts';
import type { ErrorLog } from './error-log.ts';
import type { FleetCounts } from './events.ts';

const TICK_MS = 1_000;
const LIVE_ERRORS = 3;
const NO_TAGS = {};

/** How it went in an interval, besides its samples. */
export interface TickState extends GeneratorNow {
  readonly counts: FleetCounts;
  /** Most VUs active at once. */
  readonly peakVUs: number;
}

export interface SecondsSettings {
  readonly sinks: {
    readonly engine: Engine;
    readonly log: Pick<RunLogWriter, 'append' | 'appendTick' | 'flush'>;
  };
  readonly screen: Screen;
  readonly stopper: Stopper;
  readonly scenarios: readonly Scenario[];
  readonly counts: () => FleetCounts;
  /** Most VUs active at once since the last call. */
  readonly takePeakVUs: () => number;
  /** Once a second: tells the workers what `exec.instance` answers. */
  readonly tellInstance: () => void;
  /** Where others carry the load: when a second may be closed, and who of them is there. */
  readonly pace?: (second: number) => Promise<void>;
  readonly agents?: () => string;
  /** Gets each interval before it is closed, for another engine. */
  readonly tee?: (share: EngineShare, tick: Tick, state: TickState) => void;
}

/** What the seconds share with the rest of the record. */
export interface SecondsParts {
  readonly settings: SecondsSettings;
  readonly errors: ErrorLog;
  readonly generator: Generator;
}

export class Seconds {
  readonly #settings: SecondsSettings;
  readonly #errors: ErrorLog;
  readonly #generator: Generator;
  #outputs: readonly Output[] = [];
  #t0 = 0;
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;
  #peakVUs = 0;
  /** Length of the run, ms; from then on it settles. */
  #endMs = Infinity;
  #judgedToTheEnd = false;
  /** Stages that have not begun yet, the next one first. */
  readonly #stages: StageChange[];

  constructor({ settings, errors, generator }: SecondsParts) {
    this.#settings = settings;
    this.#errors = errors;
    this.#generator = generator;
    this.#stages = [...stageChanges(settings.scenarios)];
  }

  /** ms since t0, by the monotonic clock. */
  nowMs(): number {
    return epochNow() - this.#t0;
  }

  /** From here on times are those since t0 (epoch ms). */
  begin(t0: number): void {
    this.#t0 = t0;
  }

  /** The first one ends a second after t0. */
  start(outputs: readonly Output[]): void {
    this.#outputs = outputs;
    this.#tellStages(0);
    this.#arm(1);
  }

  /** Nobody starts an iteration any more; thresholds are judged up to there. */
  ended(elapsedMs: number): void {
    this.#endMs = elapsedMs;
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  /** The last tick of the engine. */
  finish(elapsedMs: number): Tick {
    this.#sampleRun(true);
    this.#tellStages(elapsedMs);
    const { engine } = this.#settings.sinks;
    const tick = this.#shared(() => engine.finish(this.nowMs(), elapsedMs));
    this.#write(tick);
    return tick;
  }

  event(type: EventRecord['type'], title: string, text: string): void {
    this.#settings.sinks.log.append({ k: 'event', at: this.nowMs(), type, title, text });
  }

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
