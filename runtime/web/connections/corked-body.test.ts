// What a body hands to its socket, in how many writes, and that it never waits for itself.
import type { Socket } from 'node:net';
import { Writable } from 'node:stream';
import { expect, it } from 'vitest';
import { CorkedBody } from './corked-body.ts';

const KB = 1024;

/** Sizes of what a socket is given in one write, for pieces of these sizes in kB. */
function writes(kB: readonly number[], roomKb = 1216): readonly (readonly number[])[] {
  const seen: number[][] = [];
  const socket = new Writable({
    highWaterMark: roomKb * KB,
    write: (chunk: Buffer, _, done) => {
      seen.push([chunk.length / KB]);
      done();
    },
    writev: (chunks, done) => {
      seen.push(chunks.map(({ chunk }) => (chunk as Buffer).length / KB));
      done();
    },
  });
  const body = new CorkedBody(kB.map((size) => Buffer.alloc(size * KB)));
  body.onSocket(socket as unknown as Socket);
  for (const piece of body) {
    socket.write(piece);
    // Else the client waits for it to drain, which it does not while it is corked.
    expect(socket.writableCorked === 0 || !socket.writableNeedDrain).toBe(true);
  }
  expect(socket.writableCorked).toBe(0);
  expect(seen.flat()).toEqual(kB);
  return seen;
}

it('is one write, where the socket has room for it', () => {
  expect(writes([1, 512, 1])).toEqual([[1, 512, 1]]);
  expect(writes([])).toEqual([]);
});

it('is as few as there is room for: a large piece goes out alone, and the rest goes on', () => {
  expect(writes([1, 512, 1, 512, 1, 512, 1])).toEqual([[1, 512, 1, 512, 1], [512], [1]]);
  expect(writes([1, 4096, 1, 2048, 1])).toEqual([[1], [4096], [1], [2048], [1]]);
});

it('is a write a piece on a socket of small room, and without one', () => {
  expect(writes([1, 512, 1], 16)).toEqual([[1], [512], [1]]);
  expect([...new CorkedBody([Buffer.from('a'), Buffer.from('b')])].map(String)).toEqual(['a', 'b']);
});

it('leaves a socket as it was when it is given up half way', () => {
  const socket = new Writable({ highWaterMark: 1216 * KB, write: (_, __, done) => done() });
  const body = new CorkedBody([Buffer.alloc(1), Buffer.alloc(1)]);
  body.onSocket(socket as unknown as Socket);
  for (const _ of body) break;
  expect(socket.writableCorked).toBe(0);
});
