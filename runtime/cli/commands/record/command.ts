// dicomrun record: stands between two systems and notes what they say, without who it is about.
import { ExitCode } from '../../../errors.ts';
import type { DefineCommand } from '../../command.ts';
import type { Terminal } from '../../terminal.ts';
import type { RecordFlags } from './request.ts';

const EXAMPLES = `
Examples:
  dicomrun record --listen 11112 --to ROUTER@10.1.2.3:104 --out recordings/monday
  dicomrun record --listen 0.0.0.0:11112 --to ROUTER@10.1.2.3:104 --out recordings/monday --for 8h
  dicomrun record --listen 2762 --to ROUTER@10.1.2.3:2762 --out recordings/monday \\
    --tls --tls-cert our.pem --tls-key our.key --to-tls-ca hospital.pem
  dicomrun record --pcap monday.pcapng --port 104 --out recordings/monday

Let the modalities send to the port that it listens on; what comes goes on to --to unchanged. The
recording holds no attribute value and no UID of a study, series or instance.
More: dicomrun help recording`;

export const define: DefineCommand = (command, { terminal, exit }) => {
  command
    .option('--listen <port>', 'port to listen on (0: any free one), or address:port')
    .option('--to <aet@host:port>', 'where everything goes')
    .requiredOption('--out <folder>', 'folder of the recording, a new one')
    .option('--for <duration>', 'end after this (default: at Ctrl-C)')
    .option('--pcap <file>', 'read a capture instead (needs tshark), with --port')
    .option('--port <n>', 'with --pcap: the port that the acceptor listened on')
    .option('--keep-data <folder>', "write the instances there too: these are patients' data")
    .option('--tls', 'end TLS here, read what is in it, begin TLS anew towards --to')
    .option('--tls-cert <file>', 'certificate to show, PEM')
    .option('--tls-key <file>', 'its private key, PEM')
    .option('--tls-ca <file>', 'take only requestors with a certificate signed by this, PEM')
    .option('--to-tls-ca <file>', 'the certificate of --to must be signed by this, PEM')
    .option('--to-tls-name <host>', 'the name in the certificate of --to (default: its host)')
    .option('-q, --quiet', 'no status lines')
    .addHelpText('after', EXAMPLES)
    .action(async (flags: RecordFlags) => {
      const isWhole = await recorded(terminal, flags);
      exit(isWhole ? ExitCode.OK : ExitCode.OUTPUT_LOST);
    });
};

async function recorded(terminal: Terminal, flags: RecordFlags): Promise<boolean> {
  const { captureRequest, recordRequest } = await import('./request.ts');
  if (flags.pcap !== undefined || flags.port !== undefined) {
    const { importCapture } = await import('./import.ts');
    return importCapture(terminal, captureRequest(flags, terminal.cwd));
  }
  const { record } = await import('./record.ts');
  return record(terminal, recordRequest(flags, terminal.cwd));
}
