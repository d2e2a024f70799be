// The live page in a real browser: follows the run, needs its token, turns into the report.
import { request } from 'node:http';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundlePage } from '../../bundler/page.ts';
import { startLivePage } from '../report/html/live.ts';
import type { PageAssets } from '../report/html/sealed.ts';
import { RUNLOG_FILE } from '../runlog/format.ts';
import { accessFaults, openPage, startBrowser, tableCells } from './browser.ts';
import { ROOT } from './imports.ts';
import { requirePeer } from './peers.ts';
import { sampleRun } from './sample-run.ts';

describe.skipIf(!requirePeer('chromium'))('live page', () => {
  let dir: string;
  let browser: Browser;
  let assets: PageAssets;
  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), 'dicomrun-live-'));
    assets = await bundlePage(ROOT);
    browser = await startBrowser();
  });
  afterAll(async () => {
    await browser.close();
    rmSync(dir, { recursive: true, force: true });
  });

  it('is red as soon as a threshold is crossed, and still runs', async () => {
    const folder = join(dir, 'red');
    const banners: (readonly [string, string])[] = [];
    let live: Awaited<ReturnType<typeof startLivePage>> | null = null;
    let shown: Awaited<ReturnType<typeof openPage>> | null = null;
    await sampleRun({
      seconds: 4,
      dir: folder,
      thresholds: { dicom_reqs: [{ threshold: 'count<10' }] },
      onSecond: async (second) => {
        if (second === 2) {
          live = await startLivePage({ file: join(folder, RUNLOG_FILE), intervalMs: 50, assets });
          shown = await openPage(browser, live.url);
          await shown.page.setViewportSize({ width: 390, height: 844 });
        }
        if (second < 3 || shown === null) return;
        const banner = shown.page.locator('header.banner.fail');
        await banner.waitFor({ timeout: 5_000 });
        const body = shown.page.locator('body');
        const wide = await body.evaluate((element) => element.scrollWidth > 390);
        banners.push([await banner.innerText(), wide ? 'wider than the screen' : 'fits']);
      },
    });
    const server = live as unknown as Awaited<ReturnType<typeof startLivePage>>;
    await server.finish();
    await (shown as unknown as Awaited<ReturnType<typeof openPage>>).page.close();
    expect(banners.length).toBeGreaterThan(0);
    for (const banner of banners)
      expect(banner).toEqual([expect.stringMatching(/^RUNNING/), 'fits']);
  });

  it('fits a phone with names of any length, and waits for what has no data yet', async () => {
    const folder = join(dir, 'long');
    const never = `dicom_req_duration{scenario:${'emergency_radiography_'.repeat(4)}}`;
    await sampleRun({
      seconds: 2,
      dir: folder,
      killed: true,
      thresholds: {
        [never]: [{ threshold: 'p(95)<1' }],
        dicom_reqs: [{ threshold: 'count<10' }],
      },
    });
    const live = await startLivePage({ file: join(folder, RUNLOG_FILE), intervalMs: 50, assets });
    const shown = await openPage(browser, live.url, { width: 390 });
    const wide = await shown.page.locator('body').evaluate((body) => body.scrollWidth);
    const rows = await tableCells(shown.page, 'thresholds');
    await shown.page.close();
    await live.finish();
    expect(wide).toBe(390);
    expect(rows.map(([verdict]) => verdict)).toEqual(['– no data', '✗ failed']);
  });

  it('follows a run and becomes its report', async () => {
    const file = join(dir, 'a', RUNLOG_FILE);
    let live: Awaited<ReturnType<typeof startLivePage>> | null = null;
    let page: Awaited<ReturnType<typeof openPage>> | null = null;
    const counts: string[] = [];
    const titles: string[] = [];
    const faults: string[] = [];
    const banners: string[] = [];
    const { summary } = await sampleRun({
      seconds: 14,
      dir: join(dir, 'a'),
      onSecond: async (second) => {
        if (second === 2) {
          live = await startLivePage({ file, intervalMs: 50, assets });
          page = await openPage(browser, live.url);
        }
        if (second < 3 || !page) return;
        if (second === 6) faults.push(...(await accessFaults(page.page)));
        await page.page.waitForTimeout(120);
        titles.push(await page.page.title());
        banners.push(await page.page.locator('header.banner').innerText());
        const [row] = await tableCells(page.page, 'operations');
        counts.push(row?.[1] ?? '');
      },
    });
    const [shown, server] = [page, live] as unknown as [
      Awaited<ReturnType<typeof openPage>>,
      Awaited<ReturnType<typeof startLivePage>>,
    ];
    expect(new Set(counts).size).toBeGreaterThan(5);
    expect(titles.every((title) => title.startsWith('running'))).toBe(true);
    for (const banner of banners) {
      expect(banner).toMatch(/RUNNING.*\n+\d+ iterations so far/);
      expect(banner).not.toMatch(/killed|exit code/);
      expect(banner).toMatch(/s, at most [\d.]+ (s|m).* to go/);
    }
    await server.finish();
    await expect.poll(() => shown.page.title(), { timeout: 10_000 }).toMatch(/^PASS/);
    const [row] = await tableCells(shown.page, 'operations');
    expect(row?.[1]).toBe(String(summary.operations[0]?.count));
    await shown.page.getByRole('button', { name: 'dark' }).click();
    faults.push(...(await accessFaults(shown.page)));
    expect(faults).toEqual([]);
    expect(shown.complaints).toEqual([]);
    expect(shown.requests.every((url) => url.startsWith(server.url.split('?')[0] ?? ''))).toBe(
      true,
    );
    await expect(status(server.url)).rejects.toThrow(/ECONNREFUSED/);
  });

  it('shows nothing without its token and takes another port when its own is in use', async () => {
    await sampleRun({ seconds: 1, dir: join(dir, 'b') });
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as { port: number };
    const live = await startLivePage({ file: join(dir, 'b', RUNLOG_FILE), port, assets });
    expect(live.otherPort).toBe(true);
    expect(live.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/\?token=[0-9a-f]{32}$/);
    const bare = live.url.replace(/\?.*/, '');
    expect(await status(bare)).toBe(403);
    expect(await status(`${bare}events`)).toBe(403);
    expect(await status(`${bare}?token=${'0'.repeat(32)}`)).toBe(403);
    expect(await status(live.url)).toBe(200);
    await live.finish();
    other.close();
  });
});

function status(url: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const asked = request(url, { agent: false }, (answer) => {
      answer.resume();
      resolve(answer.statusCode ?? 0);
    });
    asked.once('error', reject);
    asked.end();
  });
}
