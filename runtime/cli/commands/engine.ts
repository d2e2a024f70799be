// dicomrun engine: the meeting point of coordinator and agents.
import { hostname } from 'node:os';
import { join, resolve } from 'node:path';
import { DicomRunError, ExitCode } from '../../errors.ts';
import type { DefineCommand } from '../command.ts';
import type { Terminal } from '../terminal.ts';

interface Flags {
  readonly listen: string;
  readonly name?: string;
  readonly dir: string;
  readonly tls: boolean;
}

const EXAMPLES = `
Examples:
  dicomrun engine                                   then bring engine/agent.creds to each host
  dicomrun engine --listen 10.1.2.3:4222 --dir /var/lib/dicomrun

It runs until Ctrl-C. What comes next: dicomrun help many-hosts`;

export const define: DefineCommand = (command, { terminal, exit }) => {
  command
    .option('--listen <host:port>', 'where agents and coordinator connect', '0.0.0.0:4222')
    .option('--name <host>', 'name or address that the credentials say (default: this host)')
    .option('--dir <folder>', 'keys, certificate and journal', 'engine')
    .option('--no-tls', 'without TLS; on loopback only')
    .addHelpText('after', EXAMPLES)
    .action(async (flags: Flags) => exit(await runEngine(flags, terminal)));
};

async function runEngine(flags: Flags, terminal: Terminal): Promise<number> {
  const [, host = '', port = ''] = /^(?:\[([^\]]+)\]|([^:]+)):(\d+)$/
    .exec(flags.listen)
    ?.filter((part) => part !== undefined) ?? ['', '', ''];
  if (host === '') throw wrong(`--listen ${flags.listen}: must be host:port`, '0.0.0.0:4222');
  const isLocal = /^(127\.|::1$|localhost$)/.test(host);
  if (!flags.tls && !isLocal) {
    throw wrong(`--no-tls at ${host}: only on loopback`, '--listen 127.0.0.1:4222, or with TLS');
  }
  const { startEngine } = await import('../../agents/server.ts');
  const folder = resolve(terminal.cwd, flags.dir);
  const any = host === '0.0.0.0' || host === '::';
  const engine = await startEngine({
    ...{ host, port: Number(port), advertise: flags.name ?? (any ? hostname() : host) },
    ...{ folder, tls: flags.tls, path: terminal.env['PATH'] ?? '' },
  });
  const { engine: url } = engine.credentials.agent;
  terminal.out(`engine   ${url}
agents   dicomrun agent --creds ${join(flags.dir, 'agent.creds')}       (bring the file to each host)
run      dicomrun run SCRIPT --creds ${join(flags.dir, 'coordinator.creds')} --agents N
`);
  const stopped = new Promise<null>((resolve) => terminal.onSignal(() => resolve(null)));
  const why = await Promise.race([stopped, engine.ended]);
  await engine.stop();
  if (why === null) return ExitCode.OK;
  terminal.err(`the engine has ended: ${why}\n`);
  return ExitCode.INTERNAL;
}

function wrong(message: string, hint: string): DicomRunError {
  return new DicomRunError(ExitCode.CONFIG, { code: 'CONFIG_ENGINE', message, hint });
}
