// A preview of the Grafana dashboards: real runs into a real InfluxDB, every panel's own query, and
// the answers drawn by our chart page in a browser. Grafana itself has no part in it.
import { join } from 'node:path';
import { bundle } from '../../bundler/bundle.ts';

import type { PreviewDashboard, PreviewLine, PreviewPanel } from './preview.ts';
import type { Dashboard, InfluxTarget, Panel, PromTarget } from './schema.ts';
import { ROOT } from '../../runtime/tests/imports.ts';
import type { InfluxPeer, InfluxSeries } from '../../runtime/tests/peers.ts';

/** What Grafana puts in the place of its variables, by name. */
export interface Variables {
  /** Regular expression of run names. */
  readonly testid: string;
  readonly from: number;
  readonly to: number;
  readonly route?: string;
  /** What a point stands for; default a second. */
  readonly interval?: string;
}

/** A query as Grafana would send it at a zoom of one second a point. */
export function expanded(query: string, variables: Variables): string {
  const { testid, from, to, route = '.*', interval = '1s' } = variables;
  const values: Readonly<Record<string, string>> = {
    timeFilter: `time >= ${from}ms AND time <= ${to}ms`,
    interval_ms: '1000',
    interval,
    // of PromQL: longer than any run of a test
    ...{ rate_interval: '1m', range: '10m' },
    ...{ testid, route, service: 'C-STORE', by: 'service+route' },
  };
  return query.replace(
    /\$_*(timeFilter|interval_ms|interval|rate_interval|range|testid|service|route|by)\b/g,
    (_, name: string) => values[name] ?? '',
  );
}

/** Every panel and heading, those in folded rows included. */
export function panelsOf({ panels }: Dashboard): Panel[] {
  return panels.flatMap((panel) => (panel.type === 'row' ? [panel, ...panel.panels] : [panel]));
}

/** What a panel asks InfluxDB; a heading asks nothing. */
export function targetsOf(panel: Panel): readonly InfluxTarget[] {
  return panel.type === 'row' ? [] : panel.targets.filter((target) => 'query' in target);
}

/** What a panel asks Prometheus. */
export function expressionsOf(panel: Panel): readonly PromTarget[] {
  return panel.type === 'row' ? [] : panel.targets.filter((target) => 'expr' in target);
}

/** Asks every panel's queries and gives the answers the shape that the page draws. */
export async function previewOf(
  dashboard: Dashboard,
  influx: InfluxPeer,
  variables: Variables,
): Promise<PreviewDashboard> {
  const ask = (query: string): Promise<readonly InfluxSeries[]> =>
    influx.query(expanded(query, variables), 'dicomrun');
  const panels: PreviewPanel[] = [];
  for (const panel of panelsOf(dashboard)) {
    const answers: Answer[] = [];
    for (const target of targetsOf(panel)) {
      answers.push({ target, series: await ask(target.query) });
    }
    panels.push(previewPanel(panel, answers, variables));
  }
  const [events] = dashboard.annotations.list;
  const marks = events === undefined ? [] : ((await ask(events.target.query))[0]?.values ?? []);
  return {
    title: dashboard.title,
    panels,
    marks: marks
      .filter(([, , , type]) => type === 'stage')
      .map(([at, , text]) => ({ at: Number(at), label: String(text) })),
  };
}

interface Answer {
  readonly target: InfluxTarget;
  readonly series: readonly InfluxSeries[];
}

interface Field {
  readonly defaults: { readonly unit: string };
  readonly overrides: readonly {
    readonly matcher: { readonly id: string; readonly options: string };
    readonly properties: readonly { readonly id: string; readonly value: string }[];
  }[];
}

function previewPanel(
  panel: Panel,
  answers: readonly Answer[],
  variables: Variables,
): PreviewPanel {
  const { title, type, gridPos } = panel;
  const fields = panel.type === 'row' ? NO_FIELDS : panel.fieldConfig;
  const { defaults, overrides } = fields as Field;
  const units = Object.fromEntries(
    overrides.map(({ matcher, properties }) => [
      matcher.options,
      properties.find(({ id }) => id === 'unit')?.value ?? defaults.unit,
    ]),
  );
  const right = overrides.find(({ properties }) =>
    properties.some(({ id, value }) => id === 'custom.axisPlacement' && value === 'right'),
  )?.matcher.options;
  return {
    title: expanded(title, variables),
    ...{ type, width: gridPos.w, unit: defaults.unit, units },
    ...(right !== undefined && { right: right.slice(1, -1) }),
    lines: type === 'table' ? [] : answers.flatMap(linesOf),
    tables: type === 'table' ? answers.map(({ series }) => tableOf(series)) : [],
  };
}

const NO_FIELDS: Field = { defaults: { unit: 'short' }, overrides: [] };

/** Series by their alias, `$tag_NAME` filled in as Grafana does. */
function linesOf({ target, series }: Answer): PreviewLine[] {
  return series.map(({ tags = {}, values }) => ({
    label: (target.alias ?? target.refId)
      .replace(/\$tag_(\w+)/g, (_, name: string) => tags[name] ?? '')
      .trim(),
    points: values.map(([at, value]) => [Number(at), value as number | null] as const),
  }));
}

/** Rows of all series under one head: tags first, then fields; no time. */
function tableOf(series: readonly InfluxSeries[]): PreviewPanel['tables'][number] {
  const [first] = series;
  const tags = Object.keys(first?.tags ?? {}).filter((tag) =>
    series.some((one) => one.tags?.[tag] !== ''),
  );
  const rows = series.flatMap((one) =>
    one.values.map(([, ...fields]) => [
      ...tags.map((tag) => one.tags?.[tag] ?? ''),
      ...(fields as (string | number | null)[]),
    ]),
  );
  return { columns: [...tags, ...(first?.columns.slice(1) ?? [])], rows };
}

/** The page that draws previews, with nothing left to load. */
export async function previewHtml(dashboards: readonly PreviewDashboard[]): Promise<string> {
  const { js, css } = await bundle({
    entry: join(ROOT, 'tools/grafana/page.ts'),
    base: ROOT,
    format: 'iife',
    platform: 'browser',
  });
  const data = JSON.stringify(dashboards).replace(/</g, '\\u003c');
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>preview</title>
<style>${css}</style><script type="application/json" id="preview">${data}</script>
<main id="report"></main><script>${js.replaceAll('</script', '<\\/script')}</script></html>`;
}
