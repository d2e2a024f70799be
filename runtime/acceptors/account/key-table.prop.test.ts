import fc from 'fast-check';
import { expect, it } from 'vitest';
import { KeyTable } from './key-table.ts';

it('finds what was added and not removed, as a Map would', () => {
  const keys = fc.tuple(
    fc.constantFrom(-1, 0, 1, 10_000_000_003, 10_000_000_004, 2 ** 52),
    fc.integer({ min: 0, max: 40 }).map((n) => n * 2 ** 20 + 1),
  );
  const step = fc.record({ key: keys, add: fc.boolean() });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 1500 }), (steps) => {
      const table = new KeyTable();
      const model = new Map<string, number>();
      for (const {
        key: [a, b],
        add,
      } of steps) {
        const name = `${a}/${b}`;
        if (add && !model.has(name)) model.set(name, table.add(a, b));
        else if (!add && model.has(name)) {
          table.remove(table.find(a, b));
          model.delete(name);
        }
      }
      expect(table.size).toBe(model.size);
      expect(new Set(model.values()).size).toBe(model.size);
      for (const [name, slot] of model) {
        const [a, b] = name.split('/').map(Number);
        expect(table.find(a ?? 0, b ?? 0)).toBe(slot);
      }
    }),
    { numRuns: 50 },
  );
});
