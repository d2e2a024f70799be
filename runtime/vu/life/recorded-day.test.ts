// A recording of a day, replayed at speed 10 on a clock that stands still unless it is moved: every
// start is made, once, and at its time.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it, vi } from 'vitest';
import type { OpenPlan } from '../../executors/plan.ts';
import { planOf } from '../../executors/plan-of.ts';
import { startsOf, type Recorded } from '../../executors/recorded.ts';
import { WHOLE } from '../../executors/segments/segment.ts';
import type { RecordedAssociation } from '../../recording/format.ts';
import { RecordingWriter } from '../../recording/writer.ts';
import type { TagContext } from '../observe/tags.ts';
import { loadTraffic } from '../declare/recorded-traffic.ts';
import { TimerQueue } from '../timer-queue.ts';
import { Clock } from '../../threads/clock.ts';
import { OpenRunner } from './open-runner.ts';
import type { RunnerLife } from './runner.ts';
import { VuState, VuSlot } from '../vu-slot.ts';

const DAY_MS = 86_400_000;
const ASSOCIATIONS = 6000;
const SPEED = 10;
const WORKERS = 2;

afterEach(() => vi.useRealTimers());

/** A day that is busiest at noon; the same one every time. */
function recordDay(folder: string): void {
  let state = 1;
  const random = (): number => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return state / 2 ** 32;
  };
  const writer = RecordingWriter.begin(folder, {
    ...{ startedAt: new Date('2026-01-05T00:00:00Z'), to: 'ARCHIVE', tool: 'test' },
  });
  const context = { sopClass: '1.2.840.10008.1.1', transferSyntaxes: [], accepted: '', result: 0 };
  for (let i = 0; i < ASSOCIATIONS; i++) {
    const at = i === 0 ? 0 : ((random() + random() + random()) / 3) * (DAY_MS - 60_000);
    writer.write({
      ...{ kind: 'association', at, ms: 5 + random() * 30_000, contexts: [context] },
      ...{ operations: [], calling: 'CT', called: 'ARCHIVE', end: 'released' },
    } as unknown as RecordedAssociation);
  }
  writer.close();
}

function scenarioOf(folder: string): Recorded {
  const { startedAtMs, utcOffsetMinutes, at, ms } = loadTraffic(folder, { id: 0, key: 'day' });
  return {
    ...{ name: 'day', executor: 'recorded', exec: 'default', startTimeNs: 0, env: {}, tags: {} },
    ...{ gracefulStopNs: 30e9, speed: SPEED, scale: 1, loop: 1, from: '', forNs: 0 },
    ...{ preAllocatedVUs: 0, maxVUs: 0 },
    recording: { name: 'day', startedAtMs, utcOffsetMinutes, at, ms },
  };
}

/** A worker whose iterations last as long as the association did, by the speed. */
class Worker {
  readonly started: number[] = [];
  readonly late: number[] = [];
  dropped = 0;
  over = false;
  #vus = 0;
  readonly #runner: OpenRunner;

  constructor(scenario: Recorded, worker: number, clock: Clock) {
    const { which } = startsOf(scenario);
    const plan = planOf(scenario, WHOLE, worker, WORKERS) as OpenPlan;
    const life: RunnerLife = {
      attach: (vu, _scenario, owner) => {
        vu.owner = owner;
        vu.state = VuState.READY;
        owner.started(vu);
      },
      iterate: (vu, k) => {
        vu.state = VuState.BUSY;
        this.started.push(k);
        const length = (scenario.recording.ms[which[k] ?? 0] ?? 0) / SPEED;
        setTimeout(() => {
          vu.state = VuState.READY;
          vu.owner?.done(vu);
        }, length);
      },
      detach: (vu) => {
        const { owner } = vu;
        vu.state = VuState.FREE;
        vu.owner = null;
        owner?.stopped(vu);
      },
      interrupt: () => undefined,
      abandon: () => undefined,
      giveUp: () => undefined,
      lag: (_vu, ms) => void this.late.push(ms),
    };
    this.#runner = new OpenRunner(plan, {
      ...{ worker, scenario: 0, clock, timers: new TimerQueue(), life },
      freeVu: () => new VuSlot(this.#vus, ++this.#vus, {} as TagContext),
      release: () => undefined,
      ready: () => undefined,
      again: () => undefined,
      take: () => 0,
      taken: () => 0,
      begun: () => 0,
      begin: () => 0,
      dropped: (count) => (this.dropped += count),
      pass: () => false,
      achieved: () => undefined,
      warn: () => undefined,
      over: () => (this.over = true),
    });
  }

  start(): void {
    this.#runner.start(0);
  }
}

it('is made start by start, none late, none twice, none left out', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'dicomrun-day-'));
  try {
    recordDay(folder);
    const scenario = scenarioOf(folder);
    expect(startsOf(scenario).times).toHaveLength(ASSOCIATIONS);
    vi.useFakeTimers({
      toFake: ['setTimeout', 'clearTimeout', 'setImmediate', 'clearImmediate', 'performance'],
    });
    const clock = new Clock();
    clock.start(performance.timeOrigin + performance.now());
    const workers = Array.from({ length: WORKERS }, (_, i) => new Worker(scenario, i, clock));
    for (const one of workers) one.start();
    await vi.advanceTimersByTimeAsync(DAY_MS / SPEED + 60_000);

    expect(workers.map(({ dropped, over }) => [dropped, over])).toEqual([
      [0, true],
      [0, true],
    ]);
    const started = workers.flatMap((one) => one.started).sort((a, b) => a - b);
    expect(started).toEqual(Array.from({ length: ASSOCIATIONS }, (_, k) => k));
    const late = workers.flatMap((one) => one.late).sort((a, b) => a - b);
    expect(late[0]).toBeGreaterThanOrEqual(0);
    expect(late[Math.floor(ASSOCIATIONS * 0.99)]).toBeLessThan(5);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
