// ramping-vus: the number of VUs follows a line of stages.
//
//   VUs 10 ┤          ╭─────╮          Slots 0..max−1; a ramp-down always stops the highest slot,
//          │       ╭──╯     ╰──╮       a ramp-up re-uses the lowest stopped one. So slot g runs
//          │    ╭──╯           ╰──╮    exactly while the count is above g, and each slot's events
//        0 ┤────╯                 ╰──  follow from the stages alone.
//          0    stage 1  2    stage 3
//
// Up from a to b in D: VU n (a < n ≤ b) starts at end − trunc(D·(b−n)/(b−a)); so 0→10 in 10 s
// starts VU 1 at 1 s and VU 10 at 10 s. Down from a to b: the count becomes n−1 at
// end − trunc(D·(b−n+1)/(b−a)): the first drop is one step into the stage, the target is reached
// exactly at its end. A stage of 0 s is a jump.
//
// gracefulRampDown G: a slot stopped at T is killed at T+G, unless the count has risen above it
// again by then (T+G included); no later than the end of gracefulStop.
import { NS_PER_S } from './duration.ts';
import type { Executor } from './executor.ts';
import type { ClosedPlan, SlotEvent, SlotEventKind, VuStep } from './plan.ts';
import type { ScenarioBase, Stage } from './scenario.ts';
import { nthOwned, ownedCount, WHOLE } from './segments/segment.ts';
import { shareOf } from './segments/share.ts';
import type { Share } from './segments/share.ts';
import { numbers } from './slots.ts';
import { stagesText, vusText } from './words.ts';

export interface RampingVUs extends ScenarioBase {
  readonly executor: 'ramping-vus';
  readonly startVUs: number;
  readonly stages: readonly Stage[];
  readonly gracefulRampDownNs: number;
}

export const rampingVUs: Executor<RampingVUs> = {
  name: 'ramping-vus',
  keys: ['startVUs', 'stages', 'gracefulRampDown'],
  read: (keys) => ({
    startVUs: keys.vusOrNone('startVUs', 1),
    stages: keys.stages('vus'),
    gracefulRampDownNs: keys.duration('gracefulRampDown', 0, 30 * NS_PER_S),
  }),
  check: (scenario) => [
    ...(stagesDurationNs(scenario.stages) === 0 ? ['the stages take no time'] : []),
    ...(highestCount(scenario) === 0 ? ['startVUs or one of the targets must be above 0'] : []),
  ],
  describe: ({ startVUs, stages }) => [stagesText(startVUs, stages, 'VUs')],
  maxVUs: highestCount,
  spanNs: ({ stages }) => stagesDurationNs(stages),
  plannedVUs: (scenario) => {
    const end = { atNs: stagesDurationNs(scenario.stages), vus: 0 };
    return [...rawSteps(scenario).filter((step) => step.atNs < end.atNs), end];
  },
  reservedVUs: reservation,
  staging: ({ startVUs, stages }) => ({ from: startVUs, stages, unit: vusText }),
  plan: planRampingVUs,
};

const KIND_ORDER: Readonly<Record<SlotEventKind, number>> = { start: 0, stop: 1, kill: 2 };

function planRampingVUs(scenario: RampingVUs, share: Share): ClosedPlan {
  const segment = share.slots;
  const regularEndNs = stagesDurationNs(scenario.stages);
  const endNs = regularEndNs + scenario.gracefulStopNs;
  const events: SlotEvent[] = [];
  let maxVUs = 0;
  const owned = ownedCount(segment, highestCount(scenario));
  for (let rank = 0; rank < owned; rank++) {
    const slot = nthOwned(segment, rank);
    const all = slotToggles(scenario, slot);
    // One that a last stage reaches at its end is made, as in k6, and has nothing to do.
    if (all.length > 0) maxVUs++;
    const toggles = all.filter((event) => event.kind !== 'start' || event.atNs < regularEndNs);
    for (const event of withKills(toggles, scenario.gracefulRampDownNs, endNs)) events.push(event);
  }
  events.sort(
    (a, b) => a.atNs - b.atNs || KIND_ORDER[a.kind] - KIND_ORDER[b.kind] || a.slot - b.slot,
  );
  return {
    kind: 'closed',
    scenario: scenario.name,
    events,
    maxVUs,
    regularEndNs,
    endNs,
    ...numbers(share, highestCount(scenario)),
  };
}

export function stagesDurationNs(stages: readonly Stage[]): number {
  return stages.reduce((sum, stage) => sum + stage.durationNs, 0);
}

/** The most VUs the stages ask for. */
export function highestCount(scenario: RampingVUs): number {
  return scenario.stages.reduce((most, stage) => Math.max(most, stage.target), scenario.startVUs);
}

/** Starts and stops of one slot in time order; a stop and a start at one time cancel out. */
export function slotToggles(scenario: RampingVUs, slot: number): SlotEvent[] {
  const toggles: SlotEvent[] = [];
  const push = (atNs: number, kind: SlotEventKind): void => {
    if (toggles.at(-1)?.atNs === atNs) toggles.pop();
    else toggles.push({ atNs, slot, kind });
  };
  let count = scenario.startVUs;
  let stageEndNs = 0;
  if (slot < count) push(0, 'start');
  for (const { durationNs, target } of scenario.stages) {
    stageEndNs += durationNs;
    if (slot >= count && slot < target) {
      push(stageEndNs - share(durationNs, target - slot - 1, target - count), 'start');
    } else if (slot < count && slot >= target) {
      push(stageEndNs - share(durationNs, slot - target, count - target), 'stop');
    }
    count = target;
  }
  return toggles;
}

/** The count over time as steps, [{0, startVUs}, …], the last at a time winning. */
export function rawSteps(scenario: RampingVUs): VuStep[] {
  const steps: VuStep[] = [];
  const push = (atNs: number, vus: number): void => {
    if (steps.at(-1)?.atNs === atNs) steps.pop();
    if (steps.at(-1)?.vus !== vus) steps.push({ atNs, vus });
  };
  let count = scenario.startVUs;
  let stageEndNs = 0;
  push(0, count);
  for (const { durationNs, target } of scenario.stages) {
    stageEndNs += durationNs;
    const total = Math.abs(target - count);
    const sign = Math.sign(target - count);
    for (let step = 1; step <= total; step++) {
      push(stageEndNs - share(durationNs, total - step, total), count + sign * step);
    }
    count = target;
  }
  return steps;
}

/** A slot is held from its start to its kill. */
function reservation(scenario: RampingVUs): VuStep[] {
  const { events: planned, endNs, regularEndNs } = planRampingVUs(scenario, shareOf(WHOLE));
  const late = Array.from({ length: highestCount(scenario) }, (_, slot) =>
    slotToggles(scenario, slot).filter(
      ({ kind, atNs }) => kind === 'start' && atNs >= regularEndNs,
    ),
  );
  const events = [...planned, ...late.flat()].sort((a, b) => a.atNs - b.atNs);
  const held = new Uint8Array(highestCount(scenario));
  const steps: VuStep[] = [];
  let vus = 0;
  for (const event of events) {
    const holds = event.kind === 'kill' ? 0 : 1;
    vus += holds - (held[event.slot] ?? 0);
    held[event.slot] = holds;
    if (steps.at(-1)?.atNs === event.atNs) steps.pop();
    if (steps.at(-1)?.vus !== vus) steps.push({ atNs: event.atNs, vus });
  }
  return [...steps, { atNs: endNs, vus: 0 }];
}

function withKills(toggles: readonly SlotEvent[], graceNs: number, endNs: number): SlotEvent[] {
  const events: SlotEvent[] = [];
  for (const [i, event] of toggles.entries()) {
    events.push(event);
    if (event.kind !== 'stop') continue;
    const killNs = event.atNs + graceNs;
    const restartNs = toggles[i + 1]?.atNs ?? Infinity;
    if (killNs < restartNs && killNs < endNs) {
      events.push({ atNs: killNs, slot: event.slot, kind: 'kill' });
    }
  }
  return events;
}

/** trunc(duration·part/whole); the product leaves 2^53 from 24 h × 105 VUs on. */
function share(durationNs: number, part: number, whole: number): number {
  const product = durationNs * part;
  if (product <= Number.MAX_SAFE_INTEGER) return Math.trunc(product / whole);
  return Number((BigInt(durationNs) * BigInt(part)) / BigInt(whole));
}
