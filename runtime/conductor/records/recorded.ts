// What the recordings of a plan ask for, and how it was answered then, service by service.
import { NS_PER_S } from '../../executors/duration.ts';
import type { Scenario } from '../../executors/index.ts';
import { startsOf, type Recorded } from '../../executors/recorded.ts';
import type { RecordedRow, RecordedSize, RecordedTimes } from '../../metrics/recorded/row.ts';
import type { RecordedRequests } from '../../threads/recorded-requests.ts';
import type { Declaration } from '../../threads/vu.ts';

const NS_PER_MS = 1e6;
/** The one service whose requests come in sizes worth telling apart. */
const STORE = 'C-STORE';

/** A request, and how many times it is made. */
interface Made {
  readonly bytes: number;
  readonly ms: number;
  readonly isOk: boolean;
  readonly sizeClass: string;
  readonly times: number;
}

/** The most frequent first; empty where nothing is replayed. */
export function recordedRows(
  scenarios: readonly Scenario[],
  declarations: readonly Declaration[],
): RecordedRow[] {
  const replayed = scenarios.filter((one): one is Recorded => one.executor === 'recorded');
  const byService = new Map<string, Made[]>();
  for (const scenario of replayed) {
    const declared = declarations.find(
      (one) => one.kind === 'recording' && one.name === scenario.recording.name,
    );
    if (declared?.kind === 'recording') gather(byService, declared.requests, timesOf(scenario));
  }
  const seconds = Math.max(0.001, ...replayed.map(endNs)) / NS_PER_S;
  return [...byService]
    .map(([service, requests]) => rowOf(service, requests, seconds))
    .sort((a, b) => b.count - a.count);
}

/** How many times each association is started. */
function timesOf(scenario: Recorded): Uint32Array {
  const times = new Uint32Array(scenario.recording.at.length);
  for (const which of startsOf(scenario).which) times[which] = (times[which] ?? 0) + 1;
  return times;
}

/** When the last association would end, were it as long as recorded. */
function endNs(scenario: Recorded): number {
  const { recording, speed, startTimeNs } = scenario;
  const { times, which } = startsOf(scenario);
  return times.reduce((last, at, k) => {
    const lengthNs = ((recording.ms[which[k] ?? 0] ?? 0) / speed) * NS_PER_MS;
    return Math.max(last, startTimeNs + at + lengthNs);
  }, 0);
}

function gather(
  byService: Map<string, Made[]>,
  requests: RecordedRequests,
  times: Uint32Array,
): void {
  const { services, sizeClasses, first, service, sizeClass, bytes, ms, ok } = requests;
  times.forEach((n, association) => {
    if (n === 0) return;
    const end = first[association + 1] ?? 0;
    for (let i = first[association] ?? 0; i < end; i++) {
      const name = services[service[i] ?? 0] ?? '';
      let made = byService.get(name);
      if (made === undefined) byService.set(name, (made = []));
      made.push({
        bytes: bytes[i] ?? 0,
        ms: ms[i] ?? Number.NaN,
        isOk: ok[i] === 1,
        sizeClass: sizeClasses[sizeClass[i] ?? 0] ?? '',
        times: n,
      });
    }
  });
}

function rowOf(service: string, requests: readonly Made[], seconds: number): RecordedRow {
  const count = countOf(requests);
  const failed = countOf(requests.filter(({ isOk }) => !isOk));
  const bytes = requests.reduce((sum, one) => sum + one.bytes * one.times, 0);
  return {
    service,
    count,
    ratePerSecond: count / seconds,
    failedShare: failed / count,
    bytes: bytes / count,
    ...durationOf(requests),
    ...(service === STORE ? { sizes: sizesOf(requests) } : {}),
  };
}

function sizesOf(requests: readonly Made[]): RecordedSize[] {
  return [...new Set(requests.map(({ sizeClass }) => sizeClass))].map((sizeClass) => {
    const some = requests.filter((one) => one.sizeClass === sizeClass);
    return { sizeClass, count: countOf(some), ...durationOf(some) };
  });
}

function countOf(requests: readonly Made[]): number {
  return requests.reduce((sum, { times }) => sum + times, 0);
}

function durationOf(requests: readonly Made[]): { readonly duration?: RecordedTimes } {
  const answered = requests.filter(({ ms }) => !Number.isNaN(ms)).sort((a, b) => a.ms - b.ms);
  const last = answered.at(-1);
  if (last === undefined) return {};
  const all = countOf(answered);
  const rank = (share: number): number => {
    let below = 0;
    const found = answered.find(({ times }) => (below += times) >= share * all);
    return (found ?? last).ms;
  };
  return { duration: { med: rank(0.5), p95: rank(0.95), max: last.ms } };
}
