// The kinds of panels our dashboards have: a number, lines over time, a table, a heatmap.
import type { Ask } from './asks.ts';
import type { Draft } from './model.ts';
import type { HeatmapPanel, LinesPanel, StatPanel, TablePanel, Thresholds } from './schema.ts';

export interface PanelText {
  readonly title: string;
  /** What exactly is shown, for the (i) of the panel. */
  readonly description: string;
  /** Unit of Grafana: `short`, `ms`, `reqps`, `Bps`, `percentunit`, `percent`, `bytes`. */
  readonly unit: string;
  /** What stands in the panel of a run that has nothing of this. */
  readonly none?: string;
}

interface Look {
  readonly w?: number;
  readonly h?: number;
  /** Values from which the colour turns: green below the first, then orange, then red. */
  readonly steps?: readonly number[];
}

function thresholds(steps: readonly number[] = []): Thresholds {
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
export function stat(text: PanelText, asks: readonly Ask[], look: Look = {}): Draft<StatPanel> {
  const { title, description, unit, none: noValue = '–' } = text;
  const { w = 4, h = 4, steps } = look;
  return {
    type: 'stat',
    title,
    description,
    w,
    h,
    ...{ asks, format: 'time_series' },
    fieldConfig: { defaults: { unit, noValue, thresholds: thresholds(steps) }, overrides: [] },
    options: {
      colorMode: steps ? 'value' : 'none',
      graphMode: 'none',
      justifyMode: 'auto',
      orientation: 'auto',
      percentChangeColorMode: 'standard',
      reduceOptions: { calcs: ['lastNotNull'], fields: '', values: false },
      showPercentChange: false,
      textMode: 'auto',
      wideLayout: true,
    },
  };
}

/** Lines over time. */
export function lines(
  text: PanelText,
  asks: readonly Ask[],
  look: Look & { readonly stacked?: boolean; readonly bars?: boolean } = {},
): Draft<LinesPanel> {
  const { title, description, unit, none: noValue = 'None of this in the run' } = text;
  const { w = 12, h = 8, stacked = false, bars = false } = look;
  const custom: LinesPanel['fieldConfig']['defaults']['custom'] = {
    drawStyle: bars ? 'bars' : 'line',
    lineWidth: 2,
    fillOpacity: stacked || bars ? 40 : 8,
    showPoints: 'auto',
    spanNulls: false,
    stacking: { group: 'A', mode: stacked ? 'normal' : 'none' },
  };
  return {
    type: 'timeseries',
    title,
    description,
    w,
    h,
    ...{ asks, format: 'time_series' },
    fieldConfig: { defaults: { unit, noValue, min: 0, custom }, overrides: [] },
    options: {
      legend: {
        showLegend: true,
        displayMode: 'table',
        placement: 'bottom',
        calcs: ['mean', 'max', 'lastNotNull'],
      },
      tooltip: { mode: 'multi', sort: 'desc' },
    },
  };
}

/** The same lines, some of them with another unit on the right axis. */
export function withRightAxis(
  panel: Draft<LinesPanel>,
  names: RegExp,
  unit: string,
): Draft<LinesPanel> {
  const { defaults, overrides } = panel.fieldConfig;
  const right: (typeof overrides)[number] = {
    matcher: { id: 'byRegexp', options: names.toString() },
    properties: [
      { id: 'unit', value: unit },
      { id: 'custom.axisPlacement', value: 'right' },
    ],
  };
  return { ...panel, fieldConfig: { defaults, overrides: [...overrides, right] } };
}

/** A table of whole-run numbers; `units` by field name. */
export function tableOf(
  text: PanelText,
  asks: readonly Ask[],
  units: Readonly<Record<string, string>>,
): Draft<TablePanel> {
  const { title, description, unit } = text;
  type Fields = TablePanel['fieldConfig'];
  const custom: Fields['defaults']['custom'] = {
    align: 'auto',
    cellOptions: { type: 'auto' },
    inspect: false,
  };
  const overrides = Object.entries(units).map(([field, value]): Fields['overrides'][number] => ({
    matcher: { id: 'byName', options: field },
    properties: [{ id: 'unit', value }],
  }));
  return {
    type: 'table',
    title,
    description,
    w: 24,
    h: 8,
    ...{ asks, format: 'table' },
    fieldConfig: { defaults: { unit, decimals: 2, custom }, overrides },
    options: { frameIndex: 0, showHeader: true, cellHeight: 'sm' },
    transformations: [{ id: 'organize', options: { excludeByName: { Time: true } } }],
  };
}

/** How often which values occurred over time, from single samples. */
export function heatmap(text: PanelText, asks: readonly Ask[]): Draft<HeatmapPanel> {
  const { title, description, unit, none: noValue = '–' } = text;
  return {
    type: 'heatmap',
    title,
    description,
    w: 24,
    h: 9,
    ...{ asks, format: 'time_series' },
    fieldConfig: { defaults: { unit, noValue }, overrides: [] },
    options: {
      calculate: true,
      cellGap: 1,
      color: {
        mode: 'scheme',
        scheme: 'Viridis',
        steps: 64,
        reverse: false,
        exponent: 0.5,
        fill: 'dark-orange',
      },
      exemplars: { color: 'rgba(255,0,255,0.7)' },
      legend: { show: true },
      showValue: 'never',
      tooltip: { mode: 'single', yHistogram: false },
      yAxis: { unit, axisPlacement: 'left' },
    },
  };
}
