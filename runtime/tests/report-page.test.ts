// The HTML report in a real browser: sealed, complete, and true to summary.json.
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundlePage } from '../../bundler/page.ts';
import type { Summary } from '../metrics/summary.ts';
import { renderHtml, type PageAssets } from '../report/html/render.ts';
import { inkOfCanvases, openPage, startBrowser, tableCells } from './browser.ts';
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
    await page.screenshot({ path: process.env['SHOT'] ?? join(dir, 'a.png'), fullPage: true });
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
    if (process.env['SHOT'])
      await page.screenshot({ path: `${process.env['SHOT']}.${seconds}.png`, fullPage: true });
  });
});
