import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Options } from '../../../config/types.ts';
import { isLabelled } from '../../../../api/abi.ts';
import { findScripts, grepScenarios, labelled, NotSelected, parsePattern } from './select.ts';

describe('findScripts', () => {
  it('walks folders, leaving out what is no script', () => {
    const cwd = mkdtempSync(join(tmpdir(), 'dicomrun-select-'));
    try {
      mkdirSync(join(cwd, 'tests', 'node_modules'), { recursive: true });
      mkdirSync(join(cwd, 'tests', 'b'));
      for (const name of ['a.ts', 'b/c.js', 'd.config.ts', 'e.d.ts', 'f.md', 'node_modules/g.ts']) {
        writeFileSync(join(cwd, 'tests', name), 'export default () => {};');
      }
      writeFileSync(join(cwd, 'tests', 'helper.ts'), 'export const x = 1;');
      expect(findScripts(['tests', 'given.ts'], cwd)).toEqual({
        scripts: ['tests/a.ts', 'tests/b/c.js', 'given.ts'],
        helpers: ['tests/helper.ts'],
      });
    } finally {
      rmSync(cwd, { recursive: true });
    }
  });
});

describe('isLabelled', () => {
  it('leaves out load tests unless they are asked for', () => {
    expect(isLabelled([], [])).toBe(true);
    expect(isLabelled(['load'], [])).toBe(false);
    expect(isLabelled(['load'], ['load'])).toBe(true);
    expect(isLabelled(['fast'], ['load,fast'])).toBe(true);
    expect(isLabelled(['fast', 'slow'], ['!slow'])).toBe(false);
  });
});

describe('labelled', () => {
  const TABLE = 'dicom.each(rows, nameOf, body, { labelsOf })';

  it('runs a script for its rows alone only where they may have what it has not', () => {
    expect(labelled(['a'], ['a'], TABLE)).toBe('all');
    expect(labelled([], ['a'], TABLE)).toBe('rows');
    expect(labelled(['load'], ['a'], TABLE)).toBe('rows');
    expect(labelled([], ['a'], 'dicom.each(rows, nameOf, body)')).toBe('none');
    expect(labelled(['b'], ['a', '!b'], TABLE)).toBe('none');
    expect(labelled(['load'], [], TABLE)).toBe('none');
  });
});

describe('grepScenarios', () => {
  const GI = { name: 'gi', source: "check(r, { 'stored once': (r) => r.ok });" };
  const scenario = { executor: 'per-vu-iterations', exec: 'default', startTimeNs: 0 };
  const options = {
    labels: [],
    scenarios: [
      { ...scenario, name: 'a' },
      { ...scenario, name: 'b', after: 'a' },
      { ...scenario, name: 'c', after: 'b' },
    ],
  } as unknown as Options;

  it('keeps what fits, still one after another', () => {
    const kept = grepScenarios(options, GI, /› [ac]/).scenarios;
    expect(kept.map(({ name, after }) => [name, after])).toEqual([
      ['a', undefined],
      ['c', 'a'],
    ]);
  });

  it('keeps a scenario with a case that fits, by the name it has in the source', () => {
    expect(grepScenarios(options, GI, /stored once/).scenarios).toHaveLength(3);
  });

  it('says so when nothing fits', () => {
    expect(() => grepScenarios(options, GI, /nothing/)).toThrow(NotSelected);
  });

  it('refuses what is no regular expression', () => {
    expect(() => parsePattern('(')).toThrow(/not a regular expression/);
  });
});
