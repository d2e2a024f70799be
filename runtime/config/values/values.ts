// Readers of single values. Each takes the value as it came (option objects give numbers, flags and
// variables give text), adds a problem when it is wrong, and then returns undefined.
import {
  isTooLong,
  LONGEST_DAYS,
  parseDuration,
  parseDurationOrMs,
} from '../../../api/duration.ts';
import type { Place, Problems } from './problems.ts';

export interface Reader {
  readonly problems: Problems;
  readonly at: Place;
}

/** VUs of one scenario: what a plan of one process can hold. */
export const MAX_VUS = 1_000_000;

export interface NumberLimits {
  readonly min?: number;
  readonly max?: number;
}

export function readInteger(
  r: Reader,
  value: unknown,
  limits: NumberLimits = {},
): number | undefined {
  const { min = 0, max = Number.MAX_SAFE_INTEGER } = limits;
  const number = numeric(value);
  if (number !== null && Number.isInteger(number) && number >= min && number <= max) return number;
  const upper = number !== null && number > max ? ` and ≤ ${max}` : '';
  r.problems.value(r.at, `an integer ≥ ${min}${upper}`, value);
  return undefined;
}

export function readVUs(r: Reader, value: unknown, min = 1): number | undefined {
  return readInteger(r, value, { min, max: MAX_VUS });
}

export function readNumber(
  r: Reader,
  value: unknown,
  limits: NumberLimits = {},
): number | undefined {
  const { min = 0, max = Infinity } = limits;
  const number = numeric(value);
  if (number !== null && number >= min && number <= max) return number;
  const upper = max === Infinity ? '' : ` and ≤ ${max}`;
  r.problems.value(r.at, `a number ≥ ${min}${upper}`, value);
  return undefined;
}

/** ns. Bare numbers are ms, except on flags (`unit` required). */
export function readDuration(r: Reader, value: unknown, minNs = 0): number | undefined {
  const flag = r.at.name.startsWith('flag ');
  if (isTooLong(value)) {
    r.problems.value(r.at, `a duration of at most ${LONGEST_DAYS} days`, value);
    return undefined;
  }
  const ns = flag && typeof value === 'string' ? parseDuration(value) : parseDurationOrMs(value);
  if (ns !== null && ns >= minNs) return ns;
  const least = minNs > 0 ? ` of at least ${minNs / 1e9}s` : '';
  const hint = flag ? 'with a unit: 30s, 2m, 1h30m' : 'e.g. "30s", "2m", "1h30m"; a number is ms';
  r.problems.value(r.at, `a duration${least}`, value, hint);
  return undefined;
}

export function readDurationMs(r: Reader, value: unknown): number | undefined {
  const ns = readDuration(r, value);
  return ns === undefined ? undefined : ns / 1e6;
}

/** ms from a plain number of seconds, as the seed suite's variables have it. */
export function readSeconds(r: Reader, value: unknown): number | undefined {
  const seconds = readNumber(r, value);
  return seconds === undefined ? undefined : Math.round(seconds * 1000);
}

export function readBoolean(r: Reader, value: unknown): boolean | undefined {
  if (typeof value === 'boolean') return value;
  const text = typeof value === 'string' ? value.trim().toLowerCase() : '';
  if (['true', '1', 'yes', 'on'].includes(text)) return true;
  if (['false', '0', 'no', 'off'].includes(text)) return false;
  r.problems.value(r.at, 'true or false', value);
  return undefined;
}

export function readString(r: Reader, value: unknown): string | undefined {
  if (typeof value === 'string' && value.trim() !== '') return value;
  r.problems.value(r.at, 'a text', value);
  return undefined;
}

export function readChoice<T extends string>(
  r: Reader,
  value: unknown,
  choices: readonly T[],
): T | undefined {
  const found = choices.find((choice) => choice === value);
  if (found !== undefined) return found;
  r.problems.value(r.at, `one of ${choices.join(', ')}`, value);
  return undefined;
}

const SIZE_UNITS: Readonly<Record<string, number>> = {
  '': 1,
  B: 1,
  K: 1e3,
  M: 1e6,
  G: 1e9,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  KIB: 1024,
  MIB: 1024 ** 2,
  GIB: 1024 ** 3,
};

/** Bytes, at least `min`: a number, or `256MB`, `1GiB`, `2g`. */
export function readSize(r: Reader, value: unknown, min = 0): number | undefined {
  const match = /^(\d+(?:\.\d+)?)\s*([kmg]?i?b?)$/i.exec(String(value).trim());
  const unit = SIZE_UNITS[(match?.[2] ?? '?').toUpperCase()];
  if (match && unit !== undefined && typeof value !== 'boolean') {
    const bytes = Math.round(Number(match[1]) * unit);
    if (bytes >= min) return bytes;
    r.problems.value(r.at, `a size of at least ${min / 1e6}MB`, value);
    return undefined;
  }
  r.problems.value(r.at, 'a size', value, 'e.g. 256MB, 1GiB, or a number of bytes');
  return undefined;
}

/** A list of texts; text is split at commas. */
export function readList(r: Reader, value: unknown): readonly string[] | undefined {
  if (typeof value === 'string') return value.split(',').map((item) => item.trim());
  if (Array.isArray(value) && value.every((item) => typeof item === 'string')) {
    return value as string[];
  }
  r.problems.value(r.at, 'a list of texts', value);
  return undefined;
}

/** So many views of one's own, of so many tags each: every one is a row a second and value. */
const MAX_VIEWS = 8;
const MAX_VIEW_TAGS = 4;
const TAG_NAME = /^[A-Za-z_][\w.-]*$/;

/** `[['vu'], ['service', 'vu']]`, or as text `vu,service+vu`: names of views, their tags by `+`. */
export function readViews(r: Reader, value: unknown): readonly string[] | undefined {
  const items: readonly unknown[] | null =
    typeof value === 'string' ? value.split(',') : Array.isArray(value) ? value : null;
  const views = items?.map((item) => {
    const tags: readonly unknown[] = Array.isArray(item) ? item : String(item).split('+');
    return [...new Set(tags.map((tag) => String(tag).trim()))];
  });
  const fine = (tags: readonly string[]): boolean =>
    tags.length > 0 && tags.length <= MAX_VIEW_TAGS && tags.every((tag) => TAG_NAME.test(tag));
  if (views === undefined || !views.every(fine) || views.length > MAX_VIEWS) {
    const must = `at most ${MAX_VIEWS} lists of 1 to ${MAX_VIEW_TAGS} tags`;
    r.problems.value(r.at, must, value, "e.g. [['vu'], ['service', 'vu']]");
    return undefined;
  }
  return views.map((tags) => tags.join('+'));
}

/** A plain object. */
export function readObject(
  r: Reader,
  value: unknown,
): Readonly<Record<string, unknown>> | undefined {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return value as Record<string, unknown>;
  }
  r.problems.value(r.at, 'an object', value);
  return undefined;
}

/** Names to texts; numbers and booleans are taken as text. */
export function readTextMap(r: Reader, value: unknown): Record<string, string> | undefined {
  const object = readObject(r, value);
  if (object === undefined) return undefined;
  const map: Record<string, string> = {};
  for (const [key, item] of Object.entries(object)) {
    if (['string', 'number', 'boolean'].includes(typeof item)) map[key] = String(item);
    else r.problems.value({ ...r.at, name: `${r.at.name}.${key}` }, 'a text', item);
  }
  return map;
}

function numeric(value: unknown): number | null {
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  if (typeof value !== 'string' || value.trim() === '') return null;
  const number = Number(value);
  return Number.isFinite(number) ? number : null;
}
