// Numbers as people read them: one way to write each, in the terminal, the report, JUnit, the live
// page and a comparison. No Node in here: the page in the browser has it, too.
import type { MetricContains, MetricType } from '../../api/k6/metric-table.ts';

export type TimeUnit = 's' | 'ms' | 'us';

const NONE = '–';

/** `1,234,567`; one decimal below 100 when there is one. */
export function count(value: number): string {
  if (!Number.isFinite(value)) return NONE;
  const rounded =
    Math.abs(value) < 100 && !Number.isInteger(value) ? round(value, 1) : Math.round(value);
  return grouped(rounded);
}

/** `1 image`, `12,028 images`. By what is shown: 1.0004 reads as one, too. */
export function plural(n: number, one: string, many = `${one}s`): string {
  const shown = count(n);
  return `${shown} ${shown === '1' ? one : many}`;
}

/** Three digits that matter, without exponent: `0.84`, `12.3`, `143`, `12,028`. */
export function short(value: number | null): string {
  if (value === null || !Number.isFinite(value)) return NONE;
  const size = Math.abs(value);
  if (size >= 100) return count(value);
  return String(size < 0.001 ? round(value, 5) : Number(value.toPrecision(3)));
}

/** Events a second, without the unit. */
export function rate(value: number): string {
  return short(value);
}

/** A duration: `0.84 ms`, `143 ms`, `1.75 s`, `2 m 5 s`; all in one unit where that is asked for. */
export function time(ms: number | null, unit: TimeUnit = 'ms'): string {
  if (ms === null || !Number.isFinite(ms)) return NONE;
  if (unit === 'us') return `${short(ms * 1000)} us`;
  if (unit === 's') return `${short(ms / 1000)} s`;
  if (Math.abs(ms) < 999.5) return `${short(ms)} ms`;
  return ms < 120_000 ? `${short(ms / 1000)} s` : span(ms);
}

/** A length of time in whole seconds: `350 ms`, `30 s`, `2 m 5 s`, `1 h 3 m`. */
export function span(ms: number): string {
  if (!Number.isFinite(ms)) return NONE;
  if (ms < 1000) return `${Math.max(0, Math.round(ms))} ms`;
  if (ms < 9_950) return `${round(ms / 1000, 1)} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 120) return `${seconds} s`;
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor((seconds % 3600) / 60)];
  if (hours > 0) return minutes === 0 ? `${hours} h` : `${hours} h ${minutes} m`;
  return seconds % 60 === 0 ? `${minutes} m` : `${minutes} m ${seconds % 60} s`;
}

/** The same of a length in seconds; for the axis of a chart. */
export function seconds(value: number): string {
  return value === 0 ? '0 s' : span(value * 1000);
}

/** When something was, since the start of the run: `00:01:10`. */
export function clock(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const two = (value: number): string => String(value).padStart(2, '0');
  return [Math.floor(seconds / 3600), Math.floor((seconds % 3600) / 60), seconds % 60]
    .map(two)
    .join(':');
}

/** A share 0..1: `84.6 %`. What is not nothing is not rounded to nothing, nor to all. */
export function percent(share: number): string {
  if (!Number.isFinite(share)) return NONE;
  const value = share * 100;
  if (value > 0 && value < 0.01) return '<0.01 %';
  if (value > 99.99 && value < 100) return '>99.99 %';
  return `${round(value, value < 10 || value > 99 ? 2 : 1)} %`;
}

const BYTE_UNITS = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'];

/** Decimal units: 1 MB is a million bytes. */
export function bytes(value: number): string {
  if (!Number.isFinite(value)) return NONE;
  let [rest, unit] = [value, 0];
  while (Math.abs(rest) >= 999.5 && unit < BYTE_UNITS.length - 1) {
    rest /= 1000;
    unit++;
  }
  return `${unit === 0 ? Math.round(rest) : short(rest)} ${BYTE_UNITS[unit] ?? ''}`;
}

export function megabytesPerSecond(bytesPerSecond: number): string {
  return short(bytesPerSecond / 1e6);
}

/** A value of a metric in its own unit. */
export function metricValue(
  value: number,
  contains: MetricContains,
  unit: TimeUnit = 'ms',
): string {
  if (contains === 'time') return time(value, unit);
  return contains === 'data' ? bytes(value) : short(value);
}

/** What is needed of a threshold to write its numbers. */
export interface ThresholdNumber {
  readonly expression: string;
  readonly contains: MetricContains;
  /** Of its metric; absent in older logs. */
  readonly type?: MetricType;
}

/** What a threshold observed, or its limit: a share in percent, a count as one, a time with its unit. */
export function thresholdNumber(
  { expression, contains, type }: ThresholdNumber,
  value: number,
  unit: TimeUnit = 'ms',
): string {
  const method = /^\s*(\w+)/.exec(expression)?.[1] ?? '';
  if (method === 'count') return contains === 'data' ? bytes(value) : count(value);
  if (method !== 'rate') return metricValue(value, contains, unit);
  if (type === 'counter') return `${metricValue(value, contains, unit)}/s`;
  return type === 'rate' || Math.abs(value) <= 1 ? percent(value) : short(value);
}

function grouped(value: number): string {
  const [whole = '0', fraction] = String(value).split('.');
  const thousands = whole.replace(/\B(?=(\d{3})+(?!\d))/g, ',');
  return fraction === undefined ? thousands : `${thousands}.${fraction}`;
}

function round(value: number, decimals: number): number {
  return Number(value.toFixed(decimals));
}
