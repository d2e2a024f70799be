// Panels 13 and 14: what exactly was run, and the numbers to take along.
import type { OutputResult } from '../../../../metrics/summary.ts';
import type { Setting } from '../../../../runlog/format.ts';
import type { ReportData, ReportEvent } from '../../data.ts';
import { button, download, h, replace } from '../dom.ts';
import { clock, count } from '../../../../metrics/numbers.ts';
import { section, type Panel } from '../panel.ts';
import { csvCell, table, words, type TableColumn } from '../table.ts';

/** Items of a list that are shown without asking for them. */
const MOST_ITEMS = 12;

/** A list under a heading, hidden when there is nothing in it, folded when it is long. */
function list(title: string): { parts: HTMLElement[]; fill: (items: readonly string[]) => void } {
  const [head, items, rest] = [h('h3', {}, title), h('ul'), h('ul')];
  const more = h('summary');
  const folded = h('details', { class: 'noprint' }, more, rest);
  return {
    parts: [head, items, folded],
    fill: (texts) => {
      const lines = texts.map((text) => h('li', {}, text));
      head.hidden = items.hidden = texts.length === 0;
      replace(items, ...lines.slice(0, MOST_ITEMS));
      replace(rest, ...lines.slice(MOST_ITEMS));
      folded.hidden = lines.length <= MOST_ITEMS;
      more.textContent = `${count(lines.length - MOST_ITEMS)} more of “${title}”`;
    },
  };
}

const SETTINGS: readonly TableColumn<Setting>[] = [
  { ...words<Setting>('option', (row) => row.path), long: true },
  { ...words<Setting>('value', (row) => row.value), long: true },
  words('from', (row) => row.origin),
];

export function configuration(): Panel {
  const settings = table<Setting>({
    caption: 'options that were set, and where',
    columns: SETTINGS,
    empty: 'The run log does not say.',
  });
  const [events, outputs, files] = [list('Events'), list('Outputs'), list('Files')];
  const plan = h('pre', { tabindex: '0', role: 'region', 'aria-label': 'plan' });
  const folded = h('details', { class: 'noprint' }, h('summary', {}, 'the plan, as data'), plan);
  const options = [h('h3', {}, 'Options, and where they come from'), settings.element];
  const parts = [...events.parts, ...outputs.parts, ...files.parts, ...options, folded];
  return section('Configuration and provenance', parts, (data) => {
    events.fill(data.events.map(eventText));
    outputs.fill(data.summary.outputs.map(outputText));
    files.fill(data.summary.files.map(({ path, what }) => `${path}: ${what}`));
    settings.update(data.settings.filter(({ origin }) => origin !== 'default'));
    const text = planText(data.plan);
    plan.textContent = text;
    folded.hidden = text === '';
  });
}

function eventText({ at, type, title, text }: ReportEvent): string {
  const parts = [type, title, text].filter((part) => part !== '');
  return `${clock(at * 1000)} · ${[...new Set(parts)].join(' · ')}`;
}

function outputText({ name, destination, note, ...numbers }: OutputResult): string {
  const { written, rejected, unwritten } = numbers;
  const counts = `${count(written)} written, ${count(rejected)} rejected, ${count(unwritten)} unwritten`;
  return `${name} → ${destination}: ${counts}${note ? ` (${note})` : ''}`;
}

function planText(plan: unknown): string {
  if (plan === null || plan === undefined) return '';
  return typeof plan === 'string' ? plan : JSON.stringify(plan, null, 2);
}

export function downloads(): Panel {
  let latest: ReportData | null = null;
  const offer = (
    name: string,
    type: string,
    text: (data: ReportData) => string,
  ): HTMLButtonElement => button(name, () => latest && download(name, type, text(latest)));
  const panel = section(
    'Downloads',
    [
      h(
        'div',
        { class: 'tools' },
        offer('summary.json', 'application/json', ({ summary }) =>
          JSON.stringify(summary, null, 2),
        ),
        offer('timeline.csv', 'text/csv', timelineCsv),
        offer('errors.csv', 'text/csv', errorsCsv),
      ),
      h(
        'p',
        { class: 'faint' },
        'Made from what is in this file; nothing is fetched and nothing is sent.',
      ),
    ],
    (data) => {
      latest = data;
    },
  );
  panel.element.classList.add('noprint');
  return panel;
}

function timelineCsv({ timeline }: ReportData): string {
  const names = Object.keys(timeline.columns);
  const head = ['seconds', ...names].map(csvCell).join(',');
  const rows = timeline.time.map((at, index) =>
    [at, ...names.map((name) => timeline.columns[name]?.[index] ?? '')].join(','),
  );
  return [head, ...rows].join('\n');
}

function errorsCsv({ summary }: ReportData): string {
  const rows = summary.errors.groups.map((group) =>
    [
      group.operation,
      group.code,
      group.calledAET ?? '',
      String(group.count),
      String(group.firstMs),
      String(group.lastMs),
      group.message,
    ]
      .map(csvCell)
      .join(','),
  );
  return ['operation,code,called_aet,count,first_ms,last_ms,example', ...rows].join('\n');
}
