// dicomrun serve router|archive|sink: a simulated station of its own, until Ctrl-C.
import { DicomRunError, ExitCode } from '../../errors.ts';
import type { DefineCommand } from '../command.ts';
import { readCount } from '../flag-values.ts';
import { collect } from '../run-flags.ts';
import type { Terminal } from '../terminal.ts';

export interface ServeFlags {
  readonly port: string;
  readonly host: string;
  readonly aet?: readonly string[];
  readonly spec?: string;
  readonly rules?: string;
  readonly to?: readonly string[];
  readonly keep?: string;
  readonly metricsPort?: string;
  readonly quiet?: boolean;
}

const EXAMPLES = `
Examples:
  dicomrun serve sink --port 11112
  dicomrun serve archive --port 11113 --aet ARCHIVE
  dicomrun serve router --port 11112 --to ARCHIVE@127.0.0.1:11113 --rules rules.csv
  dicomrun serve router --spec router.json --metrics-port 9100`;

const STATUS_EVERY_MS = 10_000;

export const define: DefineCommand = (command, { terminal, exit }) => {
  command
    .argument('<kind>', 'router, archive or sink')
    .option('-p, --port <n>', 'port to listen on, 0 for any free one', '11112')
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--aet <aet>', 'AE title to answer to (default: any), repeatable', collect)
    .option('--spec <file>', 'what it is like, as JSON (faults, routes, worklist, …)')
    .option('--rules <file>', 'router: rule table, CSV or JSON')
    .option('--to <aet@host:port>', 'router: where everything goes, repeatable', collect)
    .option('--keep <what>', 'archive: nothing, headers or all')
    .option('--metrics-port <n>', 'Prometheus page on this port')
    .option('-q, --quiet', 'no status lines')
    .addHelpText('after', EXAMPLES)
    .action(async (kind: string, flags: ServeFlags) => {
      const { openService } = await import('../serve/open-service.ts');
      const at = {
        host: flags.host,
        port: readCount('--port', flags.port),
        ...(flags.metricsPort === undefined
          ? {}
          : { metricsPort: readCount('--metrics-port', flags.metricsPort) }),
      };
      const served = await openService(kindOf(kind), flags, at, terminal.cwd);
      const titles = served.aets.length === 0 ? 'any AE title' : served.aets.join(', ');
      terminal.out(`${served.kind} listens on ${served.host}:${served.port} for ${titles}\n`);
      if (served.metricsPort > 0) {
        terminal.out(`metrics on http://${served.host}:${served.metricsPort}/metrics\n`);
      }
      terminal.err('Ctrl-C ends it\n');
      const say = () => terminal.err(`${statusText(served.status())}\n`);
      const timer = flags.quiet === true ? undefined : setInterval(say, STATUS_EVERY_MS);
      await untilSignal(terminal);
      clearInterval(timer);
      terminal.out(`${statusText(served.status())}\n`);
      await served.close();
      exit(ExitCode.OK);
    });
};

type Kind = 'router' | 'archive' | 'sink';

function kindOf(text: string): Kind {
  if (text === 'router' || text === 'archive' || text === 'sink') return text;
  throw new DicomRunError(ExitCode.CONFIG, {
    code: 'CONFIG_SERVE',
    message: `there is no "${text}" to serve`,
    hint: 'router, archive or sink',
  });
}

function untilSignal(terminal: Terminal): Promise<void> {
  return new Promise((resolve) => {
    const off = terminal.onSignal(() => {
      off();
      resolve();
    });
  });
}

/** `instances=12 associations=3 …`: what a station counts, zeros left out. */
function statusText(status: object): string {
  const parts = Object.entries(status)
    .filter(([, value]) => value !== 0 && value !== '' && typeof value !== 'object')
    .map(([name, value]) => `${name}=${String(value)}`);
  return parts.length === 0 ? 'nothing yet' : parts.join(' ');
}
