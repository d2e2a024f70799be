// Durations as scripts write them.
import { badArgument } from '../sandbox/errors.ts';

const UNITS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** Milliseconds of `'30s'`, `'1m30s'`, `'250ms'` or a number of ms; undefined stays undefined. */
export function milliseconds(value: number | string | undefined, what: string): number | undefined {
  if (value === undefined) return undefined;
  if (typeof value === 'number' && value >= 0) return value;
  const text = String(value).trim();
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h|d)/g)];
  if (parts.length === 0 || parts.map((part) => part[0]).join('') !== text) {
    throw badArgument(
      `${what}: "${text}" is no duration`,
      "write ms as a number, or '30s', '2m', '250ms'",
    );
  }
  return parts.reduce((sum, part) => sum + Number(part[1]) * (UNITS[part[2] ?? ''] ?? 0), 0);
}
