// The HTML report over a smoke session, in a real browser: every case of every script, sealed.
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { bundlePage } from '../../bundler/page.ts';
import type { PageAssets } from '../report/html/sealed.ts';
import { renderSession } from '../report/html/session.ts';
import { SESSION_SCHEMA, type SessionData } from '../report/html/session-data.ts';
import { accessFaults, openPage, startBrowser, tableCells } from './browser.ts';
import { Place } from './cli-spawn.ts';
import { ROOT } from './imports.ts';
import { requirePeer } from './peers.ts';

const GOOD = `import { check, sleep } from 'k6';
export default async function () {
  await sleep(0.05);
  check(1, { 'one is one': (n) => n === 1, 'small': (n) => n < 5 });
}
`;
const BAD = `import dicom from 'dicom';
import { check } from 'k6';
const sink = dicom.receiver({ aet: 'SINK' });
const ct = dicom.synthetic({ modality: 'CT', rows: 8, columns: 8 });
const router = dicom.peer({ deliversTo: sink });
export const options = { simulate: { router: { rules: [{ set: { StudyDescription: 'Head' } }] } } };
export default async function () {
  const study = dicom.study({ images: 1, from: ct });
  await using a = await router.associate({ for: study });
  for (const image of study) await a.store(image);
  const there = await sink.expect(study, { timeout: '5s', tags: { StudyDescription: 'KOPF' } });
  check(there, { described: (d) => d.wrongTags === 0 });
}
`;
const SKIPS = `import dicom from 'dicom';
export default function () { dicom.skip('bug 4711'); }
`;

describe.skipIf(!requirePeer('chromium'))('the report over a smoke session', () => {
  let place: Place;
  let browser: Browser;
  let assets: PageAssets;
  beforeAll(async () => {
    assets = await bundlePage(ROOT);
    browser = await startBrowser();
  });
  afterAll(() => browser.close());
  afterEach(() => place.remove());

  it('has all cases of all scripts, to sort, to filter and to open, and leaves nothing', async () => {
    place = new Place({
      'tests/bad.ts': BAD,
      'tests/broken.ts': 'export default async function () { await foo( }',
      'tests/good.ts': GOOD,
      'tests/skips.ts': SKIPS,
    });
    const args = ['smoke', 'tests', '--embedded', '--settle', '1s', '--title', 'CHG 4711'];
    const { code, out, err } = await place.run(args);
    expect({ code, out }).toMatchObject({ code: 107 });
    const [, named = ''] = /^report of all, for a browser: (.*)$/m.exec(err) ?? [];
    const file = join(place.folder, named);
    expect(statSync(file).mode & 0o777).toBe(0o600);

    const { page, complaints, requests } = await openPage(browser, pathToFileURL(file).href);
    expect(requests).toEqual([]);
    const text = await page.locator('header.banner').innerText();
    expect(text).toMatch(/^FAIL CHG 4711\s+1 failed, 1 error, 2 passed, 1 skipped in 4 scripts\n/);
    expect(await page.locator('svg.ring circle').count()).toBe(1 + 4);
    expect(await page.getByRole('img', { name: '1 failed, 1 error, 2 passed' }).count()).toBe(1);
    expect(await page.locator('.bars li').first().innerText()).toMatch(
      /described|one is one|small/,
    );

    const rows = await tableCells(page, 'all cases');
    expect(rows.map((row) => row.slice(0, 4))).toEqual([
      ['failed', 'bad', 'default', 'described'],
      ['error', 'broken', '', 'starts'],
      ['passed', 'good', 'default', 'one is one'],
      ['passed', 'good', 'default', 'small'],
      ['skipped', 'skips', 'default', 'skipped by the script'],
    ]);
    await page.getByRole('button', { name: 'case', exact: true }).click();
    const sorted = (await tableCells(page, 'all cases')).map((row) => row[3] ?? '');
    expect(sorted).toEqual([...sorted].sort());
    await page.getByRole('button', { name: 'passed 2' }).click();
    expect(await tableCells(page, 'all cases')).toHaveLength(2);
    await page.getByRole('searchbox', { name: 'filter all cases' }).fill('small');
    expect(await tableCells(page, 'all cases')).toHaveLength(1);

    const failure = page.locator('details.failure').first();
    const detail = failure.getByText('StudyDescription: expected "KOPF", arrived "Head"');
    expect(await detail.isVisible()).toBe(false);
    await failure.locator('summary').click();
    expect(await detail.isVisible()).toBe(true);
    await page.getByRole('button', { name: 'open all' }).click();
    expect(await page.locator('details.failure[open]').count()).toBe(2);
    expect(await accessFaults(page)).toEqual([]);
    expect(complaints).toEqual([]);

    await failure.getByRole('link', { name: 'report' }).click();
    await page.getByText('Key numbers').waitFor();
    expect(page.url()).toMatch(/-bad-[0-9a-f]{4}\/report\.html$/);
  });

  it('is not written where nobody wants reports, and is where no script starts', async () => {
    place = new Place({ 'tests/good.ts': GOOD });
    const quiet = await place.run(['smoke', 'tests', '--no-report']);
    expect(quiet).toMatchObject({ code: 0 });
    expect(pagesIn(join(place.folder, 'results'))).toEqual([]);
    place.write('tests/good.ts', 'export default (');
    await place.run(['smoke', 'tests', '--results', 'elsewhere']);
    const [page = ''] = pagesIn(join(place.folder, 'elsewhere'));
    expect(readFileSync(join(place.folder, 'elsewhere', page), 'utf8')).toContain('"starts"');
  });

  it('shows what scripts and peers say as text, on a narrow screen, in the dark, on paper', async () => {
    place = new Place();
    const evil = '</script><img src=x onerror="document.title=\'owned\'"><b>"&\u2028\u0007';
    const one = { suite: evil, name: evil, durationMs: 3, message: evil, where: evil };
    const data: SessionData = {
      schema: SESSION_SCHEMA,
      id: evil,
      title: evil,
      version: '1',
      startedAt: '2026-03-01T00:00:00.000Z',
      endedAt: '2026-03-01T00:00:04.000Z',
      exitCode: 99,
      notRun: 1,
      runs: [
        {
          script: evil,
          exitCode: 99,
          report: 'javascript:alert(1)//report.html',
          cases: [
            { ...one, state: 'error', properties: { [evil]: evil } },
            { ...one, state: 'manual' },
          ],
        },
      ],
    };
    const file = join(place.folder, 'evil.html');
    writeFileSync(file, renderSession(data, assets));
    const look = { dark: true, width: 420 };
    const { page, complaints, requests } = await openPage(browser, pathToFileURL(file).href, look);
    expect(await page.locator('main img, main b, main script').count()).toBe(0);
    expect(await page.title()).not.toBe('owned');
    expect((await tableCells(page, 'all cases'))[0]?.[3]).toBe(evil);
    const href = await page.locator('td a').first().getAttribute('href');
    expect(href).toBe('./javascript%3Aalert(1)//report.html');
    await page.getByRole('button', { name: 'open all' }).click();
    expect(await accessFaults(page)).toEqual([]);
    await page.getByRole('button', { name: 'close all' }).click();
    await page.emulateMedia({ media: 'print' });
    await page.evaluate(`dispatchEvent(new Event('beforeprint'))`);
    expect(await page.locator('details.failure[open]').count()).toBe(1);
    expect(complaints).toEqual([]);
    expect(requests).toEqual([]);
  });
});

const pagesIn = (folder: string): readonly string[] =>
  readdirSync(folder).filter((name) => name.endsWith('.html'));
