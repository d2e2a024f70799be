// The kinds of panels our dashboards have: a number, lines over time, a table.
import { SOURCE, targets, type Draft } from './model.ts';

export type Queries = readonly (string | readonly [query: string, alias: string])[];

export interface PanelText {
  readonly title: string;
  /** What exactly is shown, for the (i) of the panel. */
  readonly description: string;
  /** Unit of Grafana: `short`, `ms`, `reqps`, `Bps`, `percentunit`, `percent`, `bytes`. */
  readonly unit: string;
}

interface Look {
  readonly w?: number;
  readonly h?: number;
  /** Values from which the colour turns: green below the first, then orange, then red. */
  readonly steps?: readonly number[];
}

function thresholds(steps: readonly number[] = []): unknown {
  const colours = steps.length === 1 ? ['red'] : ['orange', 'red'];
  return {
    mode: 'absolute',
    steps: [
      { color: 'green', value: null },
      ...steps.map((value, at) => ({ color: colours[at] ?? 'red', value })),
    ],
  };
}

/** One number. */
export function stat(text: PanelText, queries: Queries, look: Look = {}): Draft {
  const { title, description, unit } = text;
  const { w = 4, h = 4, steps } = look;
  return {
    ...{ type: 'stat', title, description, w, h, datasource: SOURCE },
    targets: targets('time_series', queries),
    fieldConfig: { defaults: { unit, noValue: '–', thresholds: thresholds(steps) }, overrides: [] },
    options: {
      colorMode: steps ? 'value' : 'none',
      graphMode: 'none',
      reduceOptions: { calcs: ['lastNotNull'], fields: '', values: false },
      textMode: 'auto',
    },
  };
}

/** Lines over time. */
export function lines(
  text: PanelText,
  queries: Queries,
  look: Look & { readonly stacked?: boolean; readonly bars?: boolean } = {},
): Draft {
  const { title, description, unit } = text;
  const { w = 12, h = 8, stacked = false, bars = false } = look;
  const custom = {
    drawStyle: bars ? 'bars' : 'line',
    lineWidth: 2,
    fillOpacity: stacked || bars ? 40 : 8,
    showPoints: 'auto',
    spanNulls: false,
    stacking: { group: 'A', mode: stacked ? 'normal' : 'none' },
  };
  return {
    ...{ type: 'timeseries', title, description, w, h, datasource: SOURCE },
    targets: targets('time_series', queries),
    fieldConfig: { defaults: { unit, min: 0, custom }, overrides: [] },
    options: {
      legend: { displayMode: 'table', placement: 'bottom', calcs: ['mean', 'max', 'lastNotNull'] },
      tooltip: { mode: 'multi', sort: 'desc' },
    },
  };
}

/** The same lines, some of them with another unit on the right axis. */
export function withRightAxis(panel: Draft, names: RegExp, unit: string): Draft {
  const { defaults } = panel.fieldConfig as { readonly defaults: unknown };
  const overrides = [
    {
      matcher: { id: 'byRegexp', options: names.toString() },
      properties: [
        { id: 'unit', value: unit },
        { id: 'custom.axisPlacement', value: 'right' },
      ],
    },
  ];
  return { ...panel, fieldConfig: { defaults, overrides } };
}

/** A table of whole-run numbers; `units` by field name. */
export function tableOf(
  text: PanelText,
  queries: Queries,
  units: Readonly<Record<string, string>>,
): Draft {
  const { title, description, unit } = text;
  const overrides = Object.entries(units).map(([field, value]) => ({
    matcher: { id: 'byName', options: field },
    properties: [{ id: 'unit', value }],
  }));
  return {
    ...{ type: 'table', title, description, w: 24, h: 8, datasource: SOURCE },
    targets: targets('table', queries),
    fieldConfig: { defaults: { unit, decimals: 2, custom: { align: 'auto' } }, overrides },
    options: { showHeader: true, cellHeight: 'sm' },
    transformations: [{ id: 'organize', options: { excludeByName: { Time: true } } }],
  };
}
