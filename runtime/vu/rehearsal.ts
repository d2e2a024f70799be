// Code that runs for the first time is compiled first and runs slowly: a worker's first iterations
// started up to 11 ms late. So a worker plays the whole piece once before t0, with all that a run has
// and nothing that is the run's: a script of ours in a sandbox of its own, thrown away with whatever
// it counted, and a sink in this thread that keeps nothing.
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { negotiateContexts } from '../dicom/scp/contexts.ts';
import { listen } from '../dicom/scp/server.ts';
import { WHOLE } from '../executors/segments/segment.ts';
import { countOf, WORKER_SLOTS, WorkerSlot } from '../threads/state.ts';
import type { FromVu, VuPlan } from '../threads/vu.ts';
import { REHEARSED, rehearsalPool } from './rehearsal-pool.ts';
import { ScriptWorker } from './script-worker.ts';

/** Longest that a rehearsal takes. */
const MOST_MS = 50;
const NS_PER_S = 1e9;
const ITERATIONS = 40;
const STARTS_NS = 0.02 * NS_PER_S;
const VUS = 2;

/** As the bundler leaves a script. */
const SCRIPT = `
const dicom = require('dicom').default;
const peer = dicom.peer({});
const pool = dicom.synthetic(${JSON.stringify(REHEARSED)});
exports.vuInit = async () => peer.associate({ for: pool, keep: true });
exports.default = async (_data, association) => {
  await association.store(pool);
};
`;

const COMMON = {
  exec: 'default',
  startTimeNs: 0,
  gracefulStopNs: 0,
  env: {},
  tags: {},
};

/** Both ways in which iterations come about. */
const SCENARIOS: VuPlan['scenarios'] = [
  {
    ...{ ...COMMON, name: 'closed', executor: 'shared-iterations' },
    ...{ vus: VUS, iterations: ITERATIONS, maxDurationNs: 60 * NS_PER_S },
  },
  {
    ...{ ...COMMON, name: 'open', executor: 'constant-arrival-rate', arrival: 'regular' },
    ...{ timeUnitNs: NS_PER_S, rate: 1000, durationNs: STARTS_NS },
    ...{ preAllocatedVUs: VUS, maxVUs: VUS },
  },
];

/**
 * Does what iterations do, for some milliseconds, and leaves nothing behind. Answers how many there
 * were: none where it was not possible. Never throws.
 */
export async function rehearse(preludeFile: string, mostMs = MOST_MS): Promise<number> {
  const until = performance.now() + mostMs;
  try {
    const sink = await openSink();
    try {
      return await play(planOf(preludeFile, sink.port), until);
    } finally {
      await sink.close();
    }
  } catch {
    // No loopback address, no more sockets: the first iterations are late, and the run as it would be.
    return 0;
  }
}

const openSink = (): ReturnType<typeof listen> =>
  listen({
    port: 0,
    handler: {
      onAssociate: ({ rq }) => ({ kind: 'accept', contexts: negotiateContexts(rq) }),
      onStore: () => undefined,
      onStoreEnd: () => 0,
      onRequest: (association, request) => association.respond(request, { status: 0 }),
    },
  });

const NOTHING = {
  folder: '/',
  env: {},
  options: {},
  tags: {},
  routes: {},
  receivers: [],
  acceptors: [],
  webTarget: null,
  route: null,
  verify: null,
  embedded: null,
  smoke: null,
  several: false,
  throws: false,
  trace: false,
  part: WHOLE,
  minIterationDurationMs: 0,
} as const;

function planOf(preludeFile: string, port: number): VuPlan {
  const pool = rehearsalPool();
  return {
    ...NOTHING,
    bundle: SCRIPT,
    preludeFile,
    runNumber: '0'.repeat(15),
    scenarios: SCENARIOS,
    declarations: [{ kind: 'pool', id: pool.id, key: pool.key, pool }],
    target: { host: '127.0.0.1', port, calledAET: 'REHEARSAL', callingAET: 'REHEARSAL' },
    ledger: 'studies',
    wireCacheBytes: 1e6,
    connect: { backlog: 2 * VUS, perSecond: null },
    mesh: [null],
    counters: new SharedArrayBuffer(1024),
    begun: new SharedArrayBuffer(0),
  };
}

async function play(plan: VuPlan, until: number): Promise<number> {
  const { port1: port, port2: main } = new MessageChannel();
  const state = new Int32Array(new SharedArrayBuffer(4 * WORKER_SLOTS));
  const worker = new ScriptWorker({ port, worker: 0, workers: 1, state: state.buffer }, state);
  try {
    worker.open(plan.preludeFile, plan.bundle);
    await worker.prepare(plan);
    const ended = endOf(main, until);
    worker.start(performance.timeOrigin + performance.now(), null);
    await ended;
    return countOf(state, WorkerSlot.ITERATIONS_DONE);
  } finally {
    worker.stop();
    worker.close();
    main.close();
  }
}

/** Resolves when the worker has ended, or its time is over. */
function endOf(main: MessagePort, until: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, Math.max(0, until - performance.now()));
    main.on('message', ({ kind }: FromVu) => {
      if (kind !== 'ended') return;
      clearTimeout(timer);
      resolve();
    });
  });
}
