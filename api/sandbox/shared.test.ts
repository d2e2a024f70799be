import { expect, it } from 'vitest';
import { count, takeTally } from './shared.ts';

it('checks of other VUs are counted, whatever a script made of arrays', () => {
  const push = Object.getOwnPropertyDescriptor(Array.prototype, 'push') ?? {};
  const walk = Object.getOwnPropertyDescriptor(Array.prototype, Symbol.iterator) ?? {};
  let texts = '';
  Object.defineProperty(Array.prototype, 'push', { ...push, value: () => 0 });
  Object.defineProperty(Array.prototype, Symbol.iterator, {
    ...walk,
    value: () => ({ next: () => ({ done: true }) }),
  });
  try {
    count(0, true);
    count(1, false);
    count(0, true);
    texts = takeTally();
  } finally {
    Object.defineProperty(Array.prototype, 'push', push);
    Object.defineProperty(Array.prototype, Symbol.iterator, walk);
  }
  expect(texts).toBe('0,2,0;1,0,1;');
  expect(takeTally()).toBe('');
});
