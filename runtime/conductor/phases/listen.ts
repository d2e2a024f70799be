// Receivers and the embedded target get their ports, and with these the run its plan.
import { mostKept } from '../records/missing.ts';
import type { Run } from '../run.ts';
import type { PreparedRun, RunScript } from '../run-types.ts';
import {
  acceptorCount,
  embeddedSpec,
  receiversOf,
  startsEmbedded,
  targetsOf,
  workerCount,
} from '../share.ts';
import { vuPlan } from '../vu-plan.ts';

/** Opens the listeners. Rejects when a port cannot be had. */
export async function listen(run: Run, script: RunScript): Promise<PreparedRun> {
  const { built, loaded, options } = script;
  const { cores, maxWorkers, runNumber, crew } = run.settings;
  const isElsewhere = crew?.load !== undefined;
  const workers = Math.min(isElsewhere ? 1 : maxWorkers, workerCount(options, cores));
  const opened = isElsewhere ? Promise.resolve(null) : openListeners(run, script, workers);
  const listening = await run.until(opened);
  const embedded = listening?.embedded ?? null;
  const context = {
    runNumber,
    loaded,
    options,
    targets: targetsOf(options, loaded.peers, embedded),
    workers,
    receivers: listening?.receivers ?? [],
    embedded: startsEmbedded(options, loaded),
  };
  return {
    context,
    embedded,
    plan: vuPlan(built, context, { listening, several: crew !== undefined }),
  };
}

async function openListeners(run: Run, { built, loaded, options }: RunScript, workers: number) {
  const receivers = receiversOf(loaded.declarations, options);
  const threads = acceptorCount(options, receivers.length, startsEmbedded(options, loaded));
  if (threads === 0) return null;
  return run.newAcceptors(threads).listen({
    runNumber: run.settings.runNumber,
    receivers,
    embedded: embeddedSpec(options, loaded),
    settleMs: options.settleMs,
    horizonMs: options.deliveryHorizonMs,
    workers,
    pools: loaded.declarations.flatMap((d) => (d.kind === 'pool' ? [d.pool] : [])),
    ...mostKept(options),
    folder: built.folder,
  });
}

/**
 * Starts the other workers and gives all of them the plan; resolves when they are ready, here and in
 * the other processes of the run, and `preflight` found the target.
 *
 * @returns what it found
 */
export async function ready<Found>(
  run: Run,
  { plan, context }: PreparedRun,
  preflight: () => Promise<Found>,
): Promise<Found> {
  // They have their plan first: they go on with it while this thread looks for the target.
  const preparing = run.fleet.prepare(plan, context.workers, run.acceptors);
  const [found] = await run.until(Promise.all([preflight(), preparing]));
  const { crew } = run.settings;
  if (crew !== undefined) await run.until(crew.ready(context));
  return found;
}
