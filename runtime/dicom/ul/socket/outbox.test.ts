import { once } from 'node:events';
import { expect, it } from 'vitest';
import { securePair } from '../../../tests/fixtures/secure-pair.ts';
import type { Pending } from '../../dimse/pending.ts';
import type { Outgoing } from '../outgoing.ts';
import { Outbox } from './outbox.ts';
import { TLS_SLICES } from './transmission.ts';

const PENDING = { messageId: 0, commandField: 0, contextId: 0, sendStart: 0, sendEnd: 0 };

/** PDUs of 16 KiB, all in one buffer. */
function message(pdus: number, fill: number, told: string[]): Outgoing {
  const head = Buffer.alloc(pdus * 16_384, fill);
  for (let at = 0; at < head.length; at += 16_384) {
    head.writeUInt8(4, at);
    head.writeUInt32BE(16_378, at + 2);
  }
  const written = (taken: boolean): void => void told.push(`${fill} written ${taken}`);
  const commandField = 1;
  return { head, messageIdOffset: 0, commandField, body: null, bytes: head.length, written };
}

it('over TLS encrypts a little of a large message at a time, and keeps the order', async () => {
  const [near, far] = await securePair();
  const told: string[] = [];
  const drained = new Promise<void>((resolve) => {
    const outbox = new Outbox(near, {
      mayRequest: () => true,
      onStart: () => undefined,
      onDrained: () => void (outbox.bytes > 0 && resolve()),
      onFault: () => undefined,
      onSourceError: () => undefined,
    });
    const calls = {
      onReply: () => undefined,
      onFailure: () => undefined,
      firstByte: 0,
      lastByte: 0,
    };
    const first: Pending = { ...PENDING, ...calls };
    const [large, small] = [message(40, 1, told), message(1, 2, told)];
    expect([outbox.isWhole(large), outbox.isWhole(small)]).toEqual([false, true]);
    outbox.enqueue(large, first, undefined);
    outbox.enqueue(small, { ...PENDING, ...calls }, undefined);
    expect(first.sendStart).toBeGreaterThan(0);
    expect(near.writableLength).toBe(TLS_SLICES.bytes);
    expect(told).toEqual([]);
  });
  const pieces: Buffer[] = [];
  far.on('data', (piece: Buffer) => pieces.push(piece));
  await drained;
  near.end();
  await once(far, 'end');
  const expected = [message(40, 1, []), message(1, 2, [])].map(({ head }) => head);
  expect(Buffer.concat(pieces).equals(Buffer.concat(expected))).toBe(true);
  expect(told).toEqual(['1 written true', '2 written false']);
});
