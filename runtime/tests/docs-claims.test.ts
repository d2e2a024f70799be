// Reliability and security: every claim of their tables names a test that is there, every hostile
// test stands behind a claim, and the figures are those on record.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from './imports.ts';

const TESTS = join(ROOT, 'runtime/tests');
const TOPICS = ['reliability', 'security'] as const;
const text = (topic: string): string =>
  readFileSync(join(ROOT, 'runtime/help', `${topic}.md`), 'utf8');

interface FuzzRecord {
  readonly inputs: number;
  readonly growthMb: number;
  readonly rssGrowthMb: number;
}

/** The long run whose inputs are in a folder. */
const recordIn = (folder: string): FuzzRecord =>
  JSON.parse(readFileSync(join(TESTS, folder, 'record.json'), 'utf8')) as FuzzRecord;

interface Claim {
  readonly what: string;
  /** Test files and words of a title: `` `file` words; `file` words ``. */
  readonly tests: readonly { readonly file: string; readonly words: string }[];
}

/** Rows of the tables whose last column says how they are tested. */
function claims(topic: string): Claim[] {
  return text(topic)
    .split('\n\n')
    .filter((block) => /^\|.*\| tested by +\|$/m.test(block))
    .flatMap((block) => block.trim().split('\n').slice(2))
    .map((row) => {
      const cells = row.split(/(?<!\\)\|/).slice(1, -1);
      const tests = (cells.at(-1) ?? '').split(';').map((one) => {
        const [, file = '', words = ''] = /^\s*`([\w./-]+)` (.+?)\s*$/.exec(one) ?? [];
        return { file, words };
      });
      return { what: cells[0]?.trim() ?? '', tests };
    });
}

describe.each(TOPICS)('%s.md', (topic) => {
  it('has a test for every row', () => {
    const all = claims(topic);
    expect(all.length).toBeGreaterThan(9);
    const faults = all.flatMap(({ what, tests }) =>
      tests
        .filter(({ file, words }) => {
          // A path with a folder is a unit test's, beside its code.
          const path = join(TESTS, file.includes('/') ? '..' : '', `${file}.test.ts`);
          return words === '' || !existsSync(path) || !readFileSync(path, 'utf8').includes(words);
        })
        .map(({ file, words }) => `${what}: no test "${words}" in ${file}`),
    );
    expect(faults).toEqual([]);
  });
});

describe('hostile tests', () => {
  it('all stand behind a row', () => {
    const named = new Set(TOPICS.flatMap(claims).flatMap(({ tests }) => tests.map((t) => t.file)));
    const files = readdirSync(TESTS)
      .filter((name) => /^hostile-.*\.test\.ts$/.test(name))
      .map((name) => name.replace('.test.ts', ''));
    expect(files.filter((name) => !named.has(name))).toEqual([]);
  });

  it('have the figures that are on record', () => {
    const { inputs, growthMb } = recordIn('corpus');
    expect(text('reliability')).toContain(`${inputs.toLocaleString('en')} inputs`);
    expect(text('reliability')).toContain(`growth ${growthMb} MB`);
    const web = recordIn('corpus/web');
    expect(text('reliability')).toContain(`${web.inputs.toLocaleString('en')} bodies`);
    const grew = web.growthMb > 0 || web.rssGrowthMb > 0;
    expect(grew ? '' : text('reliability')).toContain('no growth of heap or resident set');
  });
});
