import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { Slabs } from '../stations/slabs.ts';
import { Pieces } from '../stations/piece-bag.ts';
import { Body } from './body.ts';
import { ForwardQueue } from './queue.ts';
import type { QueueItem } from './queue.ts';

function item(name: string, due = 0): QueueItem {
  return {
    ...{ sopClass: '1', sopInstance: name, transferSyntax: '1', parts: [], tail: null, bytes: 10 },
    body: new Body(new Pieces(new Slabs(), [], []), null),
    ...{ route: 'R', study: 'S', due, attempts: 0 },
  };
}

const options = { retries: 2, backoffMs: 100, factor: 2 };

describe('ForwardQueue', () => {
  it('keeps the order of arrival', () => {
    const queue = new ForwardQueue(options);
    for (const name of ['a', 'b', 'c']) queue.push(item(name), 0);
    expect([1, 2, 3].map(() => queue.take(0)?.sopInstance)).toEqual(['a', 'b', 'c']);
    expect(queue.take(0)).toBeNull();
  });

  it('holds back what is not due, in order of time', () => {
    const queue = new ForwardQueue(options);
    queue.push(item('late', 50), 0);
    queue.push(item('soon', 10), 0);
    expect(queue.take(0)).toBeNull();
    expect(queue.nextDue(0)).toBe(10);
    expect(queue.take(60)?.sopInstance).toBe('soon');
    expect(queue.take(60)?.sopInstance).toBe('late');
  });

  it('retries with back-off, then gives up with the reason', () => {
    const queue = new ForwardQueue(options);
    queue.push(item('x'), 0);
    const first = queue.take(0);
    if (first === null) throw new Error('empty');
    expect(queue.failed(first, 'refused', 0)).toBe(true);
    expect(queue.nextDue(0)).toBe(100);
    expect(queue.take(99)).toBeNull();
    expect(queue.take(100)).toBe(first);
    expect(queue.failed(first, 'refused', 100)).toBe(true);
    expect(queue.nextDue(100)).toBe(300);
    expect(queue.take(300)).toBe(first);
    expect(queue.failed(first, 'refused again', 300)).toBe(false);
    expect(queue.dead).toMatchObject([{ item: { sopInstance: 'x' }, why: 'refused again' }]);
    expect([queue.length, queue.bytes, queue.deadCount, queue.retried]).toEqual([0, 0, 1, 2]);
  });

  it('tells who has waited for its turn since when', () => {
    const queue = new ForwardQueue(options);
    expect([queue.oldestDue(), queue.takeOlder(0, 1e9)]).toEqual([Infinity, null]);
    queue.push(item('a'), 0);
    queue.push(item('b', 50), 0);
    expect(queue.takeOlder(100, 99)).toBeNull();
    expect(queue.takeOlder(100, 100)?.sopInstance).toBe('a');
    expect(queue.oldestDue()).toBe(50);
    expect(queue.takeOlder(100, 149)).toBeNull();
    expect(queue.takeOlder(100, 150)?.sopInstance).toBe('b');
  });

  it('counts bytes until an item is done, and takes back what could not be tried', () => {
    const queue = new ForwardQueue(options);
    for (let n = 0; n < 3000; n++) queue.push(item(String(n)), 0);
    for (let n = 0; n < 2500; n++) {
      const taken = queue.take(0);
      if (taken !== null) queue.delivered(taken);
    }
    expect([queue.length, queue.bytes]).toEqual([500, 5000]);
    const next = queue.take(0);
    if (next !== null) queue.putBack(next);
    expect(queue.take(0)?.sopInstance).toBe('2500');
  });

  it('holds nothing of what was delivered', async () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const queue = new ForwardQueue(options);
    const images: WeakRef<Buffer>[] = [];
    for (let n = 0; n < 500; n++) {
      const image = Buffer.alloc(10);
      images.push(new WeakRef(image));
      queue.push({ ...item(`${n}`), parts: [image] }, 0);
    }
    for (let n = 0; n < 500; n++) {
      const taken = queue.take(0);
      if (taken !== null) queue.delivered(taken);
    }
    // What a WeakRef was made of or asked for lives until the turn ends.
    await new Promise(setImmediate);
    collect();
    expect(images.filter((image) => image.deref() !== undefined).length).toBeLessThanOrEqual(1);
    expect(queue.bytes).toBe(0);
  });
});
