// What the runners of scenarios share: who runs, when, and whom they tell.
import type { Clock } from '../../threads/clock.ts';
import type { Life } from './life.ts';
import type { TimerQueue } from '../timer-queue.ts';
import { VuState, type VuSlot } from '../vu-slot.ts';

/** Runs one scenario's share of this worker. */
export interface ScenarioRunner {
  readonly finished: boolean;
  /** Begins at `startMs` since t0. */
  start(startMs: number): void;
  /** Ends now: cuts off what runs. */
  stop(): void;
  /** From the ready queue. */
  go(vu: VuSlot): void;
  /** A start that another worker had no free VU for; false when there is none here either. */
  offer?(k: number, atNs: number, hops: number): boolean;
  /** Makes VUs and runs their vuInit before t0; `done` when they are ready. */
  warm?(done: () => void): void;
  /** After a stall: what was cut off will not come back by itself. */
  rearm?(): void;
}

/** The life of VUs, as far as a runner steers it. */
export type RunnerLife = Pick<
  Life,
  'attach' | 'iterate' | 'lag' | 'detach' | 'giveUp' | 'interrupt' | 'abandon'
>;

export interface RunnerParts {
  readonly worker: number;
  /** Number of the scenario. */
  readonly scenario: number;
  readonly clock: Clock;
  readonly timers: TimerQueue;
  readonly life: RunnerLife;
  /** A VU that is in no scenario, null when all are taken. */
  freeVu(): VuSlot | null;
  /** Gives a VU back. */
  release(vu: VuSlot): void;
  /** Queues the VU's next iteration. */
  ready(vu: VuSlot): void;
  /** The same as it has just ended one, which waited for its turn. */
  again(vu: VuSlot): void;
  /** Takes the next iteration of the process, from 0, from the counter that its workers share. */
  take(): number;
  /** Iterations taken so far from it. */
  taken(): number;
  /** Iterations that a VU of per-vu-iterations has begun, by whichever worker. */
  begun(planSlot: number): number;
  /** Begins one more; answers how many there were before. */
  begin(planSlot: number): number;
  /** Counts iterations that were due and did not start. */
  dropped(count: number): void;
  /** Hands a start to the next worker; false when all have been asked. */
  pass(k: number, atNs: number, hops: number): boolean;
  /** Counts starts that were due (1) and done (1 or 0). */
  achieved(started: boolean): void;
  /** A line for the user, once. */
  warn(message: string): void;
  /** The scenario is over here. */
  over(): void;
}

/** What an interrupted iteration gets to unwind before it is abandoned. */
const UNWIND_MS = 250;

/** Ends a VU of a runner now: at once when it is between iterations, else by interrupting it. */
export function killVu(vu: VuSlot, { life, timers }: Pick<RunnerParts, 'life' | 'timers'>): void {
  vu.stopping = true;
  const { lives } = vu;
  if (vu.state === VuState.READY || vu.state === VuState.PADDING) life.detach(vu);
  else if (vu.retry !== null) life.giveUp(vu);
  else life.interrupt(vu);
  if (vu.state === VuState.FREE) return;
  timers.add({
    at: performance.now() + UNWIND_MS,
    index: -1,
    due: () => {
      if (vu.lives === lives && vu.state !== VuState.FREE) life.abandon(vu);
    },
  });
}
