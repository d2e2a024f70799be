// dicomrun serve router|archive|sink: a simulated station of its own, until Ctrl-C.
import { DicomRunError, ExitCode } from '../../../errors.ts';
import type { DefineCommand } from '../../command.ts';
import { readPort } from '../../flags/flag-values.ts';
import { untilSignal } from '../../until-signal.ts';
import { collect } from '../../flags/given-flags.ts';
import type { Terminal } from '../../terminal.ts';
import type { Served } from '../../../acceptors/serve.ts';

export interface ServeFlags {
  readonly port: string;
  readonly host: string;
  readonly aet?: readonly string[];
  readonly spec?: string;
  readonly rules?: string;
  readonly to?: readonly string[];
  readonly folder?: string;
  readonly keep?: string;
  readonly metricsPort?: string;
  readonly dicomweb?: string;
  readonly dicomwebToken?: string;
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly tlsCa?: string;
  readonly toTlsCa?: string;
  readonly quiet?: boolean;
}

const EXAMPLES = `
Examples:
  dicomrun serve sink --port 11112
  dicomrun serve archive --port 11113 --aet ARCHIVE
  dicomrun serve router --port 11112 --to ARCHIVE@127.0.0.1:11113 --rules rules.csv
  dicomrun serve router --spec router.json --metrics-port 9100
  dicomrun serve archive --port 11113 --dicomweb 8042
  dicomrun serve archive --port 2762 --tls-cert archive.pem --tls-key archive.key`;

export const define: DefineCommand = (command, { terminal, exit }) => {
  command
    .argument('<kind>', 'router, archive or sink')
    .option('-p, --port <n>', 'port to listen on, 0 for any free one', '11112')
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--aet <aet>', 'AE title to answer to (default: any), repeatable', collect)
    .option('--spec <file>', 'what it is like, as JSON (faults, routes, worklist, …)')
    .option('--rules <file>', 'router: rule table, CSV or JSON')
    .option('--to <aet@host:port>', 'router: where everything goes, repeatable', collect)
    .option('--folder <folder>', 'sink: write what comes as DICOM files (default: only count)')
    .option('--keep <what>', 'archive: nothing, headers or all')
    .option(
      '--dicomweb <n>',
      'archive: STOW-RS, QIDO-RS and WADO-RS on this port, 0 for any free one',
    )
    .option(
      '--dicomweb-token <file>',
      'archive: who asks there must show the bearer token in this file',
    )
    .option('--tls-cert <file>', 'TLS: certificate to show, PEM')
    .option('--tls-key <file>', 'TLS: its private key, PEM')
    .option('--tls-ca <file>', 'TLS: take only peers with a certificate signed by this, PEM')
    .option('--to-tls-ca <file>', 'router: TLS towards --to, which must be signed by this, PEM')
    .option('--metrics-port <n>', 'Prometheus page on this port')
    .option('-q, --quiet', 'no status lines')
    .addHelpText('after', EXAMPLES)
    .action(async (kind: string, flags: ServeFlags) => {
      await serve(terminal, kindOf(kind), flags);
      exit(ExitCode.OK);
    });
};

async function serve(terminal: Terminal, kind: Kind, flags: ServeFlags): Promise<void> {
  const { openService, webOf } = await import('./open-service.ts');
  const { showLive } = await import('../../live-line.ts');
  const { metricsPort } = flags;
  const at = {
    host: flags.host,
    port: readPort('--port', flags.port),
    ...webOf(flags, terminal.cwd),
    ...(metricsPort === undefined ? {} : { metricsPort: readPort('--metrics-port', metricsPort) }),
  };
  const served = await openService(kind, flags, at, terminal.cwd);
  terminal.out(introduction(served));
  served.onNote((message) => terminal.err(`warn: ${message}\n`));
  terminal.err('Ctrl-C ends it\n');
  const live = () => statusText(served.status());
  const end = flags.quiet === true ? () => undefined : showLive(terminal, live);
  await untilSignal(terminal);
  end();
  terminal.out(`${live()}\n`);
  await served.close();
}

/** Who listens where, and where files and metrics are. */
function introduction(served: Served): string {
  const { host, port, aets, folder, metricsPort, webUrl } = served;
  const titles = aets.length === 0 ? 'any AE title' : aets.join(', ');
  const tls = served.tls ? ' with TLS' : '';
  const lines = [`${served.kind} listens on ${host}:${port}${tls} for ${titles}`];
  if (webUrl !== null) lines.push(`DICOMweb on ${webUrl}`);
  if (folder !== null) lines.push(`files go to ${folder}`);
  if (metricsPort > 0) lines.push(`metrics on http://${host}:${metricsPort}/metrics`);
  return `${lines.join('\n')}\n`;
}

type Kind = 'router' | 'archive' | 'sink';

function kindOf(text: string): Kind {
  if (text === 'router' || text === 'archive' || text === 'sink') return text;
  throw new DicomRunError(ExitCode.CONFIG, {
    code: 'CONFIG_SERVE',
    message: `there is no "${text}" to serve`,
    hint: 'router, archive or sink',
  });
}

/** `instances=12 associations=3 …`: what a station counts, zeros left out. */
function statusText(status: object): string {
  const parts = Object.entries(status)
    .filter(([, value]) => value !== 0 && value !== '' && typeof value !== 'object')
    .map(([name, value]) => `${name}=${String(value)}`);
  return parts.length === 0 ? 'nothing yet' : parts.join(' ');
}
