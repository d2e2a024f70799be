// dicomrun echo: is the peer there, and how fast does it answer?
import { peerText } from '../../../dicom/failure-text.ts';
import type { DefineCommand } from '../../command.ts';
import type { PeerAddress } from '../../wire/client.ts';
import { readCount, readDurationMs } from '../../flags/flag-values.ts';
import {
  addPeerFlags,
  addStackFlag,
  choosePeer,
  isSecond,
  limitsOf,
} from '../../wire/peer-flags.ts';

interface EchoFlags {
  readonly count: string;
  readonly timeout: string;
  readonly json?: boolean;
  readonly stack?: string;
}

export const define: DefineCommand = (command, { terminal, exit }) => {
  command
    .argument('[host]', 'dcmtk style: host')
    .argument('[port]', 'dcmtk style: port')
    .option('-n, --count <n>', 'how often', '1')
    .option('--json', 'as JSON');
  addStackFlag(addPeerFlags(command));
  command.action(async (host: string | undefined, port: string | undefined, flags: EchoFlags) => {
    const { peer } = await choosePeer(command, terminal, { host, port });
    const count = readCount('--count', flags.count, 1);
    const timeoutMs = readDurationMs('--timeout', flags.timeout);
    const ask = isSecond(flags) ? echoesSecond : echoes;
    const { times, failed } = await ask(peer, count, timeoutMs);
    const name = `${peerText(peer)}${isSecond(flags) ? ` (asked by ${flags.stack})` : ''}`;
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

interface Echoes {
  /** Ms each. */
  readonly times: readonly number[];
  readonly failed: number;
}

async function echoes(peer: PeerAddress, count: number, timeoutMs: number): Promise<Echoes> {
  const { echo, ECHO_CONTEXT, open, release } = await import('../../wire/client.ts');
  const timeouts = limitsOf(timeoutMs);
  const association = await open(peer, { contexts: [ECHO_CONTEXT], timeouts });
  const times: number[] = [];
  let failed = 0;
  for (let i = 0; i < count; i++) {
    const { status, durationMs } = await echo(association, peer);
    times.push(durationMs);
    if (status !== 0) failed += 1;
  }
  await release(association);
  return { times, failed };
}

/** An association each: its time is in it. */
async function echoesSecond(peer: PeerAddress, count: number, timeoutMs: number): Promise<Echoes> {
  const { askSecond } = await import('../../wire/second.ts');
  const times: number[] = [];
  let failed = 0;
  for (let i = 0; i < count; i++) {
    const { final, ms } = await askSecond(peer, { kind: 'echo' }, timeoutMs);
    times.push(ms);
    if (final.status !== 0) failed += 1;
  }
  return { times, failed };
}

function timesText(times: readonly number[]): string {
  return times.map((ms) => `${ms.toFixed(2)} ms`).join(', ');
}
