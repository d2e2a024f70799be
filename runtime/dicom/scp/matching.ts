// Attribute matching of C-FIND (PS3.4 C.2.2.2), on data sets as plain objects by keyword: which
// records answer an identifier, and with what. Pure; linear in key and value, whatever the key.
import { entryOf, tagOf } from '../element/dictionary.ts';
import type { JsonDataset, JsonValue } from '../element/json.ts';

const RANGE_VRS = new Set(['DA', 'TM', 'DT']);
/** Wildcards are for these (PS3.4 C.2.2.2.4); in any other VR `*` and `?` stand for themselves. */
const TEXT_VRS = new Set(['AE', 'CS', 'LO', 'LT', 'PN', 'SH', 'ST', 'UC', 'UR', 'UT']);
/** Digits of a whole value; what is missing of a time is zero. */
const DIGITS: Readonly<Record<string, number>> = { DA: 8, TM: 6, DT: 14 };

/** Keys that say how to look, not what for. */
const CONTROL = new Set(['QueryRetrieveLevel', 'SpecificCharacterSet', 'TimezoneOffsetFromUTC']);

/** True when every key of the identifier matches. */
export function matches(keys: JsonDataset, candidate: JsonDataset): boolean {
  return Object.entries(keys).every(
    ([keyword, key]) => CONTROL.has(keyword) || matchesKey(keyword, key, candidate[keyword]),
  );
}

function matchesKey(keyword: string, key: JsonValue, value: JsonValue | undefined): boolean {
  if (isEmpty(key)) return true; // universal matching
  if (isItems(key)) {
    const [wanted] = key;
    if (wanted === undefined || Object.values(wanted).every(isUniversal)) return true;
    return isItems(value) && value.some((item) => matches(wanted, item));
  }
  if (value === undefined || value === null || isItems(value)) return false;
  const values = textsOf(value);
  const vr = vrOfKeyword(keyword);
  // A list of UIDs matches any of them; several values of any other kind likewise.
  return textsOf(key).some((one) => values.some((have) => matchesText(vr, one, have)));
}

/** One key value against one value. */
export function matchesText(vr: string, key: string, value: string): boolean {
  if (RANGE_VRS.has(vr)) {
    const isRange = key.includes('-') && !(vr === 'DT' && /^[^-]*[+-]\d{4}$/.test(key));
    return isRange ? inRange(key, value) : sameTime(vr, key, value);
  }
  return vr === 'PN' ? matchesName(key, value) : matchesPlain(vr, key, value);
}

function matchesPlain(vr: string, key: string, value: string): boolean {
  return TEXT_VRS.has(vr) && /[*?]/.test(key) ? glob(key, value) : key === value;
}

/**
 * Names are matched without regard to case, as most archives do, and a key of one component group
 * with any group of the name (both left to the archive by PS3.4 C.2.2.2.1).
 */
function matchesName(key: string, value: string): boolean {
  const want = foldedName(key);
  const have = foldedName(value);
  if (matchesPlain('PN', want, have)) return true;
  if (want.includes('=') || !have.includes('=')) return false;
  return have.split('=').some((group) => matchesPlain('PN', want, foldedName(group)));
}

function foldedName(name: string): string {
  let end = name.length;
  while (end > 0 && name[end - 1] === '^') end--;
  return name.slice(0, end).toUpperCase();
}

/** The same time written with different precision is the same; a shorter key stands for all of it. */
function sameTime(vr: string, want: string, have: string): boolean {
  if (have === '') return want === '';
  return have.startsWith(want) || wholeTime(vr, want) === wholeTime(vr, have);
}

function wholeTime(vr: string, text: string): string {
  const [whole = '', fraction = ''] = text.split('.');
  return `${whole.padEnd(DIGITS[vr] ?? 0, '0')}.${fraction.padEnd(6, '0')}`;
}

function inRange(key: string, value: string): boolean {
  const dash = key.indexOf('-');
  const from = key.slice(0, dash);
  const to = key.slice(dash + 1);
  if (value === '') return false;
  return (from === '' || value >= from) && (to === '' || value.slice(0, to.length) <= to);
}

/** Characters, so that `?` stands for one, not for half of one. */
function characters(text: string): ArrayLike<string> {
  return /[\ud800-\udfff]/.test(text) ? [...text] : text;
}

/** `*` any characters, `?` one: goes back to the latest `*` only, so no key can take for ever. */
export function glob(key: string, value: string): boolean {
  const pattern = characters(key);
  const text = characters(value);
  let p = 0;
  let star = -1;
  let from = 0;
  for (let t = 0; t < text.length;) {
    const wanted = pattern[p];
    if (wanted === '*') {
      star = p++;
      from = t;
    } else if (wanted !== undefined && (wanted === '?' || wanted === text[t])) {
      p++;
      t++;
    } else if (star >= 0) {
      p = star + 1;
      t = ++from;
    } else return false;
  }
  while (pattern[p] === '*') p++;
  return p === pattern.length;
}

/** The answer to a query: what was asked for, with the candidate's values; empty where it has none. */
export function project(keys: JsonDataset, candidate: JsonDataset): JsonDataset {
  const answer: JsonDataset = {};
  for (const [keyword, key] of Object.entries(keys)) {
    const value = candidate[keyword];
    if (keyword === 'SpecificCharacterSet') continue;
    if (!isItems(key)) answer[keyword] = value ?? '';
    else if (!isItems(value)) answer[keyword] = [];
    else {
      const [wanted] = key;
      const whole = wanted === undefined || Object.keys(wanted).length === 0;
      answer[keyword] = whole ? value : value.map((item) => project(wanted, item));
    }
  }
  return answer;
}

export function isItems(value: JsonValue | undefined): value is JsonDataset[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'object');
}

/** Universal matching: nothing, or nothing but `*` (PS3.4 C.2.2.2.3). */
function isEmpty(key: JsonValue): boolean {
  if (key === null || (typeof key === 'string' && /^\**$/.test(key))) return true;
  return Array.isArray(key) && key.length === 0;
}

function isUniversal(key: JsonValue): boolean {
  if (isItems(key)) return key.every((item) => Object.values(item).every(isUniversal));
  return isEmpty(key);
}

function textsOf(value: JsonValue): string[] {
  return Array.isArray(value) ? value.map(String) : [String(value)];
}

const vrs = new Map<string, string>(); // why: a memo of the dictionary, not state

function vrOfKeyword(keyword: string): string {
  let vr = vrs.get(keyword);
  if (vr === undefined) {
    vr = entryOf(tagOf(keyword))?.vr ?? 'UN';
    vrs.set(keyword, vr);
  }
  return vr;
}
