// From a built and resolved script to what every VU worker is told.
import type { Options } from '../config/types.ts';
import { formatNs } from '../executors/duration.ts';
import { begunOffset } from '../executors/plan-of.ts';
import type { AcceptorsListening } from './acceptors.ts';
import type { BuiltScript, RunContext } from './run-types.ts';
import type { SharedVuPlan } from './fleet/fleet.ts';
import type { Loaded } from './share.ts';

const COUNTERS_BYTES = 32_768;

interface Surroundings {
  /** Null: nothing listens here. */
  readonly listening: AcceptorsListening | null;
  /** Other processes are part of the run. */
  readonly several: boolean;
}

/** What every worker is told; what differs from worker to worker the fleet adds. */
export function vuPlan(
  built: BuiltScript,
  { options, loaded, targets, runNumber }: RunContext,
  { listening, several }: Surroundings,
): SharedVuPlan {
  return {
    bundle: built.code,
    preludeFile: built.preludeFile,
    folder: built.folder,
    ...(built.allow === undefined ? {} : { allow: built.allow }),
    env: options.env,
    runNumber,
    scenarios: options.scenarios,
    part: options.part,
    declarations: loaded.declarations,
    receivers: listening?.receivers ?? [],
    ...targets,
    embedded: listening?.embedded ?? null,
    tags: options.tags,
    several,
    throws: options.throw,
    options: guestOptions(options, loaded),
    wireCacheBytes: options.wireCacheBytes,
    connect: { backlog: options.connectBacklog, perSecond: options.connectRate },
    minIterationDurationMs: options.minIterationDurationMs,
    counters: new SharedArrayBuffer(COUNTERS_BYTES),
    begun: new SharedArrayBuffer(8 * begunOffset(options.scenarios, options.scenarios.length)),
    trace: options.trace,
    smoke: options.smokeCases ?? null,
    route: options.route,
    ledger: options.ledger,
  };
}

/** What `exec.test.options` shows: the script's own options, consolidated where we know better. */
function guestOptions(options: Options, loaded: Loaded): Record<string, unknown> {
  const own = loaded.optionsJson === null ? {} : (JSON.parse(loaded.optionsJson) as object);
  const scenarios = options.scenarios.map((scenario) => [scenario.name, k6Shape(scenario)]);
  return { ...own, scenarios: Object.fromEntries(scenarios) as object, tags: options.tags };
}

/** A scenario as it is written in `options`: durations as texts, without its name. */
function k6Shape(value: object): Record<string, unknown> {
  const shape: Record<string, unknown> = {};
  for (const [key, one] of Object.entries(value) as [string, unknown][]) {
    if (key === 'name') continue;
    if (key.endsWith('Ns')) shape[key.slice(0, -2)] = formatNs(Number(one));
    else if (key === 'recording') shape[key] = (one as { name: string }).name;
    else if (key === 'stages') shape[key] = (one as readonly object[]).map(k6Shape);
    else shape[key] = one;
  }
  return shape;
}
