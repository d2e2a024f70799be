// Attribute matching of C-FIND (PS3.4 C.2.2.2): which records answer an identifier, and with what.
import type { JsonDataset, JsonValue } from '../element/json.ts';
import { tagOf, vrOf } from '../element/dictionary.ts';
import { DataError } from '../element/data-error.ts';
import type { Attributes } from '../dimse/model.ts';

const RANGE_VRS = new Set(['DA', 'TM', 'DT']);
const LITERAL_VRS = new Set([
  'UI',
  'DA',
  'TM',
  'DT',
  'SL',
  'SS',
  'UL',
  'US',
  'FL',
  'FD',
  'IS',
  'DS',
]);
/** Not matched: they say how to read or where to look. */
const NOT_KEYS = new Set(['SpecificCharacterSet', 'QueryRetrieveLevel', 'TimezoneOffsetFromUTC']);

function isUniversal(key: JsonValue | undefined): boolean {
  return (
    key === undefined ||
    key === null ||
    key === '' ||
    key === '*' ||
    (Array.isArray(key) && key.length === 0)
  );
}

function wildcard(pattern: string): RegExp {
  const escaped = pattern.replace(/[.+^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${escaped.replace(/\*/g, '.*').replace(/\?/g, '.')}$`, 'iu');
}

function inRange(range: string, value: string): boolean {
  const [from = '', to = ''] = range.split('-');
  // Truncated times compare as prefixes: 10 stands for 10:00:00 to 10:59:59.
  return (from === '' || value >= from) && (to === '' || value <= to || value.startsWith(to));
}

/** Tells whether one value matches one key. */
type ValueTest = (value: string) => boolean;

function compileValue(vr: string, key: string): ValueTest {
  if (RANGE_VRS.has(vr) && key.includes('-')) return (value) => value !== '' && inRange(key, value);
  if (LITERAL_VRS.has(vr)) return (value) => value === key;
  if (/[*?]/.test(key)) {
    const pattern = wildcard(key);
    return (value) => pattern.test(value);
  }
  if (vr !== 'PN') return (value) => value === key;
  // Names are matched without regard to case, as most archives do (PS3.4 C.2.2.2.1).
  const lower = key.toLowerCase();
  return (value) => value.toLowerCase() === lower;
}

const asList = (value: unknown): unknown[] => (Array.isArray(value) ? value : [value]);
const isItem = (value: unknown): value is JsonDataset =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function vrOfKeyword(keyword: string): string {
  try {
    return vrOf(tagOf(keyword));
  } catch (error) {
    // A tag the dictionary does not know: matched as text.
    if (error instanceof DataError) return 'UN';
    throw error;
  }
}

/** Tells whether a record matches. */
export type Matcher = (record: Attributes) => boolean;

function compileKey(keyword: string, key: JsonValue | undefined): Matcher | null {
  const [first] = asList(key);
  if (isItem(first)) {
    const inner = compileIdentifier(first);
    return (record) => asList(record[keyword]).some((item) => isItem(item) && inner(item));
  }
  if (isUniversal(key)) return null;
  const vr = vrOfKeyword(keyword);
  // A list of keys is list-of-UID matching, or any of the values (ModalitiesInStudy).
  const tests = asList(key).map((one) => compileValue(vr, String(one)));
  return (record) => {
    const have = record[keyword] ?? '';
    if (!Array.isArray(have)) return tests.some((test) => test(String(have)));
    return have.some((one) => tests.some((test) => test(String(one ?? ''))));
  };
}

/** Compiles an identifier once for all records. */
export function compileIdentifier(identifier: JsonDataset): Matcher {
  const tests: Matcher[] = [];
  for (const [keyword, key] of Object.entries(identifier)) {
    const test = NOT_KEYS.has(keyword) ? null : compileKey(keyword, key);
    if (test !== null) tests.push(test);
  }
  return (record) => tests.every((test) => test(record));
}

/** Whether a record matches every key of an identifier. */
export function matchesIdentifier(identifier: JsonDataset, record: Attributes): boolean {
  return compileIdentifier(identifier)(record);
}

function projectValue(key: JsonValue | undefined, value: unknown): unknown {
  const [first] = asList(key);
  if (!isItem(first)) return value ?? '';
  return asList(value ?? [])
    .filter(isItem)
    .map((item) => projectRecord(first, item));
}

/** The attributes of a record that an identifier asks for; those it has not are of zero length. */
export function projectRecord(
  identifier: JsonDataset,
  record: Attributes,
): Record<string, unknown> {
  const out: Record<string, unknown> = {};
  for (const [keyword, key] of Object.entries(identifier)) {
    if (keyword === 'QueryRetrieveLevel') out[keyword] = key;
    else if (keyword !== 'SpecificCharacterSet') out[keyword] = projectValue(key, record[keyword]);
  }
  return out;
}
