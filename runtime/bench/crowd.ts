// Agents for a benchmark, all in this process, each with a connection of its own: they join, wait and
// report as real ones do, and carry no load.
import { openBus } from '../agents/bus.ts';
import { readCredentials } from '../agents/keys.ts';
import { encodeFrame } from '../agents/frame.ts';
import { AgentStation } from '../agents/station.ts';
import type { Assignment } from '../agents/station.ts';
import { version } from '../cli/version.ts';
import { epochNow } from '../conductor/records/epoch.ts';
import type { RunContext } from '../conductor/run-types.ts';
import { createEngine } from '../metrics/engine.ts';
import { IDLE_GENERATOR } from '../metrics/facts.ts';
import type { SeriesDecl } from '../metrics/samples.ts';
import type { Summary } from '../metrics/summary.ts';

const [creds = '', agents = '1', names = '36', samples = '1000'] = process.argv.slice(2);

/** As many as a usual script has: a few services, scenarios and size classes. */
const METRICS = ['dicom_reqs', 'dicom_req_duration', 'dicom_req_failed', 'iterations'];
const SERIES = Array.from({ length: Number(names) }, (_, id): SeriesDecl => {
  const scenario = `s${Math.floor(id / METRICS.length)}`;
  return {
    id,
    metric: METRICS[id % METRICS.length] ?? '',
    tags: { service: 'C-STORE', scenario, modality: 'CT' },
  };
});

/** Those of a second, evenly over the series; values as of requests of a few ms. */
function columns(second: number) {
  const n = Number(samples);
  const series = Uint32Array.from({ length: n }, (_, i) => i % SERIES.length);
  const value = Float64Array.from(series, (id, i) => {
    const metric = METRICS[id % METRICS.length];
    if (metric === 'dicom_req_failed') return 0;
    return metric === 'dicom_req_duration' ? 1 + ((i * 7919 + second) % 4000) / 1000 : 1;
  });
  const time = Float64Array.from(series, (_, i) => second * 1000 + (i * 1000) / n);
  return { n, series, value, time };
}

const engine = createEngine({ thresholds: {}, onWarning: () => undefined });
engine.addSeries(0, SERIES);

/** What one engine counted in a second; all agents report the same, which costs this process less. */
function second(at: number) {
  engine.ingest(0, columns(at));
  return { share: engine.share(), tick: engine.tick((at + 1) * 1000) };
}

/** By second of a run. */
const made: ReturnType<typeof second>[] = [];
let bytes = 0;
let frames = 0;

async function perform({ member, stopper, bundle, index }: Assignment): Promise<Summary> {
  const context = { loaded: { declarations: [] } } as unknown as RunContext;
  await member.ready(context);
  await member.setup(() => Promise.resolve(null));
  const t0 = await member.t0();
  const [scenario] = bundle.options.scenarios as readonly { readonly durationNs?: number }[];
  const seconds = (scenario?.durationNs ?? 0) / 1e9;
  for (let at = 0; at < seconds && stopper.end === null; at++) {
    await until(t0 + (at + 1) * 1000);
    const { share, tick } = (made[at] ??= second(at));
    const counts = {
      ...{ activeVUs: 10, vusMade: 10, iterationsStarted: 0, iterationsDone: 0, interrupted: 0 },
      ...{ associationsOpen: 10, dropped: 0 },
    };
    const state = { counts, peakVUs: 10, cpu: 10, loopLagMs: 1, rssBytes: 1e8, saturated: false };
    member.tee({ ...share, series: at === 0 ? SERIES : [] }, tick, state);
    if (index > 0) continue;
    bytes += encodeFrame({ ...state, at: tick.at, points: tick.points, ...share }).length;
    frames++;
  }
  member.done(seconds * 1000);
  const none = { routes: [], missing: [], strays: [] };
  await member.settle(() => Promise.resolve(none));
  await member.teardown(() => Promise.resolve());
  await member.close();
  const summary = {
    verdict: { warnings: [] },
    outputs: [],
    execution: { generator: IDLE_GENERATOR },
  };
  return summary as unknown as Summary;
}

const until = (epochMs: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, Math.max(0, epochMs - epochNow())));

for (let i = 0; i < Number(agents); i++) {
  const bus = await openBus(readCredentials(creds));
  const name = `sim-${String(i).padStart(3, '0')}`;
  const me = { id: name, name, host: name, version: version(), cores: 1, labels: {}, allow: [] };
  new AgentStation({ bus, me, freeBytes: () => 1, perform, say: () => undefined });
}
process.once('SIGTERM', () => {
  console.log(JSON.stringify({ bytesPerFrame: frames === 0 ? 0 : bytes / frames }));
  process.exit(0);
});
console.log('ready');
