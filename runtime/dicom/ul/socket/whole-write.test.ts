import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { securePair } from '../../../tests/fixtures/secure-pair.ts';
import { writeEncrypted, writeWhole } from './whole-write.ts';

const open: (Server | Socket)[] = [];
afterEach(() => {
  for (const one of open.splice(0)) {
    if ('close' in one) one.close();
    else one.destroy();
  }
});

const ignore = (): void => {
  // Not of interest here.
};

/** A pair of connected sockets; the far one reads nothing yet. */
async function pair(): Promise<readonly [near: Socket, far: Socket]> {
  const server = createServer({ pauseOnConnect: true });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const near = connect((server.address() as AddressInfo).port, '127.0.0.1');
  const [far] = (await once(server, 'connection')) as [Socket];
  if (near.connecting) await once(near, 'connect');
  open.push(server, near, far);
  // Of the first write of a thread Node's class of requests is learnt.
  writeWhole(near, Buffer.from('first'), ignore);
  return [near, far];
}

/** Messages of their own number until the kernel takes no more; what was written in all. */
function fill(socket: Socket, flushed: () => void): Buffer {
  const all = [Buffer.from('first')];
  for (let i = 0; i < 10_000; i++) {
    const message = Buffer.alloc(50_000, i);
    all.push(message);
    if (!writeWhole(socket, message, flushed)) break;
  }
  return Buffer.concat(all);
}

async function readAll(socket: Socket): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of socket) pieces.push(piece as Buffer);
  return Buffer.concat(pieces);
}

it('over TLS leaves the bytes free once it is written, unless it waits for another', async () => {
  const [near, far] = await securePair();
  const message = Buffer.alloc(700_000, 1);
  let flushed = 0;
  expect(writeEncrypted(near, message, () => flushed++)).toBe(true);
  message.fill(2);
  expect(near.writableLength).toBe(700_000);
  expect(writeEncrypted(near, message, () => flushed++)).toBe(false);
  near.end();
  const read = await readAll(far);
  expect(read.equals(Buffer.concat([Buffer.alloc(700_000, 1), message]))).toBe(true);
  expect(flushed).toBe(2);
});

describe('a whole message in one write', () => {
  const past = Number.parseInt(process.versions.node, 10) <= 22;
  it.runIf(past)('does not pass through the stream while the kernel takes all of it', async () => {
    const [near] = await pair();
    let calls = 0;
    near.write = () => {
      calls++;
      return true;
    };
    expect(writeWhole(near, Buffer.alloc(5000), ignore)).toBe(true);
    expect([calls, near.writableLength]).toEqual([0, 0]);
  });

  it('is the stream’s once the kernel has taken a part: order, counts and end are kept', async () => {
    const [near, far] = await pair();
    let flushed = 0;
    const most = fill(near, () => flushed++);
    expect(near.writableLength).toBe(50_000);
    // Behind one that is under way: queued by the stream, and whole.
    expect(writeWhole(near, Buffer.alloc(70_000, 1), () => flushed++)).toBe(false);
    expect(near.writableLength).toBe(120_000);
    expect(flushed).toBe(0);
    near.end('last');
    const read = await readAll(far);
    const rest = [Buffer.alloc(70_000, 1), Buffer.from('last')];
    expect(read.equals(Buffer.concat([most, ...rest]))).toBe(true);
    expect([flushed, near.writableLength]).toEqual([2, 0]);
  });

  it('goes past the stream again once all has left', async () => {
    const [near, far] = await pair();
    const sent = await new Promise<Buffer>((resolve) => {
      const most = fill(near, () => resolve(most));
      far.resume();
    });
    expect(sent.length).toBeGreaterThan(50_000);
    expect(near.writableLength).toBe(0);
    expect(writeWhole(near, Buffer.alloc(5000), ignore)).toBe(true);
  });

  it('fails as any write does: on a reset, and where the socket is destroyed meanwhile', async () => {
    const [near, far] = await pair();
    fill(near, ignore);
    far.resetAndDestroy();
    const [error] = (await once(near, 'error')) as [NodeJS.ErrnoException];
    expect(error.code).toMatch(/^(ECONNRESET|EPIPE)$/);
    const [other] = await pair();
    fill(other, ignore);
    other.destroy();
    await once(other, 'close');
  });
});
