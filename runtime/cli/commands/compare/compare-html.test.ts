import { expect, it } from 'vitest';
import type { Summary } from '../../../metrics/summary.ts';
import { compareHtml } from './compare-html.ts';
import type { CompareRow } from './compare-runs.ts';

const run = (id: string) =>
  ({ run: { id, durationMs: 8000 }, verdict: { passed: true } }) as unknown as Summary;

const ROW: CompareRow = {
  ...{ figure: '<b>C-STORE</b> p95', before: 10, after: 20, change: 1, noise: 3 },
  ...{ verdict: 'worse', unit: 'ms' },
};

it('is one sealed page that says what is worse, by how much, and what noise is', () => {
  const before = run('night-1');
  const page = compareHtml({
    before,
    after: run('<i>2'),
    rows: [ROW],
    broken: [],
    doubtful: ['a & b'],
  });
  expect(page).toContain("default-src 'none'; style-src 'unsafe-inline'");
  expect(page).toMatch(/<h1 class="worse">1 figure worse<\/h1>/);
  expect(page).toMatch(/<td>10 ms<\/td><td>20 ms<\/td><td>\+100 %<\/td><td>±30 %<\/td>/);
  expect(page).toContain('<td class="worse">worse</td>');
  expect(page).toContain('night-1<br>8 s<br>PASS');
  expect(page).not.toMatch(/<script|<i>|<b>|a & b|https?:/);
});
