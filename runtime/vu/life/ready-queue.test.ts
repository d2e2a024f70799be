import { describe, expect, it } from 'vitest';
import type { TagContext } from '../observe/tags.ts';
import { VuSlot } from '../vu-slot.ts';
import { ReadyQueue } from './ready-queue.ts';

const vuOf = (slot: number): VuSlot => new VuSlot(slot, slot + 1, {} as TagContext);
const vusOf = (count: number): VuSlot[] => Array.from({ length: count }, (_, slot) => vuOf(slot));
const jobs = async (): Promise<void> => void (await new Promise(process.nextTick));
const turn = (): Promise<void> => new Promise(setImmediate);

/** A queue, and the slots of those whose iterations it began. */
function queued(each: (vu: VuSlot, queue: ReadyQueue) => void = () => undefined) {
  const begun: number[] = [];
  const queue = new ReadyQueue((vu) => {
    begun.push(vu.slot);
    each(vu, queue);
  });
  return { begun, queue };
}

async function all(begun: readonly number[], count: number): Promise<void> {
  while (begun.length < count) await turn();
}

describe('the next iteration of a VU that has ended one', () => {
  it('is begun in the same turn of the loop, and of a promise job', async () => {
    const { begun, queue } = queued();
    for (const vu of vusOf(3)) queue.again(vu);
    expect(begun).toEqual([]);
    await jobs();
    expect(begun).toEqual([0, 1, 2]);
  });

  it('waits for the next turn where it had one in this', async () => {
    let left = 20;
    const { begun, queue } = queued((vu, own) => {
      if (--left > 0) own.again(vu);
    });
    queue.again(vuOf(0));
    for (let i = 0; i < 5; i++) await jobs();
    expect(begun).toEqual([0]);
    await all(begun, 20);
  });

  it('is begun at once for a few of many', async () => {
    const { begun, queue } = queued();
    for (const vu of vusOf(100)) queue.again(vu);
    await jobs();
    expect(begun).toHaveLength(16);
    await all(begun, 100);
    expect([...begun].sort((a, b) => a - b)).toEqual(vusOf(100).map(({ slot }) => slot));
  });

  it('waits behind those that wait', async () => {
    const { begun, queue } = queued();
    const [first, second] = vusOf(2) as [VuSlot, VuSlot];
    queue.push(first);
    queue.again(second);
    await all(begun, 2);
    expect(begun).toEqual([0, 1]);
  });

  it('leaves sockets their turn where iterations take long', async () => {
    const { begun, queue } = queued((vu, own) => {
      const end = performance.now() + 5;
      while (performance.now() < end);
      if (vu.slot === 0) own.again(vuOf(1));
    });
    queue.again(vuOf(0));
    await jobs();
    expect(begun).toEqual([0]);
    await all(begun, 2);
  });

  it('is not lost with the promise jobs of a script that was cut off', async () => {
    const { begun, queue } = queued();
    for (const vu of vusOf(2)) queue.again(vu);
    queue.rearm();
    await all(begun, 2);
    await turn();
    expect(begun).toEqual([0, 1]);
  });
});
