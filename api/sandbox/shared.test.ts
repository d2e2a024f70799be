import { expect, it } from 'vitest';
import { count, takeTally } from './shared.ts';

it('checks of other VUs are counted, whatever a script made of arrays', () => {
  const own = Object.getOwnPropertyDescriptors(Array.prototype);
  const { [Symbol.iterator]: iterator, push } = own;
  try {
    Object.assign(Array.prototype, {
      push: () => 0,
      [Symbol.iterator]: () => ({ next: () => ({ done: true }) }),
    });
    count(0, true);
    count(1, false);
    count(0, true);
    const text = takeTally();
    Object.defineProperties(Array.prototype, { push, [Symbol.iterator]: iterator });
    expect(text).toBe('0,2,0;1,0,1;');
    expect(takeTally()).toBe('');
  } finally {
    Object.defineProperties(Array.prototype, { push, [Symbol.iterator]: iterator });
  }
});
