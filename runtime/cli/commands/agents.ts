// dicomrun agents: who is there.
import type { AgentInfo } from '../../agents/protocol.ts';
import { ExitCode } from '../../errors.ts';
import type { DefineCommand } from '../command.ts';
import type { Terminal } from '../terminal.ts';

interface Flags {
  readonly engine?: string;
  readonly creds?: string;
  readonly json?: boolean;
}

export const define: DefineCommand = (command, { terminal, exit }) => {
  command
    .option('--creds <file>', 'coordinator.creds, as the engine wrote it (DICOMRUN_CREDS)')
    .option('--engine <url>', 'another address of the engine (DICOMRUN_ENGINE)')
    .option('--json', 'as JSON')
    .action(async (flags: Flags) => exit(await listAgents(flags, terminal)));
};

const PINGS = 10;

async function listAgents(flags: Flags, terminal: Terminal): Promise<number> {
  const [{ whoseEngine }, { openBus }, { whoIsThere }, { Remote }] = await Promise.all([
    import('../agents/engine-flags.ts'),
    import('../../agents/bus.ts'),
    import('../../agents/recruit.ts'),
    import('../../agents/remote.ts'),
  ]);
  const bus = await openBus(whoseEngine(flags, 'coordinator', terminal));
  try {
    const found = await whoIsThere(bus);
    const remotes = found.map((info, index) => new Remote(bus, '', info, index));
    for (let i = 0; i < PINGS; i++) await Promise.all(remotes.map((one) => one.ping()));
    const rows = remotes.map(({ info, clock }) => ({ ...info, clock }));
    if (flags.json === true) terminal.out(`${JSON.stringify(rows, null, 2)}\n`);
    else terminal.out(tableOf(rows));
    return ExitCode.OK;
  } finally {
    await bus.close();
  }
}

interface Row extends AgentInfo {
  readonly clock: { readonly offsetMs: number; readonly boundMs: number };
}

const HEAD = ['NAME', 'HOST', 'VERSION', 'CORES', 'FREE', 'CLOCK', 'LABELS', 'RUN'];

function tableOf(rows: readonly Row[]): string {
  if (rows.length === 0) return 'no agents; start one: dicomrun agent --creds agent.creds\n';
  const lines = [HEAD, ...rows.map(cells)];
  const widths = HEAD.map((_, at) => Math.max(...lines.map((line) => line[at]?.length ?? 0)));
  const text = lines.map((line) => line.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join('  '));
  return `${text.map((line) => line.trimEnd()).join('\n')}\n`;
}

function cells({ name, host, version, cores, freeBytes, clock, labels, run }: Row): string[] {
  const { offsetMs, boundMs } = clock;
  const sign = offsetMs < 0 ? '-' : '+';
  return [
    ...[name, host, version, String(cores), `${(freeBytes / 1024 ** 3).toFixed(1)} GiB`],
    `${sign}${Math.abs(offsetMs).toFixed(1)} ms ±${boundMs.toFixed(1)}`,
    Object.entries(labels)
      .map(([key, value]) => `${key}=${value}`)
      .join(',') || '-',
    run ?? '-',
  ];
}
