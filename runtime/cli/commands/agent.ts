// dicomrun agent: carries parts of runs that a coordinator elsewhere conducts.
import { randomBytes } from 'node:crypto';
import { availableParallelism, freemem, hostname } from 'node:os';
import { resolve } from 'node:path';
import type { AgentStation } from '../../agents/station.ts';
import { DicomRunError, ExitCode } from '../../errors.ts';
import type { DefineCommand } from '../command.ts';
import { collect } from '../flags/given-flags.ts';
import type { Terminal } from '../terminal.ts';
import { version } from '../version.ts';

interface Flags {
  readonly engine?: string;
  readonly creds?: string;
  readonly name?: string;
  readonly label?: readonly string[];
  readonly allow?: readonly string[];
  readonly data?: string;
  readonly results: string;
  readonly once?: boolean;
}

const EXAMPLES = `
Examples:
  dicomrun agent --creds agent.creds
  dicomrun agent --creds agent.creds --name site-a --label zone=a --allow 10.1.0.0/16

It dials out only, and serves run after run until Ctrl-C; in a Slurm array or an Indexed Job of
Kubernetes one run. All of it: dicomrun help many-hosts`;

export const define: DefineCommand = (command, { terminal, exit }) => {
  command
    .option('--creds <file>', 'agent.creds, as the engine wrote it (DICOMRUN_CREDS)')
    .option('--engine <url>', 'another address of the engine (DICOMRUN_ENGINE)')
    .option('--name <name>', 'what it is called in results (default: this host)')
    .option('--label <key=value>', 'what runs may ask for, repeatable', collect)
    .option('--allow <host>', 'talk to this host or network only, repeatable', collect)
    .option('--data <folder>', "folder that a script's files() are in here")
    .option('--results <dir>', 'where its own records are kept', 'results')
    .option('--once', 'end after one run')
    .addHelpText('after', EXAMPLES)
    .action(async (flags: Flags) => exit(await runAgent(flags, terminal)));
};

/** Schedulers start as many as they want once. */
const SCHEDULED = ['SLURM_ARRAY_TASK_ID', 'JOB_COMPLETION_INDEX'];

async function runAgent(flags: Flags, terminal: Terminal): Promise<number> {
  const labels = labelsOf(flags.label ?? []);
  const allow = await checkedAllow(flags.allow ?? []);
  const { whoseEngine } = await import('../agents/engine-flags.ts');
  const credentials = whoseEngine(flags, 'agent', terminal);
  const [{ openBus }, { AgentStation }, { perform }] = await Promise.all([
    import('../../agents/bus.ts'),
    import('../../agents/station.ts'),
    import('../agents/perform.ts'),
  ]);
  const bus = await openBus(credentials);
  const scheduled = SCHEDULED.map((name) => terminal.env[name]).find(
    (value) => value !== undefined,
  );
  const name = flags.name ?? (scheduled === undefined ? hostname() : `${hostname()}-${scheduled}`);
  const results = resolve(terminal.cwd, flags.results);
  const data = flags.data === undefined ? null : resolve(terminal.cwd, flags.data);
  const station = new AgentStation({
    bus,
    me: {
      ...{ id: randomBytes(8).toString('hex'), name, host: hostname(), version: version() },
      ...{ cores: availableParallelism(), labels, allow },
    },
    freeBytes: freemem,
    perform: (assignment) => perform({ terminal, results, data, allow }, assignment),
    say: (text) => terminal.err(`${text}\n`),
  });
  terminal.err(`agent ${name}: waiting for runs at ${credentials.engine}\n`);
  const once = flags.once === true || scheduled !== undefined;
  const over = once ? station.oneRun() : new Promise<void>(() => undefined);
  await Promise.race([over, stopped(station, terminal)]);
  station.close();
  await bus.close();
  return ExitCode.OK;
}

/** The first signal ends what goes on in order and then the agent, the second at once. */
function stopped(
  station: Pick<AgentStation, 'busy' | 'interrupt' | 'oneRun'>,
  terminal: Terminal,
): Promise<void> {
  return new Promise<void>((resolve) => {
    let asked = false;
    terminal.onSignal((signal) => {
      if (asked || !station.busy) return resolve();
      asked = true;
      terminal.err(`${signal}: stopping; once more to leave at once\n`);
      void station.oneRun().then(resolve);
      station.interrupt(`interrupted by ${signal}`);
    });
  });
}

function labelsOf(given: readonly string[]): Record<string, string> {
  const pairs = given.map((text) => {
    const [, key, value] = /^([\w.-]+)=([\w.-]+)$/.exec(text) ?? [];
    if (key === undefined || value === undefined) {
      throw wrong(`--label ${text}: must be key=value`, 'letters, digits, dots, dashes');
    }
    return [key, value] as const;
  });
  return Object.fromEntries(pairs);
}

async function checkedAllow(given: readonly string[]): Promise<readonly string[]> {
  const { allowFault } = await import('../../vu/associations/allowed.ts');
  for (const entry of given) {
    const fault = allowFault(entry);
    if (fault !== null) throw wrong(`--allow ${entry}: ${fault}`, 'e.g. --allow 10.1.0.0/16');
  }
  return given;
}

function wrong(message: string, hint: string): DicomRunError {
  return new DicomRunError(ExitCode.CONFIG, { code: 'CONFIG_AGENT', message, hint });
}
