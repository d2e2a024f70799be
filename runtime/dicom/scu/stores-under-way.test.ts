// Large stores, several under way on one association: what arrives is what was sent, though buffers
// are patched and used again while others wait for the socket.
import { afterEach, expect, it } from 'vitest';
import { prototypeOf, receiving, RUN, storeMany } from '../../tests/fixtures/receiving.ts';
import { Call, closeServers } from '../../tests/wire-fixture.ts';
import { StoreImages } from './store-image.ts';

afterEach(closeServers);

it.each([
  ['KB512', 40],
  ['MB10', 10],
])('of %s, each with an identity of its own', (spec, count) => storeMany(spec, count));

it('of parts in memory, without a copy of them', async () => {
  const prototype = prototypeOf('KB512');
  const { arrived, association, channel } = await receiving(8, prototype);
  const images = new StoreImages({ run: RUN });
  const lengths = [[200_001, 7, 300_000, 12], [70_000], [5_000_000, 4_000_000], [100, 20]];
  const all = lengths.map((parts, i) => parts.map((length) => Buffer.alloc(length, i + length)));
  const { sopClass } = prototype.share;
  const calls = all.map((parts) => {
    const message = images.frame(parts, { sopClass, sopInstance: '1.2.3' }, channel);
    expect(message.head.length).toBeLessThan(1000);
    const call = new Call();
    association.send(message, call);
    return call.done;
  });
  for (const { statuses } of await Promise.all(calls)) expect(statuses).toEqual([0]);
  const same = arrived.map((one, i) => one.equals(Buffer.concat(all[i] ?? [])));
  expect(same).toEqual(all.map(() => true));
  association.destroy();
});
