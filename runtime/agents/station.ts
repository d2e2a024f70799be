// An agent that waits for runs: says who it is, joins a run when asked to, passes commands on to it.
// One run at a time.
import { createHash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { epochNow } from '../conductor/records/epoch.ts';
import { Discretion } from '../conductor/records/discretion.ts';
import { Stopper } from '../conductor/stopper.ts';
import { DicomRunError, ExitCode } from '../errors.ts';
import { concluded } from '../metrics/judge/verdict.ts';
import type { Summary } from '../metrics/summary.ts';
import type { Bus } from './bus.ts';
import { HostMember } from './member.ts';
import { QueueDoor } from './shared/queue-door.ts';
import { FrameOutbox } from './outbox.ts';
import type { OutboxLimits } from './outbox.ts';
import { agentSubject, awayLimits, decodeJson, encodeJson, WHO } from './protocol.ts';
import type { AgentInfo, PlanBundle, JoinAnswer, JoinCall, StepCall } from './protocol.ts';

/** One run as an agent is to perform it. */
export interface Assignment {
  readonly run: string;
  readonly index: number;
  readonly of: number;
  readonly bundle: PlanBundle;
  readonly member: HostMember;
  readonly stopper: Stopper;
}

export interface StationSettings {
  readonly bus: Bus;
  readonly me: Omit<AgentInfo, 'run' | 'now' | 'freeBytes'>;
  readonly freeBytes: () => number;
  /** How much of its reports it keeps while the engine is away; default 120 s, 64 MiB. */
  readonly keeps?: OutboxLimits;
  /** Runs the part to its end. Throws DicomRunError when it came to no run. */
  readonly perform: (assignment: Assignment) => Promise<Summary>;
  readonly say: (text: string) => void;
}

/** Of a run whose bundle never came. */
const ORPHAN_MS = 30_000;

export class AgentStation {
  readonly #settings: StationSettings;
  readonly #off: (() => void)[] = [];
  #current: {
    readonly call: JoinCall;
    readonly stopper: Stopper;
    member: HostMember | null;
    orphanMs: number;
    readonly outbox: FrameOutbox;
  } | null = null;
  /** Commands for a run whose bundle is still on its way. */
  #early: StepCall[] = [];
  readonly #over: (() => void)[] = [];

  constructor(settings: StationSettings) {
    this.#settings = settings;
    const { bus, me } = settings;
    this.#off.push(
      bus.serve(WHO, () => encodeJson(this.#info())),
      bus.serve(agentSubject(me.id, 'join'), (data) => encodeJson(this.#join(decodeJson(data)))),
      bus.serve(agentSubject(me.id, 'step'), (data) => {
        this.#step(decodeJson(data));
        return encodeJson({});
      }),
      bus.serve(agentSubject(me.id, 'ping'), (data) => {
        const { run } = decodeJson<{ run: string }>(data);
        if (run === this.#current?.call.run) this.#current.member?.heard();
        return encodeJson({ now: epochNow() });
      }),
    );
  }

  /** Resolves after the next run. */
  oneRun(): Promise<void> {
    return new Promise((resolve) => this.#over.push(resolve));
  }

  get busy(): boolean {
    return this.#current !== null;
  }

  /** Somebody at this host asks for the end of what goes on. */
  interrupt(reason: string): void {
    this.#current?.stopper.stop(ExitCode.INTERRUPTED, reason);
  }

  close(): void {
    for (const off of this.#off) off();
  }

  #info(): AgentInfo {
    const { me, freeBytes } = this.#settings;
    return {
      ...me,
      freeBytes: freeBytes(),
      run: this.#current?.call.run ?? null,
      now: epochNow(),
    };
  }

  #join(call: JoinCall): JoinAnswer {
    const { bus, me, say } = this.#settings;
    const current = this.#current?.call;
    if (current?.run === call.run && current.index === call.index) return { ok: true };
    if (current !== undefined) return { ok: false, why: `is busy with run ${current.run}` };
    if (call.version !== me.version) {
      const why = `is dicomrun ${me.version}, the coordinator ${call.version}: install the same`;
      return { ok: false, why };
    }
    const outbox = new FrameOutbox(bus, call.run, call.index, this.#settings.keeps);
    const stopper = new Stopper();
    this.#current = { call, stopper, member: null, orphanMs: ORPHAN_MS, outbox };
    say(`run ${call.run}: part ${call.index + 1} of ${call.of}`);
    void this.#serve(call, outbox);
    return { ok: true };
  }

  #step(call: StepCall): void {
    const current = this.#current;
    if (current?.call.run !== call.run) return;
    if (call.step.step === 'close' && call.step.unread === true) current.outbox.discard();
    if (current.member === null) this.#early.push(call);
    else current.member.take(call.step);
  }

  async #serve(call: JoinCall, outbox: FrameOutbox): Promise<void> {
    const { say } = this.#settings;
    try {
      await this.#perform(call, outbox);
    } catch (error) {
      const known = error instanceof DicomRunError ? error : null;
      const problems = known?.problems ?? [{ code: 'INTERNAL', message: String(error) }];
      for (const { message } of problems) say(`run ${call.run}: ${message}`);
      outbox.record({ k: 'refused', code: known?.exitCode ?? ExitCode.INTERNAL, problems });
    }
    // Everything that was reported has to be in the journal; the engine may just be away.
    const { stopMs, giveUpMs } = awayLimits(this.#current?.orphanMs ?? ORPHAN_MS);
    if (!(await outbox.drain(giveUpMs - stopMs))) say(`run ${call.run}: not all could be reported`);
    this.#current?.member?.destroy();
    this.#current = null;
    this.#early = [];
    for (const over of this.#over.splice(0)) over();
  }

  async #perform(call: JoinCall, outbox: FrameOutbox): Promise<void> {
    const { bus, perform, say } = this.#settings;
    const current = this.#current;
    if (current === null) return;
    const { stopper } = current;
    const bundle = await fetchBundle(bus, call.bundle);
    const discretion = new Discretion(bundle.options.phiOk, bundle.runNumber);
    const connected = (): boolean => bus.connected;
    const queues = new QueueDoor(bus, call);
    const { name } = call;
    const member = new HostMember({
      ...{ name, bundle, outbox, stopper, discretion, connected, queues },
    });
    current.member = member;
    current.orphanMs = bundle.orphanMs;
    for (const { step } of this.#early.splice(0)) member.take(step);
    const { run, index, of } = call;
    const summary = await perform({ run, index, of, bundle, member, stopper });
    const { code, reason } = stopper.verdict();
    const { verdict, outputs, delivery } = summary;
    const { generator } = summary.execution;
    const ofAll = concluded({ accounts: delivery.routes, generator });
    outbox.record({
      k: 'end',
      end: {
        code,
        reason,
        warnings: verdict.warnings.filter((text) => !ofAll.includes(text)),
        generator,
        outputs,
        lostFrames: outbox.lost,
      },
    });
    say(`run ${run}: over, ${code === 0 ? 'all of its part done' : reason}`);
  }
}

const FETCHES = 10;

/** @throws DicomRunError when it cannot be had, or is another than was announced */
async function fetchBundle(bus: Bus, name: string): Promise<PlanBundle> {
  for (let tries = 1; ; tries++) {
    const data = await bus.getBundle(name).catch(() => null);
    if (data !== null && createHash('sha256').update(data).digest('hex') === name) {
      return decodeJson(data);
    }
    if (tries === FETCHES) break;
    await delay(500);
  }
  throw new DicomRunError(ExitCode.UNREACHABLE, {
    code: 'AGENT_BUNDLE',
    message: 'the script could not be fetched from the engine',
    hint: 'see the log of the engine; its disk may be full',
  });
}
