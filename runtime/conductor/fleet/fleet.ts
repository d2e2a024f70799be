// All VU workers of a run: started, given their share, started together, replaced when they die.
import { MessageChannel } from 'node:worker_threads';
import type { MessagePort } from 'node:worker_threads';
import { DicomRunError } from '../../errors.ts';
import { WorkerSlot } from '../../threads/state.ts';
import type { ThreadReading } from '../../metrics/generator.ts';
import type { FromVu, HookName, SharedWord, ToVu, VuPlan } from '../../threads/vu.ts';
import type { FleetCounts, ThreadEvents } from '../records/events.ts';
import { guestName, tooManyDeaths } from './fleet-faults.ts';
import { beats, HangWatch, watchedInit } from './hang-watch.ts';
import { FaultError } from './mailbox.ts';
import { newMesh } from './mesh.ts';
import { Member } from './member.ts';
import type { VuPool } from './member.ts';
import {
  addCounts,
  countsOfOthers,
  noCounts,
  readState,
  remainsOf,
  takePeak,
} from './worker-state.ts';

type Loaded = Extract<FromVu, { readonly kind: 'loaded' }>;
type LoadMessage = Extract<ToVu, { readonly kind: 'load' }>;

/** The plan of a worker without what differs from worker to worker. */
export type SharedVuPlan = Omit<VuPlan, 'acceptors' | 'mesh'>;

/** The acceptor threads as the fleet needs them: a port for each worker, also for a replacement. */
export interface AcceptorPorts {
  /** New ports to every acceptor thread for this worker. */
  connect(worker: number): readonly MessagePort[];
}

export interface FleetSettings {
  /** Where its threads come from; it is ended with the fleet. */
  readonly pool: VuPool;
  readonly events: ThreadEvents;
  readonly nextSource: () => number;
}

/** More deaths than this in one run are not bad luck. */
const MAX_REPLACEMENTS = 20;
const WARM_TIMEOUT_MS = 60_000;

export class Fleet {
  readonly #settings: FleetSettings;
  readonly #pool: VuPool;
  readonly #members: Member[] = [];
  readonly #lost = noCounts();
  readonly #watch: HangWatch;
  #plan: SharedVuPlan | null = null;
  #acceptors: AcceptorPorts | null = null;
  #started: Extract<ToVu, { readonly kind: 'start' }> | null = null;
  #stopping = false;
  #replacements = 0;
  #finish: ((reason: DicomRunError | null) => void) | null = null;

  constructor(settings: FleetSettings) {
    this.#settings = settings;
    this.#watch = new HangWatch({
      events: settings.events,
      members: this.#members,
      scenarioIn: (state) => this.#scenarioIn(state),
    });
    this.#pool = settings.pool;
  }

  /** Starts worker 0, so that its thread boots while the script is bundled. */
  startLead(): void {
    this.#members[0] = this.#newMember(0, 1);
  }

  /** The init pass, in worker 0. */
  async load(message: LoadMessage): Promise<Loaded> {
    const lead = this.#lead();
    const loaded = lead.mailbox.wait('loaded', {
      phase: 'init',
      timeoutMs: message.timeoutMs,
    });
    lead.post(message);
    return watchedInit([lead], loaded);
  }

  /** Starts the other workers and gives everyone the plan; resolves when all are ready. */
  async prepare(
    plan: SharedVuPlan,
    workers: number,
    acceptors: AcceptorPorts | null,
  ): Promise<void> {
    this.#plan = plan;
    this.#acceptors = acceptors;
    for (let worker = this.#members.length; worker < workers; worker++) {
      this.#members[worker] = this.#newMember(worker, workers);
    }
    const mesh = newMesh(workers);
    const ready = this.#members.map((member, index) => {
      return this.#prepareMember(member, mesh[index] ?? []);
    });
    await watchedInit(this.#members, Promise.all(ready));
  }

  /** Runs `setup`, `teardown` or `handleSummary` in worker 0 and returns its JSON. */
  async hook(message: Extract<ToVu, { readonly kind: HookName }>): Promise<string | null> {
    const lead = await this.#livingLead();
    const answer = lead.mailbox.wait('hook', {
      phase: message.kind,
      timeoutMs: message.timeoutMs,
    });
    lead.post(message);
    try {
      return (await answer).json;
    } catch (error) {
      if (isTimeout(error)) {
        if (await beats(lead)) this.giveUpHook();
        else lead.kill();
      }
      throw error;
    }
  }

  /** Nobody waits for the hook of worker 0 any more: what it waits for is cut off. */
  giveUpHook(): void {
    this.#lead().post({ kind: 'giveUpHook' });
  }

  /** Before t0: pre-allocated VUs of arrival rates run their vuInit; resolves when they are ready. */
  async warm(setupJson: string | null): Promise<void> {
    await Promise.all(
      this.#members.map((member) => {
        const warmed = member.mailbox.wait('warmed', {
          phase: 'vuInit',
          timeoutMs: WARM_TIMEOUT_MS,
        });
        member.post({ kind: 'warm', setupJson });
        return warmed;
      }),
    );
  }

  /**
   * Starts all workers at t0 (epoch ms) and resolves when all have ended; rejects when workers die
   * again and again. A worker that dies meanwhile is replaced.
   */
  run(t0: number, setupJson: string | null, hangMs: number): Promise<void> {
    this.#started = { kind: 'start', t0, setupJson };
    this.#watch.start(t0, hangMs);
    return new Promise<void>((resolve, reject) => {
      this.#finish = (reason) => {
        this.#finish = null;
        this.#watch.stop();
        if (reason === null) resolve();
        else reject(reason);
      };
      for (const member of this.#members) this.#startMember(member);
    });
  }

  /** No new iterations; what runs is cut off ('abort', 'interrupt' as k6: without graceful stop). */
  stop(why: 'abort' | 'interrupt'): void {
    this.#stopping = true;
    for (const member of this.#members) member.post({ kind: 'stop', why });
  }

  /** Totals over all workers now. */
  counts(): FleetCounts {
    const sum = noCounts();
    addCounts(sum, this.#lost);
    for (const member of this.#members) addCounts(sum, readState(member.state));
    return sum;
  }

  /** Most VUs active at once since the last call. */
  takePeakVUs(): number {
    return this.#members.reduce((sum, { state }) => sum + takePeak(state), 0);
  }

  /** Tells each worker what the others count, for `exec.instance`. */
  tellInstance(): void {
    const all = this.counts();
    for (const member of this.#members) {
      if (member.finished) continue;
      const others = countsOfOthers(all, readState(member.state));
      member.post({ kind: 'instance', others });
    }
  }

  /** What comes of a call to other processes; null: for all workers. */
  tellShared(worker: number | null, word: SharedWord): void {
    for (const member of this.#members) {
      if (worker !== null && member.worker !== worker) continue;
      if (!member.finished) member.post({ kind: 'shared', word });
    }
  }

  /** How busy each worker was and how late, since the last call. */
  readings(): readonly ThreadReading[] {
    return this.#members.map(({ worker, state }) => ({
      name: `worker ${worker}`,
      busyMs: Atomics.load(state, WorkerSlot.BUSY_MS),
      loopLagMs: Atomics.exchange(state, WorkerSlot.LAG_MS, 0),
    }));
  }

  /** Ends all threads. */
  async destroy(): Promise<void> {
    this.#stopping = true;
    this.#watch.stop();
    for (const member of this.#members) member.post({ kind: 'exit' });
    await this.#pool.destroy();
  }

  #lead(): Member {
    const lead = this.#members[0];
    if (lead === undefined) throw new Error('worker 0 was not started');
    return lead;
  }

  /** A worker 0 that died while the run ended is made once more, for the hooks after it. */
  async #livingLead(): Promise<Member> {
    const lead = this.#lead();
    if (!lead.dead) return lead;
    const workers = this.#members.length;
    const member = this.#newMember(0, workers);
    member.finished = true;
    this.#members[0] = member;
    await this.#prepareMember(
      member,
      Array.from({ length: workers }, () => null),
    );
    return member;
  }

  #newMember(worker: number, workers: number): Member {
    const source = this.#settings.nextSource();
    const member = new Member(this.#pool, { worker, workers, source }, this.#settings.events);
    void member.gone.then((reason) => this.#onGone(member, reason));
    return member;
  }

  async #prepareMember(member: Member, mesh: readonly (MessagePort | null)[]): Promise<void> {
    const plan = this.#plan;
    if (plan === null) throw new Error('no plan yet');
    const acceptors = this.#acceptors?.connect(member.worker) ?? [];
    const ready = member.mailbox.wait('ready', { phase: 'prepare' });
    const ports = mesh.filter((port) => port !== null);
    const message: ToVu = { kind: 'prepare', ...plan, acceptors, mesh };
    member.post(message, [...acceptors, ...ports]);
    await ready;
  }

  #startMember(member: Member): void {
    if (this.#started === null) return;
    member.mailbox.wait('ended', { phase: 'run' }).then(
      () => this.#checkFinished(),
      // Its death is handled where the thread's end is seen.
      () => undefined,
    );
    member.post(this.#started);
    if (this.#stopping) member.post({ kind: 'stop', why: 'abort' });
  }

  #checkFinished(): void {
    if (this.#members.every((member) => member.finished)) this.#finish?.(null);
  }

  #onGone(member: Member, reason: Error | null): void {
    if (this.#members[member.worker] !== member || this.#finish === null || member.finished) return;
    const remains = remainsOf(member.state);
    const open = remains.interrupted - readState(member.state).interrupted;
    const vu = Atomics.load(member.state, WorkerSlot.IN_GUEST);
    const lastGuest = vu > 0 ? `; ${guestName(vu, this.#scenarioIn(member.state))} ran last` : '';
    member.state.fill(0);
    addCounts(this.#lost, remains);
    // A full heap is the script's doing, and a thread that hung was ended here.
    const isOurs = reason !== null && !member.wasKilled && !(reason instanceof DicomRunError);
    if (isOurs) this.#settings.events.broken(reason);
    if (this.#stopping) {
      member.finished = true;
      this.#checkFinished();
      return;
    }
    const why = (reason?.message ?? 'it ended early') + lastGuest;
    this.#settings.events.replaced(member.worker, why, open);
    if (++this.#replacements > MAX_REPLACEMENTS) {
      this.#finish(tooManyDeaths(member.worker, why));
      return;
    }
    this.#replace(member.worker);
  }

  #replace(worker: number): void {
    const member = this.#newMember(worker, this.#members.length);
    this.#members[worker] = member;
    const mesh = this.#members.map((other) => {
      if (other === member || other.finished) return null;
      const { port1, port2 } = new MessageChannel();
      other.post({ kind: 'peer', worker, port: port1 }, [port1]);
      return port2;
    });
    this.#prepareMember(member, mesh).then(
      () => this.#startMember(member),
      (error: unknown) => {
        // A thread that died is replaced again where its end is seen; a failed plan ends the run.
        if (error instanceof Error && error.name === 'FaultError') {
          this.#finish?.(tooManyDeaths(worker, error.message));
        }
      },
    );
  }

  #scenarioIn(state: Int32Array): string {
    const number = Atomics.load(state, WorkerSlot.SCENARIO);
    return this.#plan?.scenarios?.[number]?.name ?? '';
  }
}

function isTimeout(error: unknown): boolean {
  return error instanceof FaultError && error.fault.code === 'SCRIPT_TIMEOUT';
}
