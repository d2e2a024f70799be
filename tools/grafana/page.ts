// Draws what the queries of a dashboard answered: the preview of the dashboards in the help. Made by
// a test, in no report.
import './page.css';
import type { PreviewCell, PreviewDashboard, PreviewLine, PreviewPanel } from './preview.ts';
import {
  chart,
  type ChartOptions,
  type Line,
  type Mark,
} from '../../runtime/report/html/page/chart.ts';
import { h, replace } from '../../runtime/report/html/page/dom.ts';
import { bytes, count, percent, short, time } from '../../runtime/metrics/numbers.ts';
import { look } from '../../runtime/report/html/page/panels/timeline.ts';
import { numbers, table, words, type TableColumn } from '../../runtime/report/html/page/table.ts';
import { startTheme } from '../../runtime/report/html/page/theme.ts';

const UNITS: Readonly<Record<string, (value: number) => string>> = {
  ms: time,
  bytes,
  short: count,
  reqps: (value) => `${short(value)}/s`,
  ops: (value) => `${short(value)}/s`,
  Bps: (value) => `${bytes(value)}/s`,
  percent: (value) => `${short(value)} %`,
  percentunit: percent,
};

function format(unit: string | undefined): (value: number) => string {
  return UNITS[unit ?? 'short'] ?? short;
}

function show(dashboard: PreviewDashboard): HTMLElement {
  const cells = dashboard.panels.map((panel) => {
    const cell = h('div', { class: `cell w${panel.width}` });
    if (panel.type === 'row') cell.append(h('h2', {}, panel.title));
    else if (panel.type === 'stat') cell.append(tile(panel));
    else if (panel.type === 'table') cell.append(h('h3', {}, panel.title), ...tables(panel));
    else cell.append(plotted(panel, dashboard.marks));
    return cell;
  });
  const head = h('h1', {}, dashboard.title, h('span', { class: 'label' }, LABEL));
  return h('section', {}, head, h('div', { class: 'grid' }, ...cells));
}

const LABEL = 'preview: results of the panels’ queries, not drawn by Grafana';

function tile({ title, unit, lines }: PreviewPanel): HTMLElement {
  const known = lines.flatMap(({ points }) => points.map(([, value]) => value));
  const last = known.filter((value) => value !== null).at(-1);
  const figure = last === undefined ? '–' : format(unit)(last);
  return h('div', { class: 'tile' }, title, h('div', { class: 'figure' }, figure));
}

function tables({ title, unit, units, tables: all }: PreviewPanel): HTMLElement[] {
  return all.map(({ columns, rows }) => {
    const made = table<readonly PreviewCell[]>({
      caption: title,
      columns: columns.map((name, at): TableColumn<readonly PreviewCell[]> => {
        if (rows.every((row) => typeof row[at] === 'string'))
          return words(name, (row) => String(row[at] ?? ''));
        return numbers(name, (row) => Number(row[at] ?? 0), format(units[name] ?? unit));
      }),
    });
    made.update(rows);
    return made.element;
  });
}

function plotted(panel: PreviewPanel, marks: readonly Mark[]): HTMLElement {
  const times = panel.lines.flatMap(({ points }) => points.map(([at]) => at));
  const x = [...new Set(times)].sort((a, b) => a - b);
  const start = x[0] ?? 0;
  const right = panel.right === undefined ? null : new RegExp(panel.right);
  const formatRight = format(panel.right && panel.units[`/${panel.right}/`]);
  const options: ChartOptions = {
    title: panel.title,
    format: format(panel.unit),
    ...(right && { formatRight }),
    ...(panel.type === 'heatmap' && { logarithmic: true }),
    height: 190,
  };
  const made = chart(options);
  const lines = panel.lines.map((line, at) => asLine(line, x, { panel, at, right }));
  made.update({
    x: x.map((at) => (at - start) / 1000),
    lines,
    marks: marks.map(({ at, label }) => ({ at: (at - start) / 1000, label })),
  });
  return made.element;
}

interface Place {
  readonly panel: PreviewPanel;
  readonly at: number;
  readonly right: RegExp | null;
}

function asLine(line: PreviewLine, x: readonly number[], { panel, at, right }: Place): Line {
  const known = new Map(line.points);
  return {
    label: line.label,
    values: x.map((time) => known.get(time) ?? null),
    ...look(at),
    ...(right?.test(line.label) === true && { right: true }),
    ...(panel.type === 'heatmap' && { style: 'dots' as const }),
  };
}

startTheme();
const data = JSON.parse(document.getElementById('preview')?.textContent ?? '[]') as unknown;
replace(
  document.getElementById('report') ?? document.body,
  ...(data as readonly PreviewDashboard[]).map(show),
);
