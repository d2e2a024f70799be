// A run whose load agents carry: `run --agents …`. The request of an ordinary run, with the agents
// as its crew.
import { createHash, randomBytes } from 'node:crypto';
import { whoseEngine } from './engine-flags.ts';
import { openBus } from '../../agents/bus.ts';
import type { Bus } from '../../agents/bus.ts';
import { Coordinator } from '../../agents/coordinator.ts';
import { parseAgents, recruit } from '../../agents/recruit.ts';
import { Remote } from '../../agents/remote.ts';
import type { BuiltScript, RunContext } from '../../conductor/run-types.ts';
import { newRunId } from '../../conductor/records/result-files.ts';
import { DicomRunError, ExitCode } from '../../errors.ts';
import type { ExecuteRequest } from '../run/execute.ts';
import { preflightPeer } from '../run/preflight.ts';
import { ScriptSource } from '../run/script-source.ts';
import { version } from '../version.ts';
import { startLocal } from './local.ts';
import type { LocalCrew } from './local.ts';
import { ship } from './ship.ts';

/** Flags of `run` that are about agents. */
export interface AgentFlags {
  readonly agents: string;
  readonly engine?: string;
  readonly creds?: string;
  readonly secret?: readonly string[];
  readonly lostAllowed: number;
  readonly waitMs: number;
  readonly orphanMs: number;
}

export interface AgentsRun {
  readonly request: ExecuteRequest;
  /** Lets everybody go, whatever came of it. */
  end(): Promise<void>;
}

interface Given {
  readonly testid: string | undefined;
  readonly flags: AgentFlags;
}

/** @throws DicomRunError when there are no such agents */
export async function onAgents(base: ExecuteRequest, given: Given): Promise<AgentsRun> {
  const { flags } = given;
  const { terminal, script } = base;
  const wanted = parseAgents(flags.agents);
  const local = wanted.kind === 'local' ? await startLocal(wanted.count, terminal) : null;
  let bus: Bus | null = null;
  try {
    bus = await openBus(local?.credentials ?? whoseEngine(flags, 'coordinator', terminal));
    const wishes =
      wanted.kind === 'local' ? [{ label: null, value: '', count: wanted.count }] : wanted.wishes;
    const found = await recruit(bus, wishes, flags.waitMs);
    const testid = given.testid ?? newRunId(Date.now(), script, Math.random());
    const release = await leadAlone(bus, testid, base.stopper);
    const run = nameOnBus(testid);
    const remotes = found.map((info, index) => new Remote(bus as Bus, run, info, index));
    return coordinated(base, { flags, testid, bus, run, remotes, local, release });
  } catch (error) {
    await bus?.close();
    await local?.stop();
    throw error;
  }
}

/** Two coordinators of one test id would write one run. @throws DicomRunError 104 */
async function leadAlone(
  bus: Bus,
  testid: string,
  stopper: ExecuteRequest['stopper'],
): Promise<() => Promise<void>> {
  const key = createHash('sha256').update(testid).digest('hex');
  const taken = `another coordinator has run ${testid} now`;
  const release = await bus.lead(key, () => stopper.stop(ExitCode.AGENT_LOST, taken));
  if (release !== null) return release;
  throw new DicomRunError(ExitCode.CONFIG, {
    code: 'AGENTS_TESTID',
    message: `another coordinator conducts run ${testid} at this engine`,
    hint: 'another --testid; of one that was killed it is free again after 5 s',
  });
}

/** Letters that subjects and journals may have, and of no earlier run of that name. */
function nameOnBus(testid: string): string {
  const safe = testid.replace(/[^\w-]/g, '_').slice(0, 40);
  return `${safe}-${randomBytes(4).toString('hex')}`;
}

interface Parts {
  readonly flags: AgentFlags;
  readonly testid: string;
  readonly bus: Bus;
  /** What the run is called on the bus. */
  readonly run: string;
  readonly release: () => Promise<void>;
  readonly remotes: readonly Remote[];
  readonly local: LocalCrew | null;
}

function coordinated(base: ExecuteRequest, parts: Parts): AgentsRun {
  const { bus, run, testid, remotes, flags, local, release } = parts;
  const { terminal, script } = base;
  const source = new ScriptSource(base);
  const { secret: secrets = [], orphanMs } = flags;
  let built: BuiltScript | null = null;
  const coordinator = new Coordinator({
    ...{ bus, run, remotes, version: version(), stopper: base.stopper },
    lostAllowed: flags.lostAllowed,
    orphanMs,
    say: (level, message) => base.screen.log({ kind: 'log', level, message }),
    ship: (context) => {
      if (built === null) throw new Error('not built');
      const sent = { script, built, context, secrets, orphanMs, env: terminal.env };
      return ship(bus, { ...sent, state: source.state });
    },
  });
  const request: ExecuteRequest = {
    ...base,
    crew: coordinator,
    notes: [whoCarries(remotes)],
    source: {
      get state() {
        return source.state;
      },
      build: async () => (built = await source.build()),
      resolve: async (loaded) => forAgents(await source.resolve(loaded), testid),
    },
    preflight: isNamed,
  };
  return {
    request,
    end: async () => {
      await coordinator.abandon('the coordinator has ended');
      await release();
      await bus.close();
      await local?.stop();
    },
  };
}

/** Who carries the load, for the plan block. */
function whoCarries(remotes: readonly Remote[]): string {
  const names = remotes.map(({ shown, info }) => `${shown}, ${info.cores} cores`);
  const many = names.length > 6 ? [...names.slice(0, 5), `${names.length - 5} more`] : names;
  return `load on ${remotes.length} agents: ${many.join('; ')}`;
}

/** Each agent has its own way to the target; that there is one is known here. @throws DicomRunError 104 */
function isNamed(context: RunContext): Promise<void> {
  if (!context.embedded) preflightPeer(context);
  return Promise.resolve();
}

function forAgents(options: RunContext['options'], testid: string): RunContext['options'] {
  refuseSamples(options);
  return { ...options, testid };
}

/** Every sample stays where it was made. @throws DicomRunError 104 */
function refuseSamples({ outputs }: RunContext['options']): void {
  const raw = outputs.find(
    ({ kind, options }) => /^(json|csv)$/.test(kind) || options['mode'] === 'raw',
  );
  if (raw === undefined) return;
  throw new DicomRunError(ExitCode.CONFIG, {
    code: 'AGENTS_SAMPLES',
    message: `--out ${raw.kind}: single samples stay on the agents, which send sums and histograms`,
    hint: 'without it; run.ndjson of the whole, InfluxDB and the report are as ever',
  });
}
