import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { METRIC_TABLE } from '../../api/k6/metric-table.ts';
import { metricTableMarkdown, viewTableMarkdown } from './metric-help.ts';

const FILE = new URL('../../runtime/help/metrics.md', import.meta.url);

/** The page with its generated parts put in. */
function generated(page: string): string {
  const put = (text: string, name: string, part: string): string =>
    text.replace(
      new RegExp(`(<!-- ${name} -->\n)[^]*?(\n<!-- /${name} -->)`),
      (_, open: string, close: string) => open + part + close,
    );
  return put(put(page, 'metrics', metricTableMarkdown()), 'views', viewTableMarkdown());
}

describe('the help page of the metrics', () => {
  it('shows the tables of the code (UPDATE=1 writes them)', () => {
    let page = readFileSync(FILE, 'utf8');
    if (process.env['UPDATE'] === '1') writeFileSync(FILE, (page = generated(page)));
    expect(page).toBe(generated(page));
    for (const { name } of METRIC_TABLE) expect(page).toContain(`\`${name}\``);
  });
});

describe('the metric table', () => {
  it('names each metric once, by the rules of names', () => {
    const names = METRIC_TABLE.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const name of names) expect(name).toMatch(/^[a-z][a-z0-9_]{1,60}$/);
  });

  it('has times as trends, and never a UID or a patient among the tags', () => {
    for (const { name, type, contains, tags } of METRIC_TABLE) {
      if (contains === 'time')
        expect([name, type]).toEqual([name, name.startsWith('generator_') ? 'gauge' : 'trend']);
      expect(tags.filter((tag) => /uid|patient|accession/i.test(tag))).toEqual([]);
    }
  });
});
