import { setImmediate as turn } from 'node:timers/promises';
import { beforeEach, describe, expect, it } from 'vitest';
import { TurnWrites, type TurnWriter } from './turn-writes.ts';

describe('writes of one turn of the loop', () => {
  let done: string[];
  let writes: TurnWrites;
  const writer = (name: string): TurnWriter => ({ writeNow: () => void done.push(name) });
  beforeEach(() => {
    done = [];
    writes = new TurnWrites();
  });

  it('are done at once while one asks at a time', () => {
    const one = writer('one');
    writes.add(one, 1);
    writes.add(one, 1.05);
    writes.add(writer('other'), 2);
    expect(done).toEqual(['one', 'one', 'other']);
  });

  it('are done together once it ends, in their order', async () => {
    writes.add(writer('first'), 1);
    writes.add(writer('second'), 1.01);
    await Promise.resolve();
    writes.add(writer('third'), 1.5);
    expect(done).toEqual(['first']);
    await turn();
    expect(done).toEqual(['first', 'second', 'third']);
  });

  it('leave what is asked for meanwhile to the next turn', async () => {
    writes.add(writer('first'), 1);
    const more = { writeNow: () => writes.add(writer('later'), 2) };
    writes.add(more, 1.01);
    await turn();
    expect(done).toEqual(['first']);
    await turn();
    expect(done).toEqual(['first', 'later']);
  });

  it('are done at once again after some turns with one each', async () => {
    writes.add(writer('first'), 1);
    writes.add(writer('second'), 1.01);
    await turn();
    for (let i = 0; i < 17; i++) {
      writes.add(writer('alone'), 2 + i);
      await turn();
    }
    writes.add(writer('at once'), 100);
    expect(done.at(-1)).toBe('at once');
  });
});
