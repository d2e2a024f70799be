// The report as one sealed file: page, style and data inline, and a policy under which nothing can
// leave it and nothing else can run in it.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import type { Summary } from '../../metrics/summary.ts';
import { verdictWord } from '../../metrics/verdict-word.ts';
import type { Totals } from '../../metrics/totals.ts';
import { readRunLog } from '../../runlog/cursor.ts';
import { RUNLOG_FILE } from '../../runlog/format.ts';
import { restoreRun } from '../../runlog/restore.ts';
import { ReportCollector } from './collect.ts';
import type { ReportData } from './data.ts';

/** The browser's part, made by the build. */
export interface PageAssets {
  readonly js: string;
  readonly css: string;
}

/** Above this many characters of JSON the data is embedded compressed. */
const PLAIN_LIMIT = 150_000;

/** The assets the build made. This module is at its own place in `dist/` or gathered in `dist/parts/`. */
export function builtAssets(): PageAssets {
  const here = dirname(fileURLToPath(import.meta.url));
  const gathered = join(here, '..', 'runtime', 'report', 'html', 'page');
  const folder = existsSync(gathered) ? gathered : join(here, 'page');
  const read = (name: string): string => readFileSync(join(folder, name), 'utf8');
  return { js: read('page.js'), css: read('page.css') };
}

/** What the run that has just ended knows already, and a log of a day takes seconds to give back. */
export interface Finished {
  readonly summary: Summary;
  readonly totals: Totals;
}

/**
 * The data of a finished (or killed) run, from `run.ndjson` and, where it is there, `summary.json`.
 *
 * @throws DicomRunError `RUNLOG_UNREADABLE`
 */
export function reportData(dir: string, finished?: Finished): ReportData {
  const collector = new ReportCollector();
  if (finished) {
    for (const record of readRunLog(join(dir, RUNLOG_FILE))) collector.take(record);
    return collector.data(finished.summary, finished.totals);
  }
  const { summary, totals } = restoreRun(dir, (record) => collector.take(record));
  return collector.data(savedSummary(dir) ?? summary, totals);
}

function savedSummary(dir: string): Summary | null {
  const file = join(dir, 'summary.json');
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Summary) : null;
}

/**
 * The report of a run as one HTML document.
 *
 * @param run the folder of a run, or its data
 */
export function renderHtml(run: string | ReportData, assets: PageAssets = builtAssets()): string {
  const data = typeof run === 'string' ? reportData(run) : run;
  const { run: identity, verdict } = data.summary;
  const word = verdictWord(verdict);
  const json = JSON.stringify(data);
  const embedded =
    json.length > PLAIN_LIMIT
      ? `<script type="application/gzip" id="data">${gzipSync(json).toString('base64')}</script>`
      : `<script type="application/json" id="data">${inScript(json)}</script>`;
  return document({
    title: `${word} · ${identity.title ?? basename(identity.script)} · ${identity.id}`,
    assets,
    connect: "'none'",
    body: `${embedded}<noscript><p>${word}: ${escapeHtml(verdict.reason)}. The charts and tables of this report need JavaScript.</p></noscript>`,
  });
}

/** The page that shows a run as it goes: the same bundle, fed by server-sent events. */
export function renderLivePage(eventsUrl: string, assets: PageAssets = builtAssets()): string {
  return document({
    title: 'dicomrun: running',
    assets,
    connect: "'self'",
    body: `<script type="application/json" id="live">${inScript(JSON.stringify({ eventsUrl }))}</script>`,
  });
}

interface Parts {
  readonly title: string;
  readonly assets: PageAssets;
  readonly connect: string;
  readonly body: string;
}

function document({ title, assets, connect, body }: Parts): string {
  const policy = [
    "default-src 'none'",
    `script-src '${hash(assets.js)}'`,
    `style-src '${hash(assets.css)}'`,
    `connect-src ${connect}`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="robots" content="noindex">
<title>${escapeHtml(title)}</title>
<style>${assets.css}</style>
</head>
<body>
${body}
<main id="report"></main>
<script>${assets.js}</script>
</body>
</html>
`;
}

function hash(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}

/** JSON inside a script element: no end tag, no comment can appear in it. */
function inScript(json: string): string {
  return json.replace(/</g, '\\u003c');
}

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);
}
