import { describe, expect, it } from 'vitest';
import { BudgetedPattern } from './budgeted-pattern.ts';

const HOSTILE = `${'a'.repeat(64)}!`;

describe('a pattern with a budget', () => {
  it('finds what is there, each time from the beginning', () => {
    const pattern = new BudgetedPattern('es', 'gi');
    for (let n = 0; n < 3; n++) expect(pattern.test('xES')).toBe(true);
    expect(pattern.test('CT')).toBe(false);
    expect(String(pattern)).toBe('/es/i');
  });

  it('that backtracks without end is given up, and never tried again', () => {
    const pattern = new BudgetedPattern('^(a+)+$');
    expect(pattern.test(HOSTILE)).toBeNull();
    // In another question of the same script, and of any other text.
    const again = new BudgetedPattern('^(a+)+$');
    expect(again.test('aaa')).toBeNull();
    expect(again.surrender).toContain('/^(a+)+$/');
    expect(new BudgetedPattern('^a+!$').test(HOSTILE)).toBe(true);
  });

  it('that is slow at every value is given up before it has cost much', () => {
    // So many letters take some 20 ms on this machine.
    let letters = 14;
    for (let ms = 0; ms < 20; letters++) {
      const began = performance.now();
      /^(b+)+$/.test(`${'b'.repeat(letters)}!`);
      ms = performance.now() - began;
    }
    const pattern = new BudgetedPattern('^(b+)+$');
    const look = () => pattern.test(`${'b'.repeat(letters)}!`);
    let looks = 0;
    while (look() !== null && looks < 100) looks++;
    expect(looks).toBeLessThan(10);
  });

  it('are bounded together, however many there are, and come back to themselves', async () => {
    let given = 0;
    const passedOver: BudgetedPattern[] = [];
    for (let n = 0; n < 60; n++) {
      const pattern = new BudgetedPattern(`^(a+)+${n}$`);
      expect(pattern.test(HOSTILE)).toBeNull();
      if (pattern.surrender.includes('was given up')) given++;
      if (pattern.surrender.includes('was not tried')) passedOver.push(pattern);
    }
    // A second saved, a fifth of the time that passes, and the least of a look each time that is there.
    expect(given).toBeLessThan(30);
    expect(given + passedOver.length).toBe(60);
    // That one was not tried is not held against it.
    const [later] = passedOver;
    while (later?.test('x') !== false) await new Promise((resolve) => setTimeout(resolve, 10));
  });

  it('refuses what is no pattern', () => {
    expect(() => new BudgetedPattern('(')).toThrow(SyntaxError);
  });
});
