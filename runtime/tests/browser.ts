// Debian's Chromium for the tests of the report: what it said, what it asked for, what it drew.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';
import { ROOT } from './imports.ts';
import { findCommand } from './peers/process.ts';

export interface OpenedPage {
  readonly page: Page;
  /** Console errors and warnings, uncaught exceptions, refused loads. */
  readonly complaints: string[];
  /** Every request that was not the document itself. */
  readonly requests: string[];
}

export async function startBrowser(): Promise<Browser> {
  const executablePath = findCommand('chromium') ?? '';
  return chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
}

export async function openPage(
  browser: Browser,
  url: string,
  look: { readonly dark?: boolean; readonly width?: number } = {},
): Promise<OpenedPage> {
  const { dark = false, width = 1280 } = look;
  const context = await browser.newContext({
    viewport: { width, height: 900 },
    colorScheme: dark ? 'dark' : 'light',
  });
  const page = await context.newPage();
  const complaints: string[] = [];
  const requests: string[] = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('requestfailed', (request) => complaints.push(`failed: ${request.url()}`));
  page.on('request', (request) => {
    if (!request.isNavigationRequest()) requests.push(request.url());
  });
  await page.goto(url);
  await page.waitForSelector('header.banner');
  await page.waitForTimeout(300);
  return { page, complaints, requests };
}

// What runs in the page is text: this program is Node's and does not know a document.

/** Of each canvas that is shown: how many pixels are not transparent. */
export async function inkOfCanvases(page: Page): Promise<number[]> {
  return page.evaluate<number[]>(`
    [...document.querySelectorAll('canvas')]
      .filter((canvas) => canvas.width > 0 && canvas.offsetParent !== null)
      .map((canvas) => {
        const { width, height } = canvas;
        const { data } = canvas.getContext('2d').getImageData(0, 0, width, height);
        let ink = 0;
        for (let at = 3; at < data.length; at += 4) if (data[at] > 0) ink++;
        return ink;
      })`);
}

/** The cells of the table with this caption, row by row. */
export async function tableCells(page: Page, caption: string): Promise<string[][]> {
  return page.evaluate<string[][]>(`
    [...document.querySelectorAll('table')]
      .filter((table) => table.caption?.textContent === ${JSON.stringify(caption)})
      .flatMap((table) => [...table.tBodies[0].rows])
      .map((row) => [...row.cells].map((cell) => cell.textContent))`);
}

/**
 * Rules of axe that the page breaks seriously or critically, each with the elements concerned. Its
 * source is handed to the page by the browser, past the page's own policy, which stays as it is.
 */
export async function accessFaults(page: Page): Promise<string[]> {
  await page.evaluate(readFileSync(join(ROOT, 'node_modules/axe-core/axe.min.js'), 'utf8'));
  return page.evaluate<string[]>(`
    axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) =>
      violations
        .filter(({ impact }) => impact === 'serious' || impact === 'critical')
        .flatMap(({ id, nodes }) => nodes.map((one) => id + ': ' + one.failureSummary + one.html)))`);
}
