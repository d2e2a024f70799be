import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { METRIC_TABLE } from '../../api/k6/metric-table.ts';
import { expressionsOf, panelsOf, targetsOf } from './preview-of-run.ts';
import { ROOT } from '../../runtime/tests/imports.ts';
import { dashboardFiles, prometheusFiles } from './dashboards.ts';
import { VIEW_KINDS } from '../../runtime/metrics/views.ts';
import type { Dashboard, Panel } from './schema.ts';

const files = [...Object.entries(dashboardFiles()), ...Object.entries(prometheusFiles())];
const LEGACY = ['graph', 'singlestat', 'table-old'];

function queriesOf(dashboard: Dashboard): string[] {
  const events = dashboard.annotations.list.map(({ target }) => target);
  return [...panelsOf(dashboard).flatMap(targetsOf), ...events].map(({ query }) => query);
}

function overlap({ gridPos: a }: Panel, { gridPos: b }: Panel): boolean {
  return a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;
}

describe.each(files)('%s', (name, dashboard) => {
  it('is committed as it is made here (DICOMRUN_UPDATE=1 writes it)', () => {
    const file = join(ROOT, 'dashboards', name);
    const made = `${JSON.stringify(dashboard, null, 2)}\n`;
    if (process.env['DICOMRUN_UPDATE']) writeFileSync(file, made);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(JSON.parse(made));
  });

  it('has panels with numbers of their own that do not overlap', () => {
    const panels = panelsOf(dashboard);
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    for (const [at, one] of dashboard.panels.entries()) {
      expect(one.gridPos.x + one.gridPos.w).toBeLessThanOrEqual(24);
      for (const other of dashboard.panels.slice(at + 1)) {
        expect(overlap(one, other), `${one.title} over ${other.title}`).toBe(false);
      }
    }
    expect(panels.filter(({ type }) => LEGACY.includes(type))).toEqual([]);
    expect(dashboard.uid.length).toBeLessThanOrEqual(40);
  });

  it('says a unit and what is shown in every panel', () => {
    for (const panel of panelsOf(dashboard)) {
      if (panel.type === 'row') continue;
      expect(panel.fieldConfig.defaults.unit, panel.title).toBeTruthy();
      expect(panel.description, panel.title).toBeTruthy();
      expect(panel.targets.length, panel.title).toBeGreaterThan(0);
    }
  });
});

describe.each(Object.entries(dashboardFiles()))('%s', (_, dashboard) => {
  it('asks one view of known metrics, for the chosen runs and time, all names quoted', () => {
    const known = new Set(METRIC_TABLE.map((metric) => metric.name));
    const views = new Set([...VIEW_KINDS.map((kind) => kind.name), '$by']);
    for (const query of queriesOf(dashboard)) {
      expect(query).toContain('$timeFilter');
      expect(query).toContain('"testid" =~ /^$testid$/');
      const [, from] = /FROM "([^"]+)"/.exec(query) ?? [];
      const [, metric] = /"metric" = '([^']+)'/.exec(query) ?? [];
      if (from === 'dicomrun_events') continue;
      expect(known, query).toContain(from === 'dicomrun_total' ? metric : from);
      const selected = [...query.matchAll(/"view" = '([^']+)'/g)].map(([, view]) => view ?? '');
      const raw = query.startsWith('SELECT "value"');
      expect(selected.length, query).toBe(raw ? 0 : 1);
      for (const view of selected) expect(views, query).toContain(view);
      expect(query.replace(/"[^"]*"|'[^']*'|\/\^?[^/]*\//g, '')).not.toMatch(
        /(?<![$\w])[a-z]\w*\b(?!\()/,
      );
    }
  });
});

describe.each(Object.entries(prometheusFiles()))('%s', (name, dashboard) => {
  it('asks one view for the chosen runs', () => {
    const exprs = panelsOf(dashboard).flatMap(expressionsOf);
    for (const { expr } of exprs) {
      const series = expr.match(/\{[^{}]*\}/g) ?? [];
      expect(series.length, expr).toBeGreaterThan(0);
      for (const one of series) expect(one).toMatch(/^\{testid=~"\$testid",view="[^"]+"[,}]/);
    }
    const first = Object.entries(dashboardFiles()).find(([file]) => name.endsWith(file))?.[1];
    const titles = (of: Dashboard | undefined): string[] =>
      of === undefined ? [] : panelsOf(of).map(({ title }) => title ?? '');
    const without = ['What happened', 'Events'];
    expect(titles(dashboard)).toEqual(titles(first).filter((title) => !without.includes(title)));
  });
});

it('is checked by the types of the very Grafana that the compose file starts', () => {
  const compose = readFileSync(join(ROOT, 'dashboards/docker-compose.yml'), 'utf8');
  const [, image] = /image: grafana\/grafana:(\S+)/.exec(compose) ?? [];
  const manifest = readFileSync(join(ROOT, 'package.json'), 'utf8');
  const { devDependencies } = JSON.parse(manifest) as { devDependencies: Record<string, string> };
  expect(devDependencies['@grafana/schema']).toBe(image);
});
