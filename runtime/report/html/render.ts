// The report of a run as one sealed file.
import { existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Summary } from '../../metrics/summary.ts';
import { verdictWord } from '../../metrics/verdict-word.ts';
import type { Totals } from '../../metrics/totals.ts';
import { readRunLog } from '../../runlog/cursor.ts';
import { RUNLOG_FILE } from '../../runlog/format.ts';
import { restoreRun } from '../../runlog/restore.ts';
import { ReportCollector } from './collect.ts';
import type { ReportData } from './data.ts';
import { builtAssets, embed, escapeHtml, inScript, sealed, type PageAssets } from './sealed.ts';

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
  return sealed({
    title: `${word} · ${identity.title ?? basename(identity.script)} · ${identity.id}`,
    assets,
    connect: "'none'",
    body: `${embed(data)}<noscript><p>${word}: ${escapeHtml(verdict.reason)}. The charts and tables of this report need JavaScript.</p></noscript>`,
  });
}

/** The page that shows a run as it goes: the same bundle, fed by server-sent events. */
export function renderLivePage(eventsUrl: string, assets: PageAssets = builtAssets()): string {
  return sealed({
    title: 'dicomrun: running',
    assets,
    connect: "'self'",
    body: `<script type="application/json" id="live">${inScript(JSON.stringify({ eventsUrl }))}</script>`,
  });
}
