// Matching of C-FIND keys (PS3.4 C.2.2.2), on data sets as plain objects by keyword. Pure.
import { entryOf, tagOf } from '../../dicom/element/dictionary.ts';
import type { JsonDataset, JsonValue } from '../../dicom/element/json.ts';

const RANGE_VRS = new Set(['DA', 'TM', 'DT']);
const TEXT_VRS = new Set(['AE', 'CS', 'LO', 'LT', 'PN', 'SH', 'ST', 'UC', 'UR', 'UT']);

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
  const wanted = textsOf(key);
  // A list of UIDs matches any of them; several values of any other kind likewise.
  return wanted.some((one) => values.some((have) => matchesText(vr, one, have)));
}

/** One key value against one value. */
export function matchesText(vr: string, key: string, value: string): boolean {
  if (RANGE_VRS.has(vr) && key.includes('-') && !(vr === 'DT' && /^[^-]*[+-]\d{4}$/.test(key))) {
    return inRange(key, value);
  }
  const folded = vr === 'PN';
  const have = folded ? value.replace(/\^+$/, '').toUpperCase() : value;
  const want = folded ? key.replace(/\^+$/, '').toUpperCase() : key;
  if (!TEXT_VRS.has(vr) || !/[*?]/.test(want))
    return RANGE_VRS.has(vr) ? sameTime(want, have) : want === have;
  return wildcard(want).test(have);
}

function sameTime(want: string, have: string): boolean {
  // why: 1000 and 100000.000 are the same time, written with different precision
  return (
    want === have ||
    (want !== '' && have.startsWith(want)) ||
    want.replace(/[.0]+$/, '') === have.replace(/[.0]+$/, '')
  );
}

function inRange(key: string, value: string): boolean {
  const dash = key.indexOf('-');
  const from = key.slice(0, dash);
  const to = key.slice(dash + 1);
  if (value === '') return false;
  return (from === '' || value >= from) && (to === '' || value.slice(0, to.length) <= to);
}

const patterns = new Map<string, RegExp>(); // why: a memo of compiled keys, not state

function wildcard(key: string): RegExp {
  let pattern = patterns.get(key);
  if (pattern === undefined) {
    const source = key
      .replace(/[.+^${}()|[\]\\]/g, '\\$&')
      .replace(/\*/g, '.*')
      .replace(/\?/g, '.');
    pattern = new RegExp(`^${source}$`, 's');
    if (patterns.size > 256) patterns.clear();
    patterns.set(key, pattern);
  }
  return pattern;
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

function isEmpty(key: JsonValue): boolean {
  if (key === null || key === '' || key === '*') return true;
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
