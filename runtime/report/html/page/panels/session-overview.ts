// The session at a glance: its verdict, how many cases of each outcome, and the slowest of them.
import { percent, plural, span, time } from '../../../../metrics/numbers.ts';
import type { CaseResult } from '../../../../metrics/summary.ts';
import {
  OUTCOMES,
  sessionWord,
  tally,
  tallyText,
  type CaseState,
  type SessionData,
} from '../../session-data.ts';
import { h, svg } from '../dom.ts';

const BANNER = { PASS: 'pass', DONE: 'done', FAIL: 'fail' } as const;
const COLOUR = { PASS: 'good', DONE: 'warn', FAIL: 'bad' } as const;

export const LOOK: Readonly<Record<CaseState, string>> = {
  passed: 'good',
  failed: 'bad',
  error: 'bad',
  skipped: 'faint',
  manual: 'warn',
};

export function sessionBanner(data: SessionData): HTMLElement {
  const word = sessionWord(data);
  const { title, id, notRun, runs, startedAt, endedAt } = data;
  const facts: [string, string][] = [
    ['session', id],
    ['scripts', String(runs.length)],
    ['started', new Date(startedAt).toLocaleString()],
    ['duration', span(Date.parse(endedAt) - Date.parse(startedAt))],
    ['exit code', String(data.exitCode)],
    ['version', data.version],
  ];
  return h(
    'header',
    { class: `banner ${BANNER[word]}` },
    h('h1', {}, h('span', { class: COLOUR[word] }, word), ` ${title ?? 'smoke tests'}`),
    h('p', {}, `${tallyText(tally(data))} in ${plural(runs.length, 'script')}`),
    notRun > 0 && h('p', { class: 'warn' }, `! ended early: ${plural(notRun, 'script')} not run`),
    h(
      'dl',
      { class: 'facts' },
      ...facts.map(([name, value]) => h('div', {}, h('dt', {}, name), h('dd', {}, value))),
    ),
  );
}

/** Tiles and a ring of the same numbers. */
export function outcomes(data: SessionData): HTMLElement {
  const counts = tally(data);
  const all = OUTCOMES.reduce((sum, one) => sum + counts[one], 0);
  const tile = (one: CaseState): HTMLElement => {
    const colour = counts[one] > 0 ? LOOK[one] : '';
    const share = all === 0 ? '' : percent(counts[one] / all);
    return h(
      'div',
      { class: 'tile' },
      h('dt', {}, one),
      h('dd', { class: `figure ${colour}` }, String(counts[one])),
      h('dd', { class: 'note' }, share),
    );
  };
  return h(
    'section',
    { 'aria-label': 'outcomes', class: 'outcomes' },
    h('h2', {}, 'Outcomes'),
    h('div', {}, ring(counts, all), h('dl', { class: 'tiles' }, ...OUTCOMES.map(tile))),
  );
}

/** A ring whose circumference is 100, so that a share is a length. */
function ring(counts: Readonly<Record<CaseState, number>>, all: number): SVGElement {
  const at = { cx: '21', cy: '21', r: '15.9155', 'stroke-width': '6' };
  let before = 0;
  const arcs = OUTCOMES.filter((one) => counts[one] > 0).map((one) => {
    const share = (100 * counts[one]) / all;
    // It starts at the top, a quarter of the way before where circles begin.
    const offset = 25 - before;
    before += share;
    return svg('circle', {
      ...at,
      class: `arc ${one}`,
      'stroke-dasharray': `${share} ${100 - share}`,
      'stroke-dashoffset': String(offset),
    });
  });
  return svg(
    'svg',
    { class: 'ring', viewBox: '0 0 42 42', role: 'img', 'aria-label': tallyText(counts) },
    svg('circle', { ...at, class: 'arc' }),
    ...arcs,
    svg('text', { x: '21', y: '21' }, String(all)),
  );
}

const MOST_BARS = 20;

/** The slowest cases, each as a bar beside its name. */
export function durations(data: SessionData): HTMLElement {
  const slow = data.runs
    .flatMap(({ cases }) => cases)
    .filter(({ durationMs }) => durationMs > 0)
    .sort((a, b) => b.durationMs - a.durationMs)
    .slice(0, MOST_BARS);
  const longest = slow[0]?.durationMs ?? 1;
  const section = h(
    'section',
    { 'aria-label': 'slowest cases' },
    h('h2', {}, 'Slowest cases'),
    h('ol', { class: 'bars' }, ...slow.map((one) => bar(one, longest))),
  );
  section.hidden = slow.length === 0;
  return section;
}

function bar({ suite, name, state, durationMs }: CaseResult, longest: number): HTMLElement {
  const width = String(Math.max(0.5, (100 * durationMs) / longest));
  return h(
    'li',
    {},
    h('span', {}, `${suite} › ${name}`),
    svg(
      'svg',
      { viewBox: '0 0 100 10', preserveAspectRatio: 'none', 'aria-hidden': 'true' },
      svg('rect', { class: state, width, height: '10' }),
    ),
    h('span', { class: 'n' }, time(durationMs)),
  );
}
