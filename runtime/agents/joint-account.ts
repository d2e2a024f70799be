// What the agents' accounts say together: what one sent may have arrived at another. What they
// counted by themselves is put right, and the time of such a delivery is told by their two clocks.
import type { DeliveryCounts } from '../conductor/records/events.ts';
import { NO_BUCKETS } from '../metrics/distribution/buckets.ts';
import type { Engine } from '../metrics/engine-types.ts';
import type { RunFacts } from '../metrics/facts.ts';
import { plural } from '../metrics/numbers.ts';
import { joinAccounts } from '../runlog/merge/accounts.ts';
import type { Correction, CrossDelivery, PartClocks } from '../runlog/merge/accounts.ts';
import type { Remote } from './remote.ts';

/** Numbers under which series are declared here; agents have theirs from 0. */
const CORRECTIONS = -1;
const DELIVERIES = -2;
/** A time that is not so many times the error of the clocks says little. */
const TIMES_ERROR = 3;

type Facts = Pick<RunFacts, 'accounts' | 'missing'>;

export interface JointAccountSettings {
  readonly remotes: readonly Remote[];
  /** What each said; null: it is lost. */
  readonly facts: readonly (Facts | null)[];
  /** t0 by our clock and by those of the agents, epoch ms. */
  readonly t0: number;
  readonly theirs: readonly number[];
  /** Tags of the run. */
  readonly tags: Readonly<Record<string, string>>;
  readonly engine: Engine | null;
  readonly warn: (text: string) => void;
}

export function jointAccount(settings: JointAccountSettings): DeliveryCounts {
  const { remotes, facts, engine, tags, warn } = settings;
  const none: Facts = { accounts: [], missing: [] };
  const parts = remotes.map(({ open }, i) => ({ facts: facts[i] ?? none, open }));
  const joined = joinAccounts(parts, clocksOf(settings));
  for (const one of joined.corrections) correct(engine, tags, one);
  deliver(engine, tags, joined.deliveries);
  for (const text of doubts(joined.deliveries)) warn(text);
  if (joined.unnamed > 0) {
    const what = `${plural(joined.unnamed, 'instance')} missing or unexpected at an agent`;
    warn(`${what}: too many to be looked for at the others`);
  }
  const gone = remotes.filter((_, i) => facts[i] === null);
  if (gone.length > 0 && joined.accounts.length > 0) warn(withTheirs(gone, joined.accounts));
  return {
    routes: joined.accounts,
    missing: joined.missing.map(({ instance, study, route }) => {
      return { sopInstanceUid: instance, studyUid: study, route };
    }),
    strays: [],
  };
}

/** What of the account nobody knows, as agents that are lost took theirs with them. */
function withTheirs(gone: readonly Remote[], routes: Facts['accounts']): string {
  const names = gone.map(({ name }) => name).join(', ');
  const unexpected = routes.reduce((sum, route) => sum + route.unexpected, 0);
  const may = unexpected === 0 ? '' : `; ${plural(unexpected, 'unexpected image')} may be of it`;
  const what = `the account is without agent ${names}, which was lost${may}`;
  return `${what}: what it sent and what of it is missing stands in its own run log (dicomrun merge)`;
}

function clocksOf({ remotes, t0, theirs }: JointAccountSettings): PartClocks {
  return {
    at: (part, ms) => {
      const time = (theirs[part] ?? t0) + ms;
      const { offsetMs = 0, boundMs = 0 } = remotes[part]?.farClock.at(time) ?? {};
      return { ms: time - offsetMs - t0, boundMs };
    },
  };
}

type Tags = JointAccountSettings['tags'];

/** What one agent counted as missing or unexpected, and another knows better. */
function correct(engine: Engine | null, tags: Tags, { metric, tags: own, by }: Correction): void {
  const none = { n: 0, min: Infinity, max: -Infinity, last: 0, lastTime: -Infinity };
  const interval = { id: 0, type: 'counter' as const, ...none, sum: by, buckets: NO_BUCKETS };
  engine?.addSeries(CORRECTIONS, [{ id: 0, metric, tags: { ...tags, ...own } }]);
  engine?.absorb(CORRECTIONS, [interval], []);
}

function deliver(engine: Engine | null, tags: Tags, deliveries: readonly CrossDelivery[]): void {
  const metric = 'dicom_delivery_duration';
  const ids = new Map<string, number>();
  const series = deliveries.map(({ route, scenario }) => {
    const key = JSON.stringify([route, scenario]);
    const known = ids.get(key);
    if (known !== undefined) return known;
    const id = ids.size;
    ids.set(key, id);
    const own: Tags = scenario === '' ? { route } : { route, scenario };
    engine?.addSeries(DELIVERIES, [{ id, metric, tags: { ...tags, ...own } }]);
    return id;
  });
  engine?.ingest(DELIVERIES, {
    n: deliveries.length,
    series: Uint32Array.from(series),
    value: Float64Array.from(deliveries, ({ durationMs }) => durationMs),
    time: Float64Array.from(deliveries, ({ at }) => at),
  });
}

/** Routes whose times between agents are hardly more than what their clocks may be wrong by. */
function* doubts(deliveries: readonly CrossDelivery[]): Generator<string> {
  for (const route of new Set(deliveries.map((one) => one.route))) {
    const own = deliveries.filter((one) => one.route === route);
    const times = own.map(({ durationMs }) => durationMs).sort((a, b) => a - b);
    const median = times[times.length >> 1] ?? 0;
    const boundMs = own.reduce((most, one) => Math.max(most, one.boundMs), 0);
    if (median >= TIMES_ERROR * boundMs) continue;
    const what = `route ${route}: deliveries from agent to agent took ${median.toFixed(1)} ms`;
    yield `${what} (median), by clocks that may be wrong by ${boundMs.toFixed(1)} ms`;
  }
}
