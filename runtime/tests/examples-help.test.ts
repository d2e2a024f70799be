// The pages made from the headers of the examples are up to date, and nothing is forgotten.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CATALOGUE, NOTES, parityTable, scenariosTable } from './catalogue.ts';
import { examples, ROOT } from './example-list.ts';

const all = examples();

function page(name: string, table: string): { readonly now: string; readonly wanted: string } {
  const file = join(ROOT, 'runtime/help', `${name}.md`);
  const put = (text: string): string =>
    text.replace(
      new RegExp(`(<!-- ${name} -->\n)[^]*?(<!-- /${name} -->)`),
      (_, open: string, close: string) => `${open}${table}\n${close}`,
    );
  if (process.env['UPDATE'] === '1') writeFileSync(file, put(readFileSync(file, 'utf8')));
  const now = readFileSync(file, 'utf8');
  return { now, wanted: put(now) };
}

describe('help made from the examples (UPDATE=1 writes it)', () => {
  it('scenarios: the whole catalogue, each an example, a variant or a reason', () => {
    const { now, wanted } = page('scenarios', scenariosTable(all));
    expect(now).toBe(wanted);
    for (const number of Object.keys(CATALOGUE).map(Number)) {
      const covered = all.some(({ covers }) => covers.includes(number));
      expect(covered || NOTES[number] !== undefined, `scenario ${number}`).toBe(true);
    }
  });

  it('parity: every capability with its example', () => {
    const { now, wanted } = page('parity', parityTable(all));
    expect(now).toBe(wanted);
    for (const seed of ['progression', 'compass', 'gateway load', 'gateway integration']) {
      expect(all.some(({ seeds }) => seeds.some((one) => one.startsWith(seed)))).toBe(true);
    }
  });

  it('parity: each of the 84 capabilities of the other suites has a place here', () => {
    const text = readFileSync(join(ROOT, 'runtime/help/parity.md'), 'utf8');
    const rows = [...text.matchAll(/^\| (\d+) \| (.+?) \| (.*?) \| (.*?) ?\|$/gm)];
    expect(rows.map(([, number]) => Number(number))).toEqual(
      Array.from({ length: 84 }, (_, i) => i + 1),
    );
    // A script, a command, an option, or a word that says what: never nothing.
    for (const [row, , , here = ''] of rows) expect(here.trim(), row).not.toBe('');
  });

  it('links only to files that exist', () => {
    for (const name of ['scenarios', 'parity', 'recipes']) {
      const text = readFileSync(join(ROOT, 'runtime/help', `${name}.md`), 'utf8');
      for (const [, target = ''] of text.matchAll(/\]\(([^)#]+)\)/g)) {
        expect(existsSync(join(ROOT, 'runtime/help', target)), target).toBe(true);
      }
    }
  });

  it('covers only what is in the catalogue', () => {
    for (const { file, covers } of all) {
      for (const number of covers) expect(CATALOGUE[number], `${file}: ${number}`).toBeDefined();
    }
  });
});
