import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { lines, resolve } from '../../runtime/tests/config-fixture.ts';
import { SEEDS } from '../../runtime/config/sources/variables.ts';

const help = readFileSync(new URL('../../runtime/help/configuration.md', import.meta.url), 'utf8');

describe('help configuration', () => {
  it('names every variable of the seed suite', () => {
    expect(Object.keys(SEEDS).filter((name) => !help.includes(`\`${name}\``))).toEqual([]);
  });

  it('says of every load what the plan says', () => {
    const rows = [...help.matchAll(/^\| `(--[^`]+)` \| (\d[^|]*) \|$/gm)];
    expect(rows.length).toBeGreaterThan(5);
    for (const [, words = '', plan = ''] of rows) {
      const flags: Record<string, string | string[]> = {};
      for (const [, flag = '', value = ''] of words.matchAll(/--(\w+) (\S+)/g)) {
        if (flag === 'stage') flags.stage = [...(flags.stage ?? []), value];
        else flags[flag] = value;
      }
      expect(lines(resolve({ flags }))[0]).toContain(`default: ${plan}`);
    }
  });
});
