// Watches the workers of a run: a script that does not yield is ended, told, and its thread with it
// where that is not enough.
import type { ThreadEvents } from '../records/events.ts';
import { epochNow } from '../records/epoch.ts';
import { WorkerSlot } from '../../threads/state.ts';
import { guestName, initHang } from './fleet-faults.ts';
import { FaultError } from './mailbox.ts';
import type { Member } from './member.ts';
import { terminateScript } from './terminate.ts';
import { judgePulse } from './watchdog.ts';
import type { Pulse } from './watchdog.ts';

/** Module code may run this long in one go; the host's own work for it does not count. */
const INIT_HANG_MS = 5_000;
const WATCH_EVERY_MS = 250;
/** Longer than ending a script takes on a busy machine. */
const TERMINATE_GRACE_MS = 8_000;

export interface HangWatchSettings {
  readonly events: Pick<ThreadEvents, 'error'>;
  readonly members: readonly Member[];
  /** Name of the scenario of a worker's state; '' when it is in none. */
  readonly scenarioIn: (state: Int32Array) => string;
}

export class HangWatch {
  readonly #settings: HangWatchSettings;
  readonly #pulses = new WeakMap<Member, Pulse>();
  #t0: number | null = null;
  #timer: NodeJS.Timeout | undefined;

  constructor(settings: HangWatchSettings) {
    this.#settings = settings;
  }

  /**
   * @param t0 of the run, epoch ms
   * @param hangMs a script may run so long without yielding
   */
  start(t0: number, hangMs: number): void {
    this.#t0 = t0;
    this.#timer = setInterval(() => this.#watchAll(hangMs), WATCH_EVERY_MS);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #watchAll(hangMs: number): void {
    const now = performance.now();
    const limits = { hangMs, graceMs: TERMINATE_GRACE_MS };
    for (const member of this.#settings.members) {
      if (member.finished) continue;
      let pulse = this.#pulses.get(member);
      if (pulse === undefined) {
        pulse = newPulse();
        this.#pulses.set(member, pulse);
      }
      const action = judgePulse(pulse, member.state, now, limits);
      if (action === 'none') continue;
      if (action === 'kill-thread') {
        if (pulse.terminatedAt === null) this.#tellHang(member, hangMs, '');
        member.kill();
      } else void this.#freeWorker(member, hangMs);
    }
  }

  /** An error of the run that names VU, scenario and, where it is known, the line. */
  #tellHang(member: { readonly state: Int32Array }, hangMs: number, stack: string): void {
    const vu = Atomics.load(member.state, WorkerSlot.IN_GUEST);
    const scenario = this.#settings.scenarioIn(member.state);
    const seconds = hangMs / 1000;
    this.#settings.events.error({
      kind: 'error',
      group: 'iteration SCRIPT_HANG',
      operation: 'iteration',
      code: 'SCRIPT_HANG',
      message: `${guestName(vu, scenario)}: the script did not yield for ${seconds} s; its iteration was interrupted`,
      hint: 'a loop without an await that waits stops every VU of its worker',
      ...(vu > 0 ? { vu } : {}),
      ...(scenario === '' ? {} : { scenario }),
      ...(stack === '' ? {} : { stack }),
      time: this.#t0 === null ? 0 : Math.max(0, epochNow() - this.#t0),
      count: 1,
    });
  }

  async #freeWorker(member: Member, hangMs: number): Promise<void> {
    // Who it is, before the thread goes on.
    const slots = member.state.slice();
    let stack = '';
    try {
      const ended = await terminateScript(member.threadId);
      if (ended.done && !ended.interrupted) return; // it came back by itself
      stack = ended.stack;
      if (!ended.done) member.kill();
    } catch {
      member.kill(); // without an inspector there is only the harder way
    }
    this.#tellHang({ state: slots }, hangMs, stack);
  }
}

/** Ends a phase whose module code does not come to its end. */
export async function watchedInit<T>(members: readonly Member[], phase: Promise<T>): Promise<T> {
  const limits = { hangMs: INIT_HANG_MS, graceMs: 0 };
  const pulses = members.map((member) => ({ member, pulse: newPulse() }));
  const timer = setInterval(() => {
    for (const { member, pulse } of pulses) {
      if (judgePulse(pulse, member.state, performance.now(), limits) === 'none') continue;
      member.mailbox.fail(new FaultError('init', initHang(INIT_HANG_MS)));
      member.kill();
    }
  }, WATCH_EVERY_MS);
  try {
    return await phase;
  } finally {
    clearInterval(timer);
  }
}

/** Whether a worker's event loop turns. */
export async function beats(member: Member): Promise<boolean> {
  const before = Atomics.load(member.state, WorkerSlot.HEARTBEAT);
  await new Promise((resolve) => setTimeout(resolve, WATCH_EVERY_MS));
  return Atomics.load(member.state, WorkerSlot.HEARTBEAT) !== before;
}

function newPulse(): Pulse {
  return { beat: 0, movedAt: performance.now(), terminatedAt: null };
}
