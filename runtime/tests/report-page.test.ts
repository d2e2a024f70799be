// The HTML report in a real browser: sealed, complete, and true to summary.json.
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundlePage } from '../../bundler/page.ts';
import type { Summary } from '../metrics/summary.ts';
import { renderHtml, reportData } from '../report/html/render.ts';
import type { PageAssets } from '../report/html/sealed.ts';
import { accessFaults, inkOfCanvases, openPage, startBrowser, tableCells } from './browser.ts';
import { ROOT } from './imports.ts';
import { requirePeer } from './peers.ts';
import { sampleRun } from './sample-run.ts';

describe.skipIf(!requirePeer('chromium'))('report.html', () => {
  let dir: string;
  let browser: Browser;
  let assets: PageAssets;
  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), 'dicomrun-report-'));
    assets = await bundlePage(ROOT);
    browser = await startBrowser();
  });
  afterAll(async () => {
    await browser.close();
    rmSync(dir, { recursive: true, force: true });
  });

  async function report(
    name: string,
    seconds: number,
  ): Promise<{ url: string; summary: Summary; bytes: number }> {
    const run = join(dir, name);
    const { summary } = await sampleRun({ seconds, dir: run, id: name });
    const file = join(run, 'report.html');
    writeFileSync(join(run, 'summary.json'), JSON.stringify(summary));
    writeFileSync(file, renderHtml(run, assets));
    return { url: pathToFileURL(file).href, summary, bytes: statSync(file).size };
  }

  it('shows the numbers of summary.json, and nothing leaves the page', async () => {
    const { url, summary, bytes } = await report('minute', 60);
    const { page, complaints, requests } = await openPage(browser, url);
    expect(complaints).toEqual([]);
    expect(requests).toEqual([]);
    expect(bytes).toBeLessThan(400_000);
    const operations = await tableCells(page, 'operations');
    expect(operations.map(([service, count]) => [service, count?.replaceAll(',', '')])).toEqual(
      summary.operations.map(({ service, count }) => [service, String(count)]),
    );
    const thresholds = await tableCells(page, 'thresholds');
    expect(thresholds.map(([, metric, expression]) => [metric, expression])).toEqual(
      summary.thresholds.map(({ metric, expression }) => [metric, expression]),
    );
    const [error] = await tableCells(page, 'errors, most frequent first');
    expect(error?.[3]).toBe(String(summary.errors.groups[0]?.count));
    expect(await tableCells(page, 'options that were set, and where')).toEqual([
      ['scenarios.default', '3 VUs for 5s', 'flag --vus'],
      ['influxdb.password', '***', '.env'],
    ]);
  });

  it.each([
    ['3 seconds', 3],
    ['25 minutes', 1500],
  ])('draws every chart of a run of %s', async (name, seconds) => {
    const { url, bytes } = await report(name.replace(' ', '-'), seconds);
    const { page, complaints } = await openPage(browser, url, { dark: true });
    expect(complaints).toEqual([]);
    expect(bytes).toBeLessThan(400_000);
    const ink = await inkOfCanvases(page);
    expect(ink.length).toBeGreaterThanOrEqual(6);
    expect(Math.min(...ink)).toBeGreaterThan(500);
  });

  it('can be read and used by keyboard, as text and as files', async () => {
    const { url, summary } = await report('hands', 20);
    const { page, complaints } = await openPage(browser, url);
    await page.locator('.chart:visible').first().focus();
    for (const key of ['End', 'ArrowLeft', 'ArrowLeft']) await page.keyboard.press(key);
    expect(await page.locator('.u-legend:visible').first().innerText()).toMatch(/17 s/);
    await page.locator('summary:visible').first().click();
    await page.locator('details[open] tbody tr').nth(19).waitFor();
    expect(await page.locator('details[open] tbody tr').count()).toBe(20);
    const [saved] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'summary.json' }).click(),
    ]);
    const text = readFileSync(await saved.path(), 'utf8');
    expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(summary)));
    const label = page.locator('label:visible', { hasText: /^filter$/ }).first();
    await label.getByRole('searchbox', { name: 'filter errors' }).fill('no such error');
    expect(await tableCells(page, 'errors, most frequent first')).toEqual([]);
    await page
      .getByRole('columnheader', { name: 'count' })
      .nth(1)
      .getByRole('button')
      .press('Enter');
    await page.getByRole('button', { name: 'dark' }).click();
    expect(await page.locator('html').getAttribute('data-theme')).toBe('dark');
    expect((await page.pdf()).length).toBeGreaterThan(20_000);
    expect(complaints).toEqual([]);
  });

  it('goes to paper light, no wider than a page of A4, without what can only be clicked', async () => {
    const { url } = await report('paper', 20);
    const { page } = await openPage(browser, url, { dark: true });
    await page.setViewportSize({ width: 688, height: 900 });
    await page.emulateMedia({ media: 'print' });
    await page.evaluate(`dispatchEvent(new Event('beforeprint'))`);
    expect(await page.evaluate(`document.documentElement.scrollWidth`)).toBeLessThanOrEqual(688);
    expect(await page.locator('html').getAttribute('data-theme')).toBe('light');
    expect(await page.locator('button:visible, input:visible, summary:visible').count()).toBe(0);
    expect(Math.min(...(await inkOfCanvases(page)))).toBeGreaterThan(500);
    await page.evaluate(`dispatchEvent(new Event('afterprint'))`);
    expect(await page.locator('html').getAttribute('data-theme')).toBe('dark');
  });

  it('names everything that can be focused, under one heading', async () => {
    const { url } = await report('names', 5);
    const { page } = await openPage(browser, url);
    const nameless = await page.evaluate<string[]>(`
      [...document.querySelectorAll('button, input, [tabindex], [role]')]
        .filter((one) => !(one.ariaLabel || one.textContent.trim()))
        .map((one) => one.outerHTML)`);
    expect(nameless).toEqual([]);
    expect(await page.locator('h1').count()).toBe(1);
    expect(await page.locator('html').getAttribute('lang')).toBe('en');
  });

  it.each([
    ['light', 1280],
    ['dark', 1280],
    ['light', 420],
  ])('keeps nobody out: %s, %i pixels wide', async (theme, width) => {
    const { url } = await report(`axe-${theme}-${width}`, 20);
    const { page, complaints } = await openPage(browser, url, { dark: theme === 'dark', width });
    await page.locator('details').evaluateAll('(all) => all.forEach((one) => (one.open = true))');
    expect(await accessFaults(page)).toEqual([]);
    expect(complaints).toEqual([]);
  });

  it('lists in Errors what failed checks saw, and which images are missing', async () => {
    await sampleRun({ seconds: 3, dir: join(dir, 'checks') });
    const data = reportData(join(dir, 'checks'));
    const { summary } = data;
    const [route] = summary.delivery.routes;
    if (!route) throw new Error('the sample run has a route');
    const examples = ['KOPF', 'ABDOMEN', 'HAND', 'KNIE', 'FUSS'].map((value) => ({
      ...{ scenario: 'default', atMs: 10 },
      text: `StudyDescription: expected "${value}", arrived "Head"  (CT_small.dcm)`,
    }));
    const missing = { instance: '…0007', file: 'MR_small.dcm', study: '…12', route: 'SINK' };
    const html = renderHtml(
      {
        ...data,
        summary: {
          ...summary,
          verdict: { ...summary.verdict, passed: false, exitCode: 99, reasons: ['2 things broke'] },
          checks: {
            ...summary.checks,
            items: [{ name: 'described', passes: 4, fails: 9, examples }],
          },
          errors: { ...summary.errors, groups: [] },
          delivery: {
            ...summary.delivery,
            routes: [{ ...route, missing: 1 }],
            missing: [missing],
          },
        },
      },
      assets,
    );
    const file = join(dir, 'checks.html');
    writeFileSync(file, html);
    const { page, complaints } = await openPage(browser, pathToFileURL(file).href);
    const text = await page.getByRole('region', { name: 'Errors', exact: true }).innerText();
    expect(text).toContain('2 things broke');
    expect(text).toContain('described: 9 of 13 times false');
    for (const one of examples) expect(text).toContain(one.text.replace('  ', ' '));
    expect(text).toContain('MR_small.dcm');
    expect(text).toContain('No request, association or iteration failed.');
    expect(text).not.toContain('Nothing failed');
    expect(complaints).toEqual([]);
  });

  it('shows what peers and scripts say as text, whatever it is', async () => {
    const evil = '</script><img src=x onerror="document.title=\'owned\'"><b>"&\u2028\u0007';
    await sampleRun({ seconds: 3, dir: join(dir, 'evil') });
    const data = reportData(join(dir, 'evil'));
    const { summary } = data;
    const [group] = summary.errors.groups;
    const [route] = summary.delivery.routes;
    if (!group || !route) throw new Error('the sample run has an error and a route');
    const seen = { text: evil, scenario: evil, atMs: 1 };
    const file = join(dir, 'evil.html');
    const html = renderHtml(
      {
        ...data,
        plan: evil,
        events: [{ at: 1, type: 'stage', title: evil, text: evil }],
        breakdown: data.breakdown.map((row) => ({ ...row, value: evil })),
        summary: {
          ...summary,
          run: { ...summary.run, script: evil, tags: { [evil]: evil } },
          verdict: { ...summary.verdict, reason: evil, warnings: [evil] },
          checks: {
            ...summary.checks,
            items: [{ name: evil, passes: 1, fails: 1, examples: [seen] }],
          },
          errors: {
            ...summary.errors,
            groups: [
              {
                ...{ ...group, code: evil, message: evil, hint: evil, where: evil },
                instances: [{ instance: evil, atMs: 1500, durationMs: 2.5 }],
              },
            ],
          },
          delivery: {
            ...summary.delivery,
            routes: [{ ...route, route: evil, missing: 3 }],
            missing: [{ instance: evil, study: evil, route: evil }],
          },
        },
      },
      assets,
    );
    writeFileSync(file, html);
    const { page, complaints, requests } = await openPage(browser, pathToFileURL(file).href);
    expect(await page.locator('main img, main b, main script').count()).toBe(0);
    expect(await page.title()).not.toBe('owned');
    expect(complaints).toEqual([]);
    expect(requests).toEqual([]);
    const [error] = await tableCells(page, 'errors, most frequent first');
    expect(error?.[1]).toBe(evil);
    const failed = await tableCells(page, 'instances that failed, the first of each kind');
    expect(failed).toMatchObject([{ 1: 'C-STORE', 2: evil, 5: evil }]);
    expect(await tableCells(page, 'missing instances')).toEqual([[evil, evil, evil, '']]);
    // Beside the table of deliveries, and in the section Errors.
    await expect(page.getByText(/^and 2 more$/).count()).resolves.toBe(2);
  });
});
