// Packets of a capture file, as tshark tells them: it knows every format, link layer and tunnel.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { CapturedPacket } from './captured-traffic.ts';

const FIELDS = [
  'frame.time_epoch',
  'tcp.stream',
  'tcp.dstport',
  'tcp.seq_raw',
  'tcp.flags',
  'tcp.len',
  'tcp.payload',
];
const MOST_WORDS = 500;

export interface CaptureUser {
  /** ms since 1970 of the first packet; called before it. */
  onStart(epochMs: number): void;
  onPacket(packet: CapturedPacket): void;
}

/**
 * Reads the packets to and from one port.
 *
 * @returns what tshark complained of at the end; empty when it was content
 * @throws what starting it says: `ENOENT` without tshark
 */
export async function readCapture(file: string, port: number, user: CaptureUser): Promise<string> {
  const filter = `tcp.port==${port} && !icmp && !icmpv6`;
  const fields = FIELDS.flatMap((field) => ['-e', field]);
  const how = ['-T', 'fields', '-E', 'separator=/t', '-E', 'occurrence=f', ...fields];
  const child = spawn('tshark', ['-n', '-r', file, '-Y', filter, ...how], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const closed = once(child, 'close') as Promise<[number | null]>;
  // Told below, after what it had to say.
  closed.catch(() => undefined);
  let words = '';
  child.stderr.on(
    'data',
    (chunk: Buffer) => (words = (words + chunk.toString()).slice(-MOST_WORDS)),
  );
  let startedAt: number | null = null;
  for await (const line of createInterface({ input: child.stdout, crlfDelay: Infinity })) {
    const [time = '', stream, to, seq, flags, length, payload = ''] = line.split('\t');
    const ms = Number(time) * 1000;
    if (startedAt === null) user.onStart((startedAt = ms));
    user.onPacket({
      stream: Number(stream),
      from: Number(to) === port ? 'requestor' : 'acceptor',
      at: ms - startedAt,
      seq: Number(seq),
      flags: Number(flags),
      length: Number(length),
      payload: Buffer.from(payload, 'hex'),
    });
  }
  const [code] = await closed;
  return code === 0 ? '' : (words.trim().split('\n').at(-1) ?? `exit code ${code}`);
}
