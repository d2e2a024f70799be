// Numbers as people read them.
import type { TimeUnit } from '../metrics/summary.ts';

const NONE = '–';

/** `1,234,567`; fractions only below 100. */
export function count(value: number): string {
  if (!Number.isFinite(value)) return NONE;
  const rounded =
    Math.abs(value) < 100 && !Number.isInteger(value) ? round(value, 1) : Math.round(value);
  const [whole = '0', fraction] = String(rounded).split('.');
  const grouped = whole.replace(/\B(?=(\d{3})+(?!\d))/g, ',');
  return fraction === undefined ? grouped : `${grouped}.${fraction}`;
}

/** Events a second: three digits that matter. */
export function rate(value: number): string {
  if (!Number.isFinite(value)) return NONE;
  if (value === 0) return '0';
  if (value >= 100) return count(value);
  return String(round(value, value >= 10 ? 1 : 2));
}

/** A duration given in ms, in the unit asked for; `ms` changes to seconds from 10 s on. */
export function time(ms: number, unit: TimeUnit = 'ms'): string {
  if (!Number.isFinite(ms)) return NONE;
  if (unit === 'us') return `${count(ms * 1000)} us`;
  if (unit === 's' || ms >= 10_000) return `${round(ms / 1000, ms >= 100_000 ? 1 : 2)} s`;
  return `${digits(ms)} ms`;
}

/** A share 0..1 in percent; tiny ones never look like zero. */
export function percent(share: number): string {
  if (!Number.isFinite(share)) return NONE;
  const value = share * 100;
  if (value === 0 || value === 100) return `${value}%`;
  if (value > 0 && value < 0.01) return '<0.01%';
  if (value > 99.99 && value < 100) return '>99.99%';
  return `${round(value, value < 10 ? 2 : 1)}%`;
}

const BYTE_UNITS = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'];

/** Decimal units: 1 MB is a million bytes. */
export function bytes(value: number): string {
  if (!Number.isFinite(value)) return NONE;
  let unit = 0;
  let rest = value;
  while (rest >= 999.5 && unit < BYTE_UNITS.length - 1) {
    rest /= 1000;
    unit++;
  }
  return `${unit === 0 ? Math.round(rest) : digits(rest)} ${BYTE_UNITS[unit] ?? ''}`;
}

export function megabytesPerSecond(bytesPerSecond: number): string {
  return Number.isFinite(bytesPerSecond) ? digits(bytesPerSecond / 1e6) : NONE;
}

/** `1h02m03s`, `2m05s`, `7s`, `350ms`. */
export function span(ms: number): string {
  if (!Number.isFinite(ms)) return NONE;
  if (ms < 1000) return `${Math.max(0, Math.round(ms))}ms`;
  const seconds = Math.round(ms / 1000);
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor((seconds % 3600) / 60);
  const two = (value: number): string => String(value).padStart(2, '0');
  if (hours > 0) return `${hours}h${two(minutes)}m${two(seconds % 60)}s`;
  return minutes > 0 ? `${minutes}m${two(seconds % 60)}s` : `${seconds}s`;
}

/** `00:01:10` since the start of the run. */
export function clock(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const two = (value: number): string => String(value).padStart(2, '0');
  return [Math.floor(seconds / 3600), Math.floor((seconds % 3600) / 60), seconds % 60]
    .map(two)
    .join(':');
}

/** A value of a metric in its own unit. */
export function metricValue(
  value: number,
  contains: 'default' | 'time' | 'data',
  unit: TimeUnit = 'ms',
): string {
  if (contains === 'time') return time(value, unit);
  if (contains === 'data') return bytes(value);
  if (!Number.isFinite(value)) return NONE;
  return Number.isInteger(value) ? count(value) : String(Number(value.toPrecision(4)));
}

export function plural(n: number, one: string, many = `${one}s`): string {
  return `${count(n)} ${n === 1 ? one : many}`;
}

function digits(value: number): string {
  if (value >= 100) return count(value);
  if (value >= 10) return String(round(value, 1));
  return String(round(value, 2));
}

function round(value: number, decimals: number): number {
  return Number(value.toFixed(decimals));
}
