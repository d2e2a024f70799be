import { afterEach, describe, expect, it } from 'vitest';
import type { QueueCall } from '../protocol.ts';
import { Queues } from './queues.ts';

const queues = new Queues();
afterEach(() => queues.close());

const push = (id: string, queue: string, item: string): QueueCall => {
  return { id, by: 0, op: 'push', queue, item };
};
const pop = (id: string, queue: string, timeoutMs = 0, by = 0): QueueCall => {
  return { id, by, op: 'pop', queue, timeoutMs };
};

describe('queues of all agents', () => {
  it('give items in order, each once, and null where there is none', async () => {
    await queues.take(push('1', 'a', 'x'));
    await queues.take(push('2', 'a', 'y'));
    expect(await queues.take(pop('3', 'b'))).toEqual({ item: null });
    expect(await queues.take(pop('4', 'a'))).toEqual({ item: 'x' });
    expect(await queues.take(pop('5', 'a'))).toEqual({ item: 'y' });
    expect(await queues.take(pop('6', 'a'))).toEqual({ item: null });
  });

  it('answer a call that comes again alike, and do it once', async () => {
    await queues.take(push('10', 'c', 'x'));
    await queues.take(push('10', 'c', 'x'));
    expect(await queues.take(pop('11', 'c'))).toEqual({ item: 'x' });
    expect(await queues.take(pop('11', 'c'))).toEqual({ item: 'x' });
    expect(await queues.take(pop('12', 'c'))).toEqual({ item: null });
  });

  it('let who waits have what comes, in turn; not who is gone, nor who waited long enough', async () => {
    const first = queues.take(pop('20', 'd', 10_000, 7));
    const second = queues.take(pop('21', 'd', 10_000, 8));
    expect(await queues.take(pop('22', 'd', 1, 8))).toEqual({ item: null });
    queues.forget(7);
    await queues.take(push('23', 'd', 'x'));
    expect(await second).toEqual({ item: 'x' });
    const isOpen = await Promise.race([first, Promise.resolve('open')]);
    expect(isOpen).toBe('open');
  });
});
