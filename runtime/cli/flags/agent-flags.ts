// The flags of `run` that are about agents: who carries the load.
import type { Command } from 'commander';
import { parseDuration } from '../../../api/duration.ts';
import { DicomRunError, ExitCode } from '../../errors.ts';
import { collect, type FlagValues } from './given-flags.ts';

/** Flags of `run` that are about agents. */
export interface AgentFlags {
  /** Null: those of the run that is resumed. */
  readonly agents: string | null;
  /** The test id of a run whose coordinator was killed. */
  readonly resume?: string;
  readonly engine?: string;
  readonly creds?: string;
  readonly secret?: readonly string[];
  readonly lostAllowed: number;
  readonly waitMs: number;
  readonly orphanMs: number;
}

const WAIT_MS = 60_000;
const ORPHAN_MS = 30_000;

export function addAgentFlags(command: Command): Command {
  return command
    .optionsGroup('Many hosts:')
    .option('--agents <n>', 'agents carry the load: N, zone=a:3,zone=b:7, or local:N')
    .option('--creds <file>', 'coordinator.creds of the engine (DICOMRUN_CREDS)')
    .option('--engine <url>', 'another address of the engine (DICOMRUN_ENGINE)')
    .option('--secret <name>', 'variable that each agent has itself, repeatable', collect)
    .option('--lost-agents <n>', 'so many may be lost and the run can pass (default 0)')
    .option('--agents-wait <duration>', 'wait so long for agents to be there (default 60s)')
    .option('--orphan <duration>', 'agents stop without a coordinator after this (default 30s)');
}

const NAMES = [
  ...['agents', 'creds', 'engine', 'secret', 'lost-agents', 'agents-wait', 'resume', 'orphan'],
];

/** Those flags, and all others. @throws DicomRunError 104 */
export function takeAgentFlags(flags: FlagValues): {
  readonly agents: AgentFlags | null;
  readonly rest: FlagValues;
} {
  const own = Object.keys(flags).filter((name) => NAMES.includes(name));
  const rest = Object.fromEntries(Object.entries(flags).filter(([name]) => !own.includes(name)));
  const text = (name: string): string | undefined =>
    flags[name] === undefined ? undefined : String(flags[name]);
  const agents = text('agents');
  const resume = text('resume');
  if (agents === undefined && resume === undefined) {
    const [first] = own;
    if (first === undefined) return { agents: null, rest };
    throw wrong(`--${first}: says nothing without --agents`, '--agents N, or --agents local:N');
  }
  mustFit(flags, agents, resume);
  const { secret } = flags;
  return {
    agents: {
      agents: resume === undefined ? (agents ?? null) : null,
      ...(resume === undefined ? {} : { resume }),
      ...{ engine: text('engine'), creds: text('creds') },
      secret: Array.isArray(secret) ? (secret as readonly string[]) : [],
      lostAllowed: whole('lost-agents', text('lost-agents') ?? '0'),
      waitMs: duration('agents-wait', text('agents-wait')) ?? WAIT_MS,
      orphanMs: duration('orphan', text('orphan')) ?? ORPHAN_MS,
    },
    rest,
  };
}

/** @throws DicomRunError 104 where one flag makes another one mean nothing */
function mustFit(flags: FlagValues, agents: string | undefined, resume: string | undefined): void {
  const part = Object.keys(flags).find((name) => name.startsWith('execution-segment'));
  if (part !== undefined) {
    throw wrong(`--${part} with --agents: the plan is divided by the agents`, 'leave it out');
  }
  if (agents !== undefined && resume !== undefined) {
    const why = 'the run goes on with the agents that it has';
    throw wrong(`--agents with --resume: ${why}`, 'leave one of them out');
  }
  const engine = ['engine', 'creds'].find((name) => flags[name] !== undefined);
  if (engine !== undefined && agents?.startsWith('local:') === true) {
    const why = 'local agents have an engine of their own, here';
    throw wrong(`--${engine} with --agents ${agents}: ${why}`, 'leave it out, or --agents N');
  }
}

function whole(name: string, text: string): number {
  if (/^\d{1,4}$/.test(text)) return Number(text);
  throw wrong(`--${name} ${text}: must be a whole number`, `--${name} 1`);
}

function duration(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const ns = parseDuration(text);
  if (ns !== null && ns > 0) return ns / 1e6;
  throw wrong(`--${name} ${text}: must be a duration`, `--${name} 30s`);
}

function wrong(message: string, hint: string): DicomRunError {
  return new DicomRunError(ExitCode.CONFIG, { code: 'CONFIG_AGENTS', message, hint });
}
