// An agent in a run: it carries its part of the load as any process does, waits for the coordinator
// where the whole has to, and reports everything. Where nobody is at the wheel any more it stops.
import type { Crew } from '../conductor/crew.ts';
import type { RunContext, SetupData } from '../conductor/run-types.ts';
import { epochNow } from '../conductor/records/epoch.ts';
import type { TickState } from '../conductor/records/seconds.ts';
import { seenText } from '../conductor/records/check-book.ts';
import type { Discretion } from '../conductor/records/discretion.ts';
import type { DeliveryCounts, ThreadEvents } from '../conductor/records/events.ts';
import { openRecords, shownMissing } from '../conductor/records/missing.ts';
import type { Stopper } from '../conductor/stopper.ts';
import { DicomRunError, ExitCode } from '../errors.ts';
import type { EngineShare, Tick } from '../metrics/engine-types.ts';
import type { SharedCall, SharedWord } from '../threads/vu.ts';
import type { CaseMessage } from '../threads/cases.ts';
import type { ErrorMessage, LogMessage } from '../threads/samples.ts';
import { differenceOf, manifestOf } from './manifest.ts';
import type { QueueDoor } from './shared/queue-door.ts';
import type { FrameOutbox } from './outbox.ts';
import { awayLimits } from './protocol.ts';
import type { PlanBundle, PlanStep, StepName } from './protocol.ts';
import type { SeriesDecl } from '../metrics/samples.ts';

export interface MemberSettings {
  readonly name: string;
  readonly bundle: PlanBundle;
  readonly outbox: FrameOutbox;
  readonly stopper: Stopper;
  readonly discretion: Discretion;
  /** Whether the engine can be reached now. */
  readonly connected: () => boolean;
  /** Queues that all agents share. */
  readonly queues: QueueDoor;
}

const WATCH_MS = 1_000;
/** A process that stood still that long has heard nothing meanwhile, and nobody was silent. */
const FROZEN_MS = 3_000;
/** What set-up returned goes to all agents, each character in up to three bytes of a message of 8 MiB. */
const SETUP_CHARACTERS = 2_000_000;
/** Lines of a script's console that are passed on, each second. */
const LINES_PER_SECOND = 50;

/** Metrics whose series are told apart by agent; of the generator's all are. */
const BY_AGENT = /^(generator_|dicom_reqs$|dicom_req_duration$|dicom_req_failed$|iterations$)/;
/** The coordinator has these of the counts. */
const OF_COORDINATOR = new Set(['vus', 'vus_max']);

export class HostMember implements Crew {
  tellWorkers?: (worker: number | null, word: SharedWord) => void;
  readonly #settings: MemberSettings;
  readonly #steps: PlanStep[] = [];
  readonly #done = new Set<string>();
  readonly #hidden = new Set<number>();
  #waiting: (() => void)[] = [];
  #heardAt = performance.now();
  #watchedAt = performance.now();
  #awaySince: number | null = null;
  #watch: NodeJS.Timeout | undefined;
  #orphaned = false;
  #commanded = false;
  #lines = 0;

  constructor(settings: MemberSettings) {
    this.#settings = settings;
    this.#watch = setInterval(() => this.#lookOut(), WATCH_MS);
    settings.stopper.onStop(({ code, reason }) => {
      if (!this.#commanded) settings.outbox.record({ k: 'stopping', code, reason });
      this.#wake();
    });
  }

  /** The coordinator was heard of. */
  heard(): void {
    this.#heardAt = performance.now();
  }

  /** A command; one that was done before is not done again. */
  take(step: PlanStep): void {
    this.heard();
    const name = step.step === 'after' ? `after ${step.scenario}` : step.step;
    if (this.#done.has(name)) return;
    this.#done.add(name);
    if (step.step === 'after') {
      const { scenario, startMs } = step;
      this.tellWorkers?.(null, { op: 'begin', scenario, startMs });
    } else if (step.step === 'stop') {
      this.#commanded = true;
      const code = step.why === 'interrupt' ? ExitCode.INTERRUPTED : ExitCode.THRESHOLDS;
      this.#settings.stopper.stop(code, step.reason);
    } else this.#steps.push(step);
    this.#wake();
  }

  destroy(): void {
    clearInterval(this.#watch);
    this.#settings.queues.close();
  }

  // ---------------------------------------------------------------- Crew

  async ready({ loaded }: RunContext): Promise<void> {
    const { bundle, outbox, name } = this.#settings;
    const difference = differenceOf(bundle.manifest, manifestOf(loaded.declarations));
    if (difference !== null) {
      throw new DicomRunError(ExitCode.CONFIG, {
        code: 'AGENT_DATA',
        message: difference,
        hint: `bring the same files to ${name}, and name their folder: dicomrun agent --data DIR`,
      });
    }
    outbox.record({ k: 'ready' });
  }

  async setup(own: () => Promise<SetupData>): Promise<SetupData> {
    for (;;) {
      const step = await this.#next(['setup', 'begin'], true);
      if (step?.step === 'begin') return step.setupJson;
      if (step === null) return undefined;
      const json = await own();
      // One that failed has stopped this agent, which is reported.
      if (json === undefined) continue;
      if (json === null || json.length <= SETUP_CHARACTERS) {
        this.#settings.outbox.record({ k: 'setup', json });
        continue;
      }
      const mb = (json.length / 1e6).toFixed(1);
      const why = `setup() returned ${mb} MB of JSON: agents are sent at most ${SETUP_CHARACTERS / 1e6} MB`;
      this.#settings.stopper.stop(ExitCode.SCRIPT, why);
    }
  }

  async t0(): Promise<number> {
    if (this.#settings.stopper.end === null) this.#settings.outbox.record({ k: 'warmed' });
    const step = await this.#next(['go'], true);
    return step?.step === 'go' ? step.t0 : epochNow();
  }

  attach(events: ThreadEvents): ThreadEvents {
    const { outbox } = this.#settings;
    return {
      series: (source, series) => events.series(source, series),
      samples: (source, columns) => events.samples(source, columns),
      ledger: (lines) => events.ledger(lines),
      settling: (outstanding) => events.settling(outstanding),
      replaced: (...what) => events.replaced(...what),
      shared: (worker, call) => void this.#share(worker, call),
      receiversGone: (message) => events.receiversGone(message),
      broken: (error) => events.broken(error),
      abortTest: (message) => events.abortTest(message),
      log: (message) => {
        events.log(message);
        this.#passLog(message);
      },
      error: (message) => {
        events.error(message);
        outbox.record({ k: 'error', error: this.#discreet(message) });
      },
      caseState: (message) => {
        events.caseState(message);
        this.#passCase(message);
      },
      failTest: (message) => {
        events.failTest(message);
        outbox.record({ k: 'failTest', message: this.#settings.discretion.text(message) });
      },
    };
  }

  readonly tee = (share: EngineShare, tick: Tick, state: TickState): void => {
    const series = share.series.flatMap((one) => this.#shared(one));
    const intervals = share.intervals.filter(({ id }) => !this.#hidden.has(id));
    const { at, points } = tick;
    this.#settings.outbox.frame({ ...state, at, points, series, intervals });
    this.#lines = 0;
  };

  done(durationMs: number): void {
    this.#settings.outbox.record({ k: 'done', durationMs });
  }

  async settle(own: () => Promise<DeliveryCounts>): Promise<DeliveryCounts> {
    await this.#next(['settle', 'close']);
    const account = await own();
    const { routes: accounts, missing } = account;
    const facts = { accounts, missing: shownMissing(missing, this.#settings.discretion) };
    const { outbox } = this.#settings;
    for (const record of openRecords(account)) outbox.record({ k: 'open', record });
    outbox.record({ k: 'settled', facts });
    return account;
  }

  async teardown(own: () => Promise<void>): Promise<void> {
    const step = await this.#next(['teardown', 'close']);
    if (step?.step !== 'teardown' || !step.own) return;
    await own();
    this.#settings.outbox.record({ k: 'tornDown' });
  }

  async close(): Promise<void> {
    await this.#next(['close']);
  }

  // ---------------------------------------------------------------- waiting

  /**
   * The next command of these; null when nobody is there to give one, or, before the load, when this
   * agent is to stop.
   */
  async #next(names: readonly StepName[], beforeLoad = false): Promise<PlanStep | null> {
    for (;;) {
      const step = this.#steps.find(({ step: name }) => names.includes(name));
      if (step !== undefined) {
        // Closing ends every wait to come.
        if (step.step !== 'close') this.#steps.splice(this.#steps.indexOf(step), 1);
        return step;
      }
      if (this.#orphaned) return null;
      if (beforeLoad && this.#settings.stopper.end !== null) return null;
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resume of waiting) resume();
  }

  /** Once a second: whether anybody is still at the wheel. */
  #lookOut(): void {
    const now = performance.now();
    if (now - this.#watchedAt > FROZEN_MS) this.#heardAt = now;
    this.#watchedAt = now;
    const { connected, bundle } = this.#settings;
    if (connected()) {
      // What the coordinator said meanwhile could not arrive.
      if (this.#awaySince !== null) this.#heardAt = now;
      this.#awaySince = null;
      const silent = now - this.#heardAt;
      if (silent <= bundle.orphanMs) return;
      this.#orphan(`the coordinator was not heard of for ${seconds(silent)}`);
    } else {
      this.#awaySince ??= now;
      const away = now - this.#awaySince;
      const { stopMs } = awayLimits(bundle.orphanMs);
      if (away > stopMs) this.#orphan(`the engine was away for ${seconds(away)}`);
    }
  }

  #orphan(why: string): void {
    if (this.#orphaned) return;
    this.#orphaned = true;
    this.#settings.stopper.stop(ExitCode.AGENT_LOST, `${why}: nobody could have ended the load`);
    this.#wake();
  }

  // ---------------------------------------------------------------- passing on

  #shared(series: SeriesDecl): SeriesDecl[] {
    const { id, metric, tags } = series;
    if (OF_COORDINATOR.has(metric)) {
      this.#hidden.add(id);
      return [];
    }
    const { name } = this.#settings;
    return [BY_AGENT.test(metric) ? { ...series, tags: { ...tags, agent: name } } : series];
  }

  /** What a worker says to all agents. */
  async #share(worker: number, call: SharedCall): Promise<void> {
    const { outbox, queues } = this.#settings;
    if (call.op === 'over') return outbox.record({ k: 'over', scenario: call.scenario });
    const item = await queues.ask(call);
    if (call.op === 'pop') this.tellWorkers?.(worker, { op: 'popped', number: call.number, item });
  }

  #discreet(error: ErrorMessage): ErrorMessage {
    const { text, uid } = this.#settings.discretion;
    const instances = error.instances?.map((one) => ({ ...one, instance: uid(one.instance) }));
    return {
      ...error,
      group: text(error.group),
      message: text(error.message),
      ...(error.stack === undefined ? {} : { stack: text(error.stack) }),
      ...(instances === undefined ? {} : { instances }),
    };
  }

  #passCase(message: CaseMessage): void {
    if (message.state !== 'check' || message.ok) return;
    const { outbox, discretion } = this.#settings;
    const text = seenText(message.seen, discretion);
    const { seen: _, ...rest } = message;
    outbox.record({ k: 'case', message: text === '' ? rest : { ...rest, seen: { text } } });
  }

  #passLog(message: LogMessage): void {
    if (message.trace === true || this.#lines++ >= LINES_PER_SECOND) return;
    const { outbox, discretion } = this.#settings;
    const told = { ...message, message: discretion.text(message.message) };
    outbox.record({ k: 'log', message: told });
  }
}

function seconds(ms: number): string {
  return `${Math.round(ms / 1000)} s`;
}
