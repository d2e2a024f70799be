// The forwarder of a recording by itself: whatever comes, however it ends, comes out the same way.
import { readdirSync, readFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { once } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import { Forwarder } from '../recording/forward/forwarder.ts';
import type { RecordedAssociation } from '../recording/format.ts';
import { anyPortFree, HOST } from './peers/process.ts';

const CORPUS = new URL('./corpus/', import.meta.url);

function corpus(kind: string): Buffer[] {
  return readdirSync(CORPUS)
    .filter((name) => name.startsWith(kind))
    .map((name) => readFileSync(new URL(name, CORPUS), 'utf8'))
    .map((text) => Buffer.from(text.replace(/^#.*$/gm, '').replace(/\s+/g, ''), 'hex'));
}

/** The same stream with bytes changed, cut out and doubled; the same every time. */
function damaged(bytes: Buffer, seed: number): Buffer {
  let state = seed;
  const next = (below: number): number => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return state % below;
  };
  const copy = Buffer.from(bytes);
  for (let i = 0; i < 8; i++) copy[next(copy.length)] = next(256);
  const at = next(copy.length);
  return next(2) === 0
    ? Buffer.concat([copy.subarray(0, at), copy.subarray(at + next(40))])
    : Buffer.concat([copy.subarray(0, at), copy.subarray(Math.max(0, at - 30))]);
}

interface Stage {
  readonly forwarder: Forwarder;
  readonly lines: RecordedAssociation[];
  readonly unreachable: string[];
  /** A connection through the forwarder: its requestor and its acceptor. */
  pair(): Promise<readonly [Socket, Socket]>;
}

const toClose: (() => void)[] = [];
afterEach(() => {
  for (const close of toClose.splice(0)) close();
});

async function stage(): Promise<Stage> {
  const server: Server = createServer({ allowHalfOpen: true });
  server.listen(0, HOST);
  await once(server, 'listening');
  const lines: RecordedAssociation[] = [];
  const unreachable: string[] = [];
  const forwarder = await Forwarder.open({
    listen: { host: HOST, port: 0 },
    to: { host: HOST, port: (server.address() as AddressInfo).port },
    startedAt: performance.now(),
    onAssociation: (line) => lines.push(line),
    onUnreachable: (why) => unreachable.push(why),
  });
  toClose.push(() => {
    forwarder.cut();
    void forwarder.drain();
    server.close();
  });
  const pair = async (): Promise<readonly [Socket, Socket]> => {
    const accepted = once(server, 'connection') as Promise<[Socket]>;
    const requestor = connect({ host: HOST, port: forwarder.port, allowHalfOpen: true });
    const [acceptor] = await accepted;
    for (const socket of [requestor, acceptor]) {
      toClose.push(() => socket.destroy());
      socket.on('error', () => undefined);
    }
    return [requestor, acceptor];
  };
  return { forwarder, lines, unreachable, pair };
}

async function all(socket: Socket): Promise<Buffer> {
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  await once(socket, 'end');
  return Buffer.concat(chunks);
}

describe('the forwarder', () => {
  it('passes every stream of the corpus unchanged in both directions, whole or damaged', async () => {
    const { forwarder, lines, pair } = await stage();
    const requests = corpus('requests');
    const answers = corpus('responses');
    let sent = 0;
    for (let i = 0; i < 200; i++) {
      const plain = requests[i % requests.length] ?? Buffer.alloc(0);
      const answer = answers[i % answers.length] ?? Buffer.alloc(0);
      const there = i < requests.length ? plain : damaged(plain, i);
      const back = i < requests.length ? answer : damaged(answer, i);
      const [requestor, acceptor] = await pair();
      const arrived = all(acceptor);
      const returned = all(requestor);
      requestor.end(there);
      acceptor.end(back);
      expect((await arrived).equals(there)).toBe(true);
      expect((await returned).equals(back)).toBe(true);
      sent += there.length;
    }
    await forwarder.drain();
    expect(lines).toHaveLength(200);
    expect(lines.reduce((sum, { bytes }) => sum + bytes[0], 0)).toBe(sent);
  });

  it('passes an end of one direction on, and lets the other one go on', async () => {
    const { forwarder, lines, pair } = await stage();
    const [requestor, acceptor] = await pair();
    requestor.end('the last word');
    expect((await all(acceptor)).toString()).toBe('the last word');
    const answer = all(requestor);
    acceptor.write('and ');
    acceptor.end('an answer');
    expect((await answer).toString()).toBe('and an answer');
    await forwarder.drain();
    expect(lines).toMatchObject([{ end: 'closed', endedBy: 'requestor', bytes: [13, 13] }]);
  });

  it.each(['requestor', 'acceptor'] as const)('passes a reset of the %s on', async (who) => {
    const { forwarder, lines, pair } = await stage();
    const [requestor, acceptor] = await pair();
    requestor.write('x');
    await once(acceptor, 'data');
    const [one, other] = who === 'requestor' ? [requestor, acceptor] : [acceptor, requestor];
    other.resume();
    const failed = new Promise<NodeJS.ErrnoException>((resolve) => other.once('error', resolve));
    one.resetAndDestroy();
    expect((await failed).code).toBe('ECONNRESET');
    await forwarder.drain();
    expect(lines).toMatchObject([{ end: 'reset', endedBy: who }]);
  });

  it('takes no more than is taken from it, in either direction, and nothing else goes on', async () => {
    const { pair } = await stage();
    // No two parts of it are alike: what is read too early into the same place is seen.
    const piece = Buffer.from(
      Uint32Array.from({ length: 1024 ** 2 / 4 }, (_, i) => i * 7919).buffer,
    );
    for (const turn of [0, 1]) {
      const ends = await pair();
      const [from, to] = turn === 0 ? ends : [ends[1], ends[0]];
      to.pause();
      let taken = 0;
      // Each write is taken, or the pipe is full: then nothing more is taken, however long one waits.
      const push = (): void => {
        if (taken < 64) from.write(piece, () => ((taken += 1), push()));
      };
      push();
      let before = -1;
      while (before !== taken) {
        before = taken;
        await new Promise((resolve) => setTimeout(resolve, 200));
      }
      expect(taken).toBeLessThan(40);
      let received = 0;
      let others = 0;
      to.on('data', (chunk: Buffer) => {
        for (let at = 0; at < chunk.length;) {
          const from = received % piece.length;
          const length = Math.min(chunk.length - at, piece.length - from);
          if (piece.compare(chunk, at, at + length, from, from + length) !== 0) others += 1;
          at += length;
          received += length;
        }
      });
      to.resume();
      await expect.poll(() => received, { timeout: 20_000 }).toBe(64 * piece.length);
      expect(others).toBe(0);
    }
  });

  it('shows a requestor that the acceptor is not there', async () => {
    const lines: RecordedAssociation[] = [];
    const why: string[] = [];
    const forwarder = await Forwarder.open({
      listen: { host: HOST, port: 0 },
      to: { host: HOST, port: await anyPortFree() },
      startedAt: performance.now(),
      onAssociation: (line) => lines.push(line),
      onUnreachable: (text) => why.push(text),
    });
    const requestor = connect({ host: HOST, port: forwarder.port });
    const failed = new Promise<NodeJS.ErrnoException>((resolve) =>
      requestor.once('error', resolve),
    );
    expect((await failed).code).toBe('ECONNRESET');
    await forwarder.drain();
    expect(lines).toMatchObject([{ end: 'unreachable', endedBy: 'acceptor' }]);
    expect(why).toEqual([expect.stringContaining('ECONNREFUSED')]);
  });

  it('carries 200 connections at once', async () => {
    const { forwarder, lines, pair } = await stage();
    const pairs: (readonly [Socket, Socket])[] = [];
    for (let i = 0; i < 200; i++) pairs.push(await pair());
    expect(forwarder.open).toBe(200);
    await Promise.all(
      pairs.map(async ([requestor, acceptor], i) => {
        const arrived = all(acceptor);
        requestor.resume();
        requestor.end(String(i));
        expect((await arrived).toString()).toBe(String(i));
        acceptor.end();
      }),
    );
    await forwarder.drain();
    expect(lines).toHaveLength(200);
  });
});
