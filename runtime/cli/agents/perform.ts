// A part of a plan on this host, for a coordinator elsewhere: an ordinary run with a script, options
// and a crew that come from there.
import { setFlagsFromString } from 'node:v8';
import type { Assignment } from '../../agents/station.ts';
import { hostsOf } from '../../conductor/share.ts';
import type { BuiltScript, RunContext } from '../../conductor/run-types.ts';
import type { Options, ThresholdConfig } from '../../config/types.ts';
import { DicomRunError, ExitCode } from '../../errors.ts';
import { splitPart, WHOLE } from '../../executors/segments/segment.ts';
import type { Summary } from '../../metrics/summary.ts';
import { isAllowed } from '../../vu/associations/allowed.ts';
import { preflight } from '../run/preflight.ts';
import type { Terminal } from '../terminal.ts';
import { AgentScreen } from './agent-screen.ts';

/** What this host decides by itself. */
export interface AgentPlace {
  readonly terminal: Terminal;
  /** Where the folders of its parts are made. */
  readonly results: string;
  /** What paths of the script are relative to here; null: where they are at the coordinator. */
  readonly data: string | null;
  /** Empty: all hosts. */
  readonly allow: readonly string[];
}

/**
 * Threads compile all of their code when they load it: each function at its first call is 3 ms or more
 * between t0 and the first iteration, and all hosts are to begin at once. It costs 0.2 s of CPU, before t0.
 */
const COMPILED_BEFORE = '--no-lazy';

/** Runs it to its end. @throws DicomRunError when it came to no run */
export async function perform(place: AgentPlace, assignment: Assignment): Promise<Summary> {
  setFlagsFromString(COMPILED_BEFORE);
  const { execute } = await import('../run/execute.ts');
  const { bundle, member, stopper } = assignment;
  const { summary } = await execute({
    ...{ script: bundle.script, flags: {}, mode: 'run', terminal: place.terminal },
    screen: new AgentScreen(place.terminal),
    stopper,
    next: () => [],
    crew: member,
    runNumber: bundle.runNumber,
    source: {
      state: bundle.state === null ? null : Promise.resolve(bundle.state),
      build: () => builtHere(place, assignment),
      resolve: () => Promise.resolve(optionsHere(place, assignment)),
    },
    preflight: async (context, folder) => {
      mayTalkTo(context, place.allow);
      return await preflight(context, folder);
    },
  });
  return summary;
}

async function builtHere(place: AgentPlace, { bundle }: Assignment): Promise<BuiltScript> {
  const [{ preludeFile }, { stackMapper }] = await Promise.all([
    import('../../../bundler/prelude.ts'),
    import('../../../bundler/stack.ts'),
  ]);
  const map = stackMapper(bundle.map);
  const dataRoot = place.data ?? bundle.dataRoot;
  return {
    code: bundle.code,
    preludeFile: await preludeFile(),
    folder: place.data ?? bundle.folder,
    placeOf: (stack) => {
      const { where, source } = map(stack);
      if (where === null) return null;
      return source === null ? { where } : { where, line: source };
    },
    env: environment(place, bundle),
    given: bundle.given,
    workerHeapBytes: bundle.options.workerHeapBytes,
    ...(dataRoot === null ? {} : { dataRoot }),
    ...(place.allow.length === 0 ? {} : { allow: place.allow }),
  };
}

/** What was sent goes before what this host has; secrets are this host's own. */
function environment(
  { terminal }: AgentPlace,
  { options, secrets }: Assignment['bundle'],
): Readonly<Record<string, string>> {
  const absent = secrets.filter((name) => terminal.env[name] === undefined);
  if (absent.length > 0) {
    throw new DicomRunError(ExitCode.CONFIG, {
      code: 'AGENT_SECRET',
      message: `--secret ${absent.join(', ')}: not in the environment of this agent`,
      hint: 'set it where the agent is started; secrets are never sent',
    });
  }
  const own: Record<string, string> = {};
  for (const [name, value] of Object.entries(terminal.env)) {
    if (value !== undefined) own[name] = value;
  }
  return { ...own, ...options.env };
}

/** The options of the whole, as they are for a part that somebody else judges. */
function optionsHere(place: AgentPlace, { bundle, index, of }: Assignment): Options {
  const { options } = bundle;
  return {
    ...options,
    env: environment(place, bundle),
    part: splitPart(WHOLE, index, of),
    thresholds: withoutAbort(options.thresholds),
    resultsDir: place.results,
    noReport: true,
    noSummary: true,
    quiet: 2,
  };
}

/** A part is judged too, for `merge`; only the whole is reason to end. */
function withoutAbort(thresholds: ThresholdConfig): ThresholdConfig {
  return Object.fromEntries(
    Object.entries(thresholds).map(([key, list]) => [
      key,
      list.map(({ abortOnFail: _, ...threshold }) => threshold),
    ]),
  );
}

/** Peers and web servers that the script names later are checked where it asks for them. @throws DicomRunError 104 */
function mayTalkTo({ targets, loaded }: RunContext, allow: readonly string[]): void {
  if (allow.length === 0) return;
  const { target, webTarget, routes, verify } = targets;
  const hosts = new Set([
    ...(target === null ? [] : [target.host]),
    ...(verify?.enabled === true ? [verify.host] : []),
    ...Object.values(routes).flatMap(({ host }) => (host === undefined ? [] : [host])),
    ...(webTarget === null ? [] : [new URL(webTarget.url).hostname]),
    ...hostsOf(loaded),
  ]);
  const refused = [...hosts].filter((host) => !isAllowed(host, allow));
  if (refused.length === 0) return;
  throw new DicomRunError(ExitCode.CONFIG, {
    code: 'AGENT_ALLOW',
    message: `may not talk to ${refused.join(', ')}`,
    hint: `this agent may to: ${allow.join(', ')} (dicomrun agent --allow)`,
  });
}
