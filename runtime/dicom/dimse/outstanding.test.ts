import { describe, expect, it } from 'vitest';
import { Outstanding } from './outstanding.ts';
import type { Pending } from './pending.ts';

const pending = (): Pending => ({
  messageId: 0,
  commandField: 0,
  contextId: 0,
  sendStart: 0,
  sendEnd: 0,
  firstByte: 0,
  lastByte: 0,
  onReply: () => undefined,
  onFailure: () => undefined,
});

describe('outstanding requests', () => {
  it('wrap message IDs at 65,535 and never give a busy one twice', () => {
    const outstanding = new Outstanding();
    const slow = pending();
    const other = pending();
    expect([outstanding.add(slow), outstanding.add(other)]).toEqual([1, 2]);
    outstanding.remove(other);
    const seen: number[] = [];
    for (let i = 0; i < 65_540; i++) {
      const one = pending();
      seen.push(outstanding.add(one));
      outstanding.remove(one);
    }
    expect(seen[0]).toBe(3);
    expect(seen[65_532]).toBe(65_535);
    // 1 is still waiting: after the wrap comes 2.
    expect(seen[65_533]).toBe(2);
    expect(outstanding.get(1)).toBe(slow);
    expect(outstanding.count).toBe(1);
  });

  it('keep many at a time apart', () => {
    const outstanding = new Outstanding();
    const all = Array.from({ length: 50 }, pending);
    for (const one of all) outstanding.add(one);
    for (const one of all) expect(outstanding.get(one.messageId)).toBe(one);
    for (const one of all.slice(0, 49).reverse()) outstanding.remove(one);
    expect(outstanding.list()).toEqual([all[49]]);
    outstanding.remove(all[0] ?? pending());
    expect(outstanding.drain()).toEqual([all[49]]);
    expect([outstanding.count, outstanding.get(50)]).toEqual([0, null]);
  });
});
