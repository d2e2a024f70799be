import { expect, it } from 'vitest';
import { HeaderBudget } from './header-budget.ts';

const header = { bytes: Buffer.alloc(1000), transferSyntax: '1.2.840.10008.1.2.1' };

it('takes the bytes of the oldest headers back beyond its limit, and says so once', () => {
  let losses = 0;
  const budget = new HeaderBudget(3_000_000, () => losses++);
  const kept = Array.from({ length: 10_000 }, () => budget.keep(header));
  expect(budget.bytes).toBeLessThan(3_000_000 + 2 * 1024 * 1000);
  expect(kept[0]?.bytes.length).toBe(0);
  expect(kept.at(-1)?.bytes.length).toBe(1000);
  expect(losses).toBe(1);
});

it('counts released headers as gone', () => {
  const budget = new HeaderBudget(3_000_000, () => expect.unreachable());
  for (let n = 0; n < 20_000; n++) budget.keep(header).release?.();
  expect(budget.bytes).toBe(0);
});
