// The coordinator of a run on several agents: it carries no load, tells them when what begins, adds up
// what they report, and judges the whole.
import type { Crew, RemoteLoad } from '../conductor/crew.ts';
import type { RunContext, SetupData } from '../conductor/run-types.ts';
import { epochNow } from '../conductor/records/epoch.ts';
import { addCounts, noCounts } from '../conductor/fleet/worker-state.ts';
import type { DeliveryCounts, ThreadEvents } from '../conductor/records/events.ts';
import type { Recorder } from '../conductor/records/recorder.ts';
import type { Stopper } from '../conductor/stopper.ts';
import { ExitCode } from '../errors.ts';
import type { Engine } from '../metrics/engine-types.ts';
import type { Bus, BusEntry } from './bus.ts';
import { Crowd } from './crowd/crowd.ts';
import { Pace } from './crowd/pace.ts';
import { mustBeReady, mustHaveJoined } from './crowd/refusals.ts';
import { Reports } from './crowd/reports.ts';
import { RollCall, SILENT_SAID_MS } from './crowd/roll-call.ts';
import { decodeFrame } from './frame.ts';
import { jointAccount } from './joint-account.ts';
import { Hub } from './shared/hub.ts';
import { plannedOf } from './planned.ts';
import { decodeJson, journalName, upSubjects } from './protocol.ts';
import type { JoinCall, PlanStep, RunNote, UpRecord } from './protocol.ts';
import { otherPlan, t0Of } from './resumed.ts';
import type { Remote } from './remote.ts';

export interface CoordinatorSettings {
  readonly bus: Bus;
  readonly run: string;
  readonly version: string;
  readonly remotes: readonly Remote[];
  readonly stopper: Stopper;
  /** So many may be lost and the run can pass. */
  readonly lostAllowed: number;
  /** Agents stop by themselves when they hear nothing for so long. */
  readonly orphanMs: number;
  /** Packs what the agents need, and puts it where they get it; its SHA-256. */
  readonly ship: (context: RunContext) => Promise<string>;
  readonly say: (level: 'info' | 'warn', text: string) => void;
  /** Notes what a coordinator after this one has to know. */
  readonly keep: (note: Pick<RunNote, 'bundle' | 't0'>) => Promise<void>;
  /** The note of the coordinator before this one; null: it is the first. */
  readonly resumed: RunNote | null;
}

const READY_MS = 180_000;
const HEAD_START_MS = 500;
/** Of a scenario that begins while the run goes on. */
const AFTER_HEAD_START_MS = 100;
const CLOCK_PINGS = 20;
const CLOSE_MS = 60_000;

export class Coordinator implements Crew {
  readonly load: RemoteLoad;
  readonly #settings: CoordinatorSettings;
  readonly #crowd: Crowd;
  readonly #hub: Hub;
  readonly #pace: Pace;
  readonly #reports: Reports;
  readonly #rollCall: RollCall;
  #engine: Engine | null = null;
  #recorder: Recorder | null = null;
  #context: RunContext | null = null;
  #unfollow: () => void = () => undefined;
  #readTo = 0;
  /** What a coordinator before this one left is read up to there, and nothing is late before. */
  #replayTo = 0;
  #bundle = '';
  /** It is its run: not that of one that was killed, which it could not take over. */
  #leads: boolean;
  #t0 = Infinity;
  /** t0 by the agents' clocks, by their indexes. */
  #theirs: readonly number[] = [];
  #setupBy: Remote | null = null;
  #closing = false;

  constructor(settings: CoordinatorSettings) {
    this.#settings = settings;
    this.#crowd = new Crowd(settings.remotes);
    this.#leads = settings.resumed === null;
    const { bus, run, remotes } = settings;
    this.#hub = new Hub(bus, run, { remotes, begin: (scenario) => this.#beginAfter(scenario) });
    this.#pace = new Pace({
      remotes,
      caughtUp: () => bus.connected && this.#readTo >= this.#replayTo,
    });
    this.#reports = new Reports({
      stopper: settings.stopper,
      over: (remote, scenario) => this.#hub.over(remote, scenario),
      ended: () => this.#pace.check(),
    });
    this.#rollCall = new RollCall({
      ...settings,
      crowd: this.#crowd,
      readTo: () => this.#readTo,
      lose: (one, why) => this.#lose(one, why),
    });
    settings.stopper.onStop(() => this.#crowd.wake());
    this.load = {
      run: (t0) => this.#runAll(t0),
      stop: (why, reason) => void this.#tellAll({ step: 'stop', why, reason }),
      counts: () => {
        const sum = noCounts();
        for (const { counts } of settings.remotes) addCounts(sum, counts);
        return sum;
      },
      takePeakVUs: () => this.#crowd.takePeakVUs(),
      pace: (second) => this.#pace.until(second),
      generator: this.#crowd,
      shown: () => this.#crowd.shown(performance.now(), SILENT_SAID_MS),
    };
  }

  get remotes(): readonly Remote[] {
    return this.#settings.remotes;
  }

  // ---------------------------------------------------------------- Crew

  async ready(context: RunContext): Promise<void> {
    const { bus, run, remotes, ship, version, keep, resumed } = this.#settings;
    this.#context = context;
    const bundle = await ship(context);
    if (resumed !== null && bundle !== resumed.bundle) throw otherPlan();
    this.#leads = true;
    await bus.makeJournal(journalName(run), upSubjects(run));
    if (resumed !== null) this.#replayTo = (await bus.lastEntry(journalName(run))) ?? 0;
    this.#unfollow = bus.follow(journalName(run), (entry) => this.#take(entry));
    if (resumed === null) {
      await this.#joinAll({ run, bundle, version, of: remotes.length });
      await keep({ bundle, t0: null });
    }
    this.#bundle = bundle;
    this.#rollCall.start();
    const late = setTimeout(() => this.#lateForReady(), READY_MS);
    const answers = await this.#crowd.all((one) => one.says(['ready', 'refused'], () => false));
    clearTimeout(late);
    mustBeReady(answers, remotes);
    await this.#crowd.all(async (one) => {
      for (let i = 0; i < CLOCK_PINGS; i++) await one.ping();
    });
  }

  async setup(): Promise<SetupData> {
    const json = await this.#setupSomewhere();
    if (this.#settings.stopper.end === null) {
      await this.#tellAll({ step: 'begin', setupJson: json ?? null });
    }
    return json;
  }

  async t0(): Promise<number> {
    const { stopper, remotes } = this.#settings;
    const stopped = () => stopper.end !== null;
    await this.#crowd.all((one) => one.says(['warmed', 'stopping'], stopped));
    const before = this.#settings.resumed?.t0 ?? null;
    if (before === null) this.#lostBefore('before the start');
    if (stopper.end !== null) {
      // why: those that did not set up wait for the word to begin
      await this.#tellAll({ step: 'stop', why: 'interrupt', reason: stopper.end.reason });
      return epochNow();
    }
    const slowest = Math.max(...remotes.map(({ slowestMs }) => slowestMs));
    this.#t0 = before === null ? epochNow() + 2 * slowest + HEAD_START_MS : t0Of(before, remotes);
    this.#pace.start(this.#t0);
    const { boundMs } = this.#crowd.worstClock();
    const theirs = before?.theirs ?? remotes.map(({ clock }) => this.#t0 + clock.offsetMs);
    this.#theirs = theirs;
    if (before === null) {
      await this.#settings.keep({ bundle: this.#bundle, t0: { own: this.#t0, theirs } });
      await this.#crowd.all((one) => one.tell({ step: 'go', t0: theirs[one.index] ?? this.#t0 }));
    }
    this.#hub.run();
    this.#settings.say('info', `clocks agree to ${boundMs.toFixed(2)} ms`);
    return this.#t0;
  }

  attach(recorder: Recorder, engine: Engine): ThreadEvents {
    this.#recorder = recorder;
    this.#engine = engine;
    this.#pace.attach(engine);
    this.#reports.attach(recorder);
    return recorder;
  }

  async settle(): Promise<DeliveryCounts> {
    await this.#tellAll({ step: 'settle' });
    const answers = await this.#crowd.all((one) => one.says(['settled'], () => false));
    return jointAccount({
      ...{ remotes: this.remotes, facts: answers.map((one) => one?.facts ?? null) },
      ...{ t0: this.#t0, theirs: this.#theirs, engine: this.#engine },
      tags: this.#context?.options.tags ?? {},
      warn: (text) => this.#recorder?.warn(text),
    });
  }

  async teardown(): Promise<void> {
    const { remotes } = this.#settings;
    const by = this.#setupBy?.live === true ? this.#setupBy : remotes.find(({ live }) => live);
    await this.#crowd.all((one) => one.tell({ step: 'teardown', own: one === by }));
    const answer = await by?.says(['tornDown'], () => false);
    if (answer !== null && answer !== undefined) return;
    this.#recorder?.warn('teardown did not come to its end: its agent is gone');
  }

  async close(): Promise<void> {
    this.#closing = true;
    await this.#tellAll({ step: 'close' });
    const late = setTimeout(() => {
      for (const one of this.remotes) one.lose('it did not come to its end');
    }, CLOSE_MS);
    await this.#crowd.all((one) => one.says(['end'], () => false));
    clearTimeout(late);
    this.#pace.finish();
    for (const one of this.remotes) this.#conclude(one);
    this.destroy();
    await this.#settings.bus.dropJournal(journalName(this.#settings.run));
  }

  /** Nobody is waited for any more. Agents that nobody told anything stop by themselves. */
  destroy(): void {
    this.#rollCall.stop();
    this.#pace.stop();
    this.#unfollow();
    this.#hub.close();
  }

  /** The run came to nothing: the agents are let go. False where it goes on for another. */
  async abandon(reason: string): Promise<boolean> {
    if (!this.#leads) {
      this.destroy();
      return false;
    }
    if (this.#closing) return true;
    this.#closing = true;
    const stop: PlanStep = { step: 'stop', why: 'interrupt', reason };
    const told = this.#crowd.all(async (one) => {
      await one.tell(stop);
      await one.tell({ step: 'close', unread: true });
    });
    await Promise.race([told, new Promise((resolve) => setTimeout(resolve, 3_000))]);
    for (const one of this.remotes) one.lose(reason);
    this.destroy();
    await this.#settings.bus.dropJournal(journalName(this.#settings.run));
    return true;
  }

  // ---------------------------------------------------------------- phases

  async #joinAll(call: Omit<JoinCall, 'index' | 'name'>): Promise<void> {
    const { remotes } = this.#settings;
    const answers = await this.#crowd.all((one) => one.join(call));
    mustHaveJoined(answers, remotes);
  }

  #lateForReady(): void {
    for (const one of this.remotes) {
      if (one.said('ready') === null) one.lose(`not ready within ${READY_MS / 1000} s`);
    }
  }

  async #setupSomewhere(): Promise<SetupData> {
    const { stopper, remotes } = this.#settings;
    const done = remotes.find((one) => one.said('setup') !== null);
    const by = done ?? remotes.find(({ live }) => live);
    if (by === undefined) return undefined;
    this.#setupBy = by;
    await by.tell({ step: 'setup' });
    const answer = await by.says(['setup', 'stopping'], () => stopper.end !== null);
    if (answer?.k === 'setup') return answer.json;
    this.#lostBefore('in set-up');
    return undefined;
  }

  /** Before the load an agent that is gone is a run that does not begin. */
  #lostBefore(when: string): void {
    const gone = this.remotes.find(({ lost }) => lost !== null);
    if (gone === undefined) return;
    this.#settings.stopper.stop(ExitCode.AGENT_LOST, `agent ${gone.shown} was lost ${when}`);
  }

  async #runAll(t0: number): Promise<number> {
    const answers = await this.#crowd.all((one) => one.says(['done'], () => false));
    const longest = Math.max(0, ...answers.map((answer) => answer?.durationMs ?? 0));
    return longest > 0 ? longest : Math.max(0, epochNow() - t0);
  }

  /** Scenarios that waited for one that is over everywhere now. */
  #beginAfter(over: number): void {
    const { scenarios = [] } = this.#context?.options ?? {};
    const name = scenarios[over]?.name;
    const slowest = Math.max(...this.remotes.map(({ slowestMs }) => slowestMs));
    const now = epochNow() - this.#t0 + 2 * slowest + AFTER_HEAD_START_MS;
    for (const [scenario, one] of scenarios.entries()) {
      if (one.after !== name) continue;
      const startMs = now + one.startTimeNs / 1e6;
      void this.#tellAll({ step: 'after', scenario, startMs });
    }
  }

  #tellAll(step: PlanStep): Promise<readonly void[]> {
    return this.#crowd.all((one) => one.tell(step));
  }

  // ---------------------------------------------------------------- reports

  #take({ subject, data, seq }: BusEntry): void {
    this.#readTo = seq;
    const [index, kind] = subject.split('.').slice(-2);
    const remote = this.remotes[Number(index)];
    if (remote === undefined || remote.lost !== null) return;
    if (kind === 'frame') {
      remote.takeFrame(decodeFrame(data));
      this.#pace.check();
      return;
    }
    for (const record of decodeJson<readonly UpRecord[]>(data)) {
      this.#reports.take(remote, record);
      if (record.k === 'refused') this.#broke(remote, record);
    }
  }

  /** One that was ready and cannot go on; before, that it is not is the answer to a question. */
  #broke(one: Remote, { problems }: Extract<UpRecord, { k: 'refused' }>): void {
    if (one.said('ready') !== null) this.#lose(one, problems[0]?.message ?? 'it broke');
  }

  // ---------------------------------------------------------------- who is there

  #lose(one: Remote, why: string): void {
    if (!one.live) return;
    one.lose(why);
    this.#hub.forget(one);
    this.#pace.check();
    if (this.#t0 === Infinity) return;
    const { stopper, lostAllowed, remotes } = this.#settings;
    const text = `agent ${one.shown} was lost after second ${one.lastAt + 1} (${why})`;
    const full = `${text}: ${plannedOf(one, this.#context, remotes.length)}`;
    this.#recorder?.warn(full);
    const lost = remotes.filter((other) => other.lost !== null).length;
    if (lost > lostAllowed) stopper.mark(ExitCode.AGENT_LOST, full);
    if (lost === remotes.length) stopper.stop(ExitCode.AGENT_LOST, `all agents were lost: ${why}`);
  }

  #conclude({ name, end, farClock: { drift } }: Remote): void {
    if (drift !== 0) {
      const [is, long, quick] = drift > 0 ? ['fast', 'long', 'quick'] : ['slow', 'short', 'slow'];
      const what = `its clock runs ${(Math.abs(drift) * 100).toFixed(1)} % ${is}`;
      const but = `what it measured is as much too ${long}, and its load too ${quick}`;
      this.#recorder?.warn(`agent ${name}: ${what}: ${but}`);
    }
    if (end === null) return;
    // Its reason may have been a word of the coordinator before this one.
    if (end.code !== 0)
      this.#settings.stopper.mark(end.code as ExitCode, `agent ${name}: ${end.reason}`);
    for (const text of end.warnings) this.#recorder?.warn(`agent ${name}: ${text}`);
    if (end.lostFrames > 0) {
      const what = `${end.lostFrames} reports were given up while the engine was away`;
      const full = `agent ${name}: ${what}: what they counted is missing`;
      this.#recorder?.warn(full);
      this.#settings.stopper.mark(ExitCode.OUTPUT_LOST, full);
    }
  }
}
