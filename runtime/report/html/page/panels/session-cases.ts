// Every case of a session: a table that is filtered by outcome and by words, and each failure in full.
import type { CaseResult } from '../../../../metrics/summary.ts';
import { time } from '../../../../metrics/numbers.ts';
import {
  OUTCOMES,
  tally,
  type CaseState,
  type SessionData,
  type SessionRun,
} from '../../session-data.ts';
import { button, h } from '../dom.ts';
import { numbers, table, words, type TableColumn } from '../table.ts';
import { LOOK } from './session-overview.ts';

interface Row extends CaseResult {
  readonly script: string;
  readonly report: string | null;
}

const COLUMNS: readonly TableColumn<Row>[] = [
  {
    label: 'outcome',
    cell: ({ state }) => h('span', { class: LOOK[state] }, state),
    sort: ({ state }) => OUTCOMES.indexOf(state),
  },
  words('script', (row) => row.script),
  words('scenario', scenarioOf),
  words('case', (row) => row.name),
  numbers('duration', (row) => row.durationMs, time),
  words('message', ({ message = '' }) => message.split('\n')[0] ?? ''),
  { label: 'run', cell: (row) => linkTo(row) ?? '' },
];

/** What follows the script in `script › scenario › route`. */
function scenarioOf({ suite }: CaseResult): string {
  return suite.split(' › ').slice(1).join(' › ');
}

/** Step by step, so that no name of a folder is taken for more than that. */
function linkTo({ report }: Row | SessionRun): HTMLElement | null {
  if (report === null) return null;
  const href = `./${report.split('/').map(encodeURIComponent).join('/')}`;
  return h('a', { href }, 'report');
}

function rowsOf({ runs }: SessionData): readonly Row[] {
  return runs.flatMap(({ script, report, cases }) =>
    cases.map((one) => ({ ...one, script, report })),
  );
}

export function allCases(data: SessionData): HTMLElement {
  const rows = rowsOf(data);
  const counts = tally(data);
  const made = table<Row>({ caption: 'all cases', filter: true, columns: COLUMNS });
  const show = (wanted: CaseState | null): void => {
    made.update(wanted === null ? rows : rows.filter(({ state }) => state === wanted));
    for (const [one, pressed] of choices) pressed.setAttribute('aria-pressed', `${one === wanted}`);
  };
  const choice = (one: CaseState | null, label: string) =>
    [one, button(label, () => show(one))] as const;
  const choices = [
    choice(null, `all ${rows.length}`),
    ...OUTCOMES.filter((one) => counts[one] > 0).map((one) => choice(one, `${one} ${counts[one]}`)),
  ];
  show(null);
  return h(
    'section',
    { 'aria-label': 'all cases' },
    h('h2', {}, 'All cases'),
    h(
      'div',
      { class: 'tools noprint', role: 'group', 'aria-label': 'outcome' },
      ...choices.map(([, made]) => made),
    ),
    made.element,
  );
}

/** Each closed to its title; paper opens them all. */
export function sessionFailures(data: SessionData): HTMLElement {
  const bad = rowsOf(data).filter(({ state }) => state === 'failed' || state === 'error');
  const folded = bad.map(failure);
  const all = (open: boolean) => (): void => folded.forEach((one) => (one.open = open));
  addEventListener('beforeprint', all(true));
  return h(
    'section',
    { 'aria-label': 'failures' },
    h('h2', {}, 'Failures'),
    bad.length === 0
      ? h('p', { class: 'faint' }, 'No case failed.')
      : h(
          'div',
          { class: 'tools noprint' },
          button('open all', all(true)),
          button('close all', all(false)),
        ),
    ...folded,
  );
}

function failure(row: Row): HTMLDetailsElement {
  const { suite, name, state, message = '', where, properties = {} } = row;
  const facts = [...Object.entries(properties), ['duration', time(row.durationMs)]];
  return h(
    'details',
    { class: 'failure' },
    h('summary', {}, h('span', { class: 'bad' }, state), ` ${suite} › ${name}`),
    message !== '' && h('pre', {}, message),
    where !== undefined && h('p', { class: 'faint' }, where),
    h('p', { class: 'faint' }, facts.map(([name, value]) => `${name} ${value}`).join(' · ')),
    linkTo(row),
  );
}
