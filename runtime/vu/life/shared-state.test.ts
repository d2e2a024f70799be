import { describe, expect, it } from 'vitest';
import { fitting } from './shared-state.ts';

describe('an item for the queue of all agents', () => {
  const push = (item: string) => ({ op: 'push', queue: 'orders', item }) as const;

  it('goes as it is where a message holds it', () => {
    for (const item of ['1', JSON.stringify('x'.repeat(4_000_000))]) {
      expect(fitting(push(item))).toEqual(push(item));
    }
  });

  it.each([
    ['long', 'x'.repeat(4_200_000)],
    ['long once its quotes are escaped', '"'.repeat(1_100_000)],
    ['long in UTF-8', '\u6f22'.repeat(1_400_000)],
  ])('that is too %s is an error of who pushes it', (_, text) => {
    expect(() => fitting(push(JSON.stringify(text)))).toThrow(
      /queue "orders": an item of [\d.]+ MB; agents pass on at most 4 MiB/,
    );
  });
});
