// recorded: the associations of a recording, each started at its own time.
//
//   recorded   ├──a────b─c───────d───┤        from … from + for, of the recording
//   speed 2    ├─a──b─c────d─┤                a start at t becomes one at (t − from) / speed
//   loop 2     ├─a──b─c────d─┼─a──b─c────d─┤  one pass after the other
//
// With `scale` n each association starts n times: the first at its time, the others up to half a
// minute of the recording off it. A fraction leaves out, or adds, as many of them at random; the same
// ones every time.
import { parseDuration } from '../../api/duration.ts';
import { formatNs, NS_PER_S } from './duration.ts';
import type { Executor } from './executor.ts';
import type { VuStep } from './plan.ts';
import { randomOf, seedOf } from './arrivals/poisson.ts';
import type { RecordedTraffic } from './arrivals/recorded-traffic.ts';
import type { ScenarioBase } from './scenario.ts';
import { openPlan } from './arrivals/starts.ts';
import { iterationsText, vusText } from './words.ts';

export interface Recorded extends ScenarioBase {
  readonly executor: 'recorded';
  readonly recording: RecordedTraffic;
  readonly speed: number;
  readonly scale: number;
  readonly loop: number;
  /** '' = from the first association on; a time of day, or an offset. */
  readonly from: string;
  /** Of the recording; 0 = to its end. */
  readonly forNs: number;
  readonly preAllocatedVUs: number;
  readonly maxVUs: number;
}

const NS_PER_MS = 1e6;
const DAY_MS = 86_400_000;
/** Copies of an association start so far from its own time, of the recording. */
const JITTER_MS = 30_000;
/** More starts than this are a slip of the finger. */
const MOST_STARTS = 20_000_000;
/** Where nobody says how long: the last starts get so much time to be made, should they be late. */
const TAIL_NS = 2 * NS_PER_S;
/** VUs beyond those that the recording had at once, for answers that take longer now. */
const SPARE = 4;
const LEAST_SPARE = 100;

export const recorded: Executor<Recorded> = {
  name: 'recorded',
  keys: ['recording', 'speed', 'scale', 'loop', 'from', 'for', 'preAllocatedVUs', 'maxVUs'],
  read: (keys) => ({
    recording: keys.recording('recording'),
    speed: keys.rate('speed', 1),
    scale: keys.rate('scale', 1),
    loop: keys.count('loop', 1),
    from: keys.text('from'),
    forNs: keys.has('for') ? keys.duration('for', 1) : 0,
    preAllocatedVUs: keys.vusOrNone('preAllocatedVUs', 0),
    maxVUs: keys.vusOrNone('maxVUs', 0),
  }),
  check,
  describe: (scenario) => {
    const { recording, speed, scale, loop } = scenario;
    const { times } = startsOf(scenario);
    const parts = [`${recording.name} at speed ${speed}`];
    if (scale !== 1) parts.push(`${scale} times the associations`);
    if (loop !== 1) parts.push(`${loop} passes`);
    const all = `${iterationsText(times.length)} in ${formatNs(spanNs(scenario))}`;
    return [...parts, all, `up to ${vusText(mostVUs(scenario))}`];
  },
  maxVUs: mostVUs,
  spanNs,
  plannedVUs: (scenario) => startsOf(scenario).steps,
  preAllocatedVUs: firstVUs,
  highestRate: (scenario) => startsOf(scenario).highestRate,
  plan: (scenario, share) => {
    const { times } = startsOf(scenario);
    const open = { ...scenario, preAllocatedVUs: firstVUs(scenario), maxVUs: mostVUs(scenario) };
    const starts = { total: times.length, timesFrom: () => (k: number) => times[k] ?? 0 };
    return openPlan(open, share, starts, spanNs(scenario));
  },
};

/** All starts of a scenario in the order of their times, and which association each is. */
export interface RecordedStarts {
  readonly times: Float64Array;
  /** Index of the association in the recording. */
  readonly which: Uint32Array;
  /** Which pass and copy of it: equal numbers belong to the same studies. */
  readonly copies: Uint32Array;
  /** Associations open at once, were they as long as recorded. */
  readonly steps: readonly VuStep[];
  /** Starts per second in the busiest ten seconds. */
  readonly highestRate: number;
}

const known = new WeakMap<Recorded, RecordedStarts>();

export function startsOf(scenario: Recorded): RecordedStarts {
  let starts = known.get(scenario);
  if (starts === undefined) known.set(scenario, (starts = makeStarts(scenario)));
  return starts;
}

function makeStarts(scenario: Recorded): RecordedStarts {
  const { recording, speed, loop, name } = scenario;
  const { fromMs, untilMs } = windowOf(scenario);
  const passNs = ((untilMs - fromMs) / speed) * NS_PER_MS;
  const starts: { atNs: number; which: number; copy: number }[] = [];
  const most = Math.ceil(scenario.scale);
  for (let pass = 0; pass < loop; pass++) {
    const random = randomOf(seedOf(name), pass, 2);
    recording.at.forEach((at, which) => {
      if (at < fromMs || at >= untilMs) return;
      const copies = Math.floor(scenario.scale) + (random() < scenario.scale % 1 ? 1 : 0);
      for (let copy = 0; copy < copies; copy++) {
        const off = copy === 0 ? 0 : (random() * 2 - 1) * JITTER_MS;
        const inside = Math.min(untilMs - 0.001, Math.max(fromMs, at + off));
        const atNs = pass * passNs + ((inside - fromMs) / speed) * NS_PER_MS;
        starts.push({ atNs: Math.floor(atNs), which, copy: pass * most + copy });
      }
    });
  }
  starts.sort((a, b) => a.atNs - b.atNs);
  const times = Float64Array.from(starts, ({ atNs }) => atNs);
  const lengths = starts.map(({ which }) => ((recording.ms[which] ?? 0) / speed) * NS_PER_MS);
  return {
    times,
    which: Uint32Array.from(starts, ({ which }) => which),
    copies: Uint32Array.from(starts, ({ copy }) => copy),
    steps: openAtOnce(times, lengths, loop * passNs),
    highestRate: busiest(times),
  };
}

/** The part of the recording that is replayed, ms from its start. */
function windowOf(scenario: Recorded): { fromMs: number; untilMs: number } {
  const { recording, forNs } = scenario;
  const fromMs = fromOf(scenario) ?? 0;
  const end = recording.at.reduce((last, at, i) => Math.max(last, at + (recording.ms[i] ?? 0)), 0);
  return { fromMs, untilMs: forNs > 0 ? fromMs + forNs / NS_PER_MS : Math.max(end, fromMs) + 1 };
}

/** `08:00` is the first such time from the start of the recording on; `90m` counts from there. */
function fromOf({ recording, from }: Recorded): number | null {
  if (from === '') return recording.at[0] ?? 0;
  const clock = /^(\d{1,2}):(\d\d)(?::(\d\d))?$/.exec(from);
  if (clock === null) {
    const ns = parseDuration(from);
    return ns === null ? null : ns / NS_PER_MS;
  }
  const [, hours = '0', minutes = '0', seconds = '0'] = clock;
  if (Number(hours) > 23 || Number(minutes) > 59 || Number(seconds) > 59) return null;
  const wanted = ((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1000;
  const wall = recording.startedAtMs + recording.utcOffsetMinutes * 60_000;
  return (((wanted - wall) % DAY_MS) + DAY_MS) % DAY_MS;
}

function check(scenario: Recorded): string[] {
  const { speed, scale, from, loop, recording, preAllocatedVUs: pre, maxVUs } = scenario;
  if (speed <= 0) return ['speed must be above 0'];
  if (scale <= 0) return ['scale must be above 0'];
  if (fromOf(scenario) === null) {
    return [`from must be a time of day such as 08:00, or an offset such as 90m, got "${from}"`];
  }
  if (recording.at.length * Math.ceil(scale) * loop > MOST_STARTS) {
    return [`loop and scale make more than ${MOST_STARTS} starts`];
  }
  if (maxVUs > 0 && maxVUs < pre) {
    return [`maxVUs (${maxVUs}) is below preAllocatedVUs (${pre})`];
  }
  if (startsOf(scenario).times.length > 0) return [];
  const { fromMs, untilMs } = windowOf(scenario);
  const lasted = formatNs(Math.ceil(recording.at.at(-1) ?? 0) * NS_PER_MS);
  const of = `${formatNs(fromMs * NS_PER_MS)} to ${formatNs(untilMs * NS_PER_MS)}`;
  return [`no association of ${recording.name} began from ${of}; the last one began at ${lasted}`];
}

function spanNs(scenario: Recorded): number {
  const { fromMs, untilMs } = windowOf(scenario);
  const tailNs = scenario.forNs > 0 ? 0 : TAIL_NS;
  return Math.ceil(((untilMs - fromMs) / scenario.speed) * NS_PER_MS * scenario.loop) + tailNs;
}

function firstVUs(scenario: Recorded): number {
  const { preAllocatedVUs, maxVUs } = scenario;
  if (preAllocatedVUs > 0) return preAllocatedVUs;
  const most = startsOf(scenario).steps.reduce((max, { vus }) => Math.max(max, vus), 1);
  return maxVUs > 0 ? Math.min(most, maxVUs) : most;
}

function mostVUs(scenario: Recorded): number {
  if (scenario.maxVUs > 0) return scenario.maxVUs;
  const first = firstVUs(scenario);
  return Math.max(first * SPARE, first + LEAST_SPARE);
}

/** Ends with 0. */
function openAtOnce(times: Float64Array, lengths: readonly number[], endNs: number): VuStep[] {
  const ends = Float64Array.from(times, (at, i) => Math.min(endNs, at + (lengths[i] ?? 0))).sort();
  const steps: VuStep[] = [{ atNs: 0, vus: 0 }];
  let begun = 0;
  let ended = 0;
  const note = (atNs: number): void => {
    if (steps.at(-1)?.atNs === atNs) steps.pop();
    steps.push({ atNs, vus: begun - ended });
  };
  while (begun < times.length) {
    const next = times[begun] ?? 0;
    while ((ends[ended] ?? Infinity) <= next) note(ends[ended++] ?? 0);
    begun += 1;
    note(next);
  }
  steps.push({ atNs: Math.ceil(endNs), vus: 0 });
  return steps;
}

function busiest(times: Float64Array): number {
  const windowNs = 10 * NS_PER_S;
  let first = 0;
  let most = 0;
  times.forEach((at, k) => {
    while ((times[first] ?? 0) <= at - windowNs) first += 1;
    most = Math.max(most, k + 1 - first);
  });
  return Math.round(most * 10) / 100;
}
