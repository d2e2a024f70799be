// Panels 0 and 1: the verdict, and the six numbers most people came for.
import { warningsIn } from '../../../../metrics/judge/lost-output.ts';
import { verdictWord } from '../../../../metrics/verdict-word.ts';
import type { TrendStats } from '../../../../metrics/summary.ts';
import type { ReportData } from '../../data.ts';
import { h, replace, type Child } from '../dom.ts';
import { bytes, count, percent, plural, short, span, time } from '../../../../metrics/numbers.ts';
import type { Panel } from '../panel.ts';

/** Pass or fail, why, and whose run it was. */
export function banner(): Panel {
  const element = h('header', { class: 'banner' });
  return {
    element,
    update: (data) => {
      const { verdict, run } = data.summary;
      const word = data.live ? 'RUNNING' : verdictWord(verdict);
      const isCrossed = data.live && data.summary.thresholds.some(({ failed }) => failed);
      element.className = `banner ${isCrossed ? 'fail' : BANNER[word]}`;
      const more = verdict.reasons.slice(1);
      replace(
        element,
        h(
          'h1',
          {},
          h('span', { class: isCrossed ? 'bad' : COLOUR[word] }, word),
          ` ${run.title ?? scriptName(run.script)}`,
        ),
        h('p', {}, verdict.reason),
        more.length > 0 && h('ul', {}, ...more.map((reason) => h('li', {}, reason))),
        ...linesOf(data).map((line) => h('p', {}, line)),
        ...(verdict.notes ?? []).map((note) => h('p', { class: 'warn' }, `! ${note}`)),
        ...warningsIn(data.summary).map((warning) => h('p', { class: 'warn' }, `⚠ ${warning}`)),
        facts(data),
      );
    },
  };
}

const BANNER = { PASS: 'pass', DONE: 'done', FAIL: 'fail', RUNNING: '' } as const;
const COLOUR = { PASS: 'good', DONE: 'warn', FAIL: 'bad', RUNNING: '' } as const;

/** What was done, where the first line says what broke; and what the thresholds say. */
function linesOf({ live, summary: { verdict } }: ReportData): string[] {
  const did = live || verdict.passed ? '' : (verdict.did ?? '');
  return [did, verdict.judged ?? ''].filter((line) => line !== '');
}

function scriptName(path: string): string {
  return path.split(/[\\/]/).at(-1) ?? path;
}

/** `up to 50, 60 made`. */
function vusText({ vus, vusMax }: ReportData['summary']['execution']): string {
  return `up to ${count(vus)}, ${count(vusMax)} made`;
}

/** `34 s, at most 26 s to go`. */
function durationText({ leftMs, summary: { run } }: ReportData): string {
  const left = leftMs === undefined ? '' : `, at most ${span(leftMs)} to go`;
  return `${span(run.durationMs)}${left}`;
}

function facts(data: ReportData): HTMLElement {
  const { live, summary } = data;
  const { run, verdict, execution } = summary;
  const entries: [string, string | undefined][] = [
    ['title', run.title],
    ['run', run.id],
    ['script', run.script],
    ['started', new Date(run.startedAt).toLocaleString()],
    ['duration', durationText(data)],
    ['VUs', live && execution.vusMax > 0 ? vusText(execution) : undefined],
    ['target', run.target ?? (run.embedded ? 'EMBEDDED ROUTER' : undefined)],
    ['mode', run.mode],
    ['exit code', live ? undefined : String(verdict.exitCode)],
    ['version', run.version],
    ...Object.entries(run.tags).map(([name, value]): [string, string] => [name, value]),
  ];
  const shown = entries.filter(([, value]) => value !== undefined && value !== '');
  return h(
    'dl',
    { class: 'facts' },
    ...shown.map(([name, value]) => h('div', {}, h('dt', {}, name), h('dd', {}, value))),
  );
}

/** Six tiles; a seventh for starts that found no virtual user. */
export function keyNumbers(): Panel {
  const tiles = h('dl', { class: 'tiles' });
  return {
    element: h('section', { 'aria-label': 'key numbers' }, h('h2', {}, 'Key numbers'), tiles),
    update: (data) => replace(tiles, ...tilesOf(data)),
  };
}

function tilesOf(data: ReportData): Child[] {
  const { operations, delivery, execution, run } = data.summary;
  const store = operations.find(({ service }) => service === 'C-STORE');
  const main = store ?? operations[0];
  const name = main?.service ?? 'requests';
  const seconds = Math.max(run.durationMs / 1000, 0.001);
  const mean = main?.ratePerSecond ?? 0;
  // A run of less than a second has no whole second to be the peak.
  const peak = largest(data, `reqs ${name}`);
  const failed = operations.reduce((sum, one) => sum + one.failed, 0);
  const all = operations.reduce((sum, one) => sum + one.count, 0);
  return [
    store
      ? tile('instances stored', count(delivery.accepted), `${count(delivery.sent)} sent`)
      : tile('requests', count(all), plural(operations.length, 'service')),
    tile(`${name} per second`, short(mean), peak > mean ? `peak ${short(peak)}` : ''),
    tile(
      'data sent',
      `${bytes(execution.sentBytes / seconds)}/s`,
      `${bytes(execution.sentBytes)} in all`,
    ),
    latencyTile(data, name, main?.duration),
    tile(
      'failed',
      all > 0 ? percent(failed / all) : '–',
      `${count(failed)} of ${plural(all, 'request')}`,
      failed > 0 ? 'bad' : '',
    ),
    deliveredTile(data),
    ...droppedTiles(data),
  ];
}

/** Of the whole run; in its first ten seconds of the last second that had any. */
function latencyTile(data: ReportData, name: string, duration?: TrendStats): Child {
  const label = `${name} p95`;
  if (!duration) return tile(label, '–', 'nothing answered');
  if (duration.p95 !== null || !data.live)
    return tile(label, time(duration.p95), `median ${time(duration.med)}`);
  const seconds = data.timeline.columns[`p95 ${name}`] ?? [];
  const last = seconds.findLast((value) => value !== null);
  return tile(label, time(last ?? null), 'last second; whole run after 10 s');
}

function deliveredTile({ summary: { delivery } }: ReportData): Child {
  const total = delivery.routes.reduce(
    (sum, route) => ({
      accepted: sum.accepted + route.accepted,
      unique: sum.unique + route.unique,
    }),
    { accepted: 0, unique: 0 },
  );
  if (delivery.routes.length === 0)
    return tile('delivered', '–', 'no receiver was expected to get any');
  const share = total.accepted > 0 ? percent(total.unique / total.accepted) : '–';
  const missing = total.accepted - total.unique;
  const note =
    missing > 0 ? `${count(missing)} not there` : `all ${count(total.accepted)} accepted`;
  return tile('delivered', share, note, missing > 0 ? 'bad' : 'good');
}

function droppedTiles({ summary: { execution } }: ReportData): Child[] {
  const { dropped, iterations, interrupted } = execution;
  if (dropped === 0) return [];
  const due = dropped + iterations + interrupted;
  return [tile('iterations dropped', count(dropped), `of ${count(due)} due`, 'bad')];
}

function largest({ timeline }: ReportData, column: string): number {
  return Math.max(0, ...(timeline.columns[column] ?? []).map((value) => value ?? 0));
}

function tile(label: string, figure: string, note: string, colour = ''): HTMLElement {
  return h(
    'div',
    { class: 'tile' },
    h('dt', {}, label),
    h('dd', { class: `figure ${colour}` }, figure),
    h('dd', { class: 'note' }, note),
  );
}
