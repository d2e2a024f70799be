// dicomrun echo: is the peer there, and how fast does it answer?
import { peerText } from '../../dicom/failure-text.ts';
import type { DefineCommand } from '../command.ts';
import { readCount, readDurationMs } from '../flag-values.ts';
import { addPeerFlags, choosePeer, limitsOf } from '../wire/peer-flags.ts';

interface EchoFlags {
  readonly count: string;
  readonly timeout: string;
  readonly json?: boolean;
}

export const define: DefineCommand = (command, { terminal, exit }) => {
  command
    .argument('[host]', 'dcmtk style: host')
    .argument('[port]', 'dcmtk style: port')
    .option('-n, --count <n>', 'how often', '1')
    .option('--json', 'as JSON');
  addPeerFlags(command);
  command.action(async (host: string | undefined, port: string | undefined, flags: EchoFlags) => {
    const { peer } = await choosePeer(command, terminal, { host, port });
    const count = readCount('--count', flags.count, 1);
    const { echo, ECHO_CONTEXT, open, release } = await import('../wire/client.ts');
    const timeouts = limitsOf(readDurationMs('--timeout', flags.timeout));
    const association = await open(peer, { contexts: [ECHO_CONTEXT], timeouts });
    const times: number[] = [];
    let failed = 0;
    for (let i = 0; i < count; i++) {
      const { status, durationMs } = await echo(association, peer);
      times.push(durationMs);
      if (status !== 0) failed += 1;
    }
    await release(association);
    const name = peerText(peer);
    if (flags.json === true) {
      terminal.out(`${JSON.stringify({ peer: name, ok: failed === 0, ms: times })}\n`);
    } else {
      terminal.out(
        `${name} ${failed === 0 ? 'answers' : 'answers with an error'}: ${timesText(times)}\n`,
      );
    }
    exit(failed > 0 ? 99 : 0);
  });
};

function timesText(times: readonly number[]): string {
  return times.map((ms) => `${ms.toFixed(2)} ms`).join(', ');
}
