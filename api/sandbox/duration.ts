// Durations as scripts write them.
import { parseDurationOrMs } from '../duration.ts';
import { badArgument } from './errors.ts';

/** Milliseconds of `'30s'`, `'1m30s'`, `'250ms'` or a number of ms; undefined stays undefined. */
export function milliseconds(value: number | string | undefined, what: string): number | undefined {
  if (value === undefined) return undefined;
  if (typeof value === 'number' && value >= 0) return value;
  const ns = typeof value === 'string' ? parseDurationOrMs(value) : null;
  if (ns !== null) return ns / 1e6;
  throw badArgument(
    `${what}: "${String(value)}" is no duration`,
    "write ms as a number, or '30s', '2m', '250ms'",
  );
}
