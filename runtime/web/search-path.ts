// A QIDO-RS query as a path with parameters (PS3.18 §8.3.4, §10.6).
import { DataError } from '../dicom/element/data-error.ts';
import { keywordOf, tagOf } from '../dicom/element/dictionary.ts';
import { type NamedPath, resourcePath } from './paths.ts';

/** What is searched for, and how. */
export interface SearchWords {
  readonly what: 'studies' | 'series' | 'instances';
  readonly keys: Readonly<Record<string, unknown>>;
  readonly study?: string;
  readonly series?: string;
  readonly limit?: number;
  readonly offset?: number;
  readonly fuzzy?: boolean;
  readonly includeField?: readonly string[] | string;
}

/** @throws DataError `DATA_UNKNOWN_TAG` with the nearest keyword; `DATA_BAD_VALUE` for a value of no kind */
export function searchPath(call: SearchWords): NamedPath {
  const { what, study, series } = call;
  const under = resourcePath({
    ...(study === undefined ? {} : { study }),
    ...(series === undefined ? {} : { series }),
  });
  const level = what === 'studies' ? '' : `/${what}`;
  const bare = study === undefined && what !== 'studies';
  const path = bare ? `/${what}` : `${under.path}${level}`;
  const name = bare ? `/${what}` : `${under.name}${level}`;
  const query = queryOf(call);
  return { path: query === '' ? path : `${path}?${query}`, name };
}

function queryOf({ keys, limit, offset, fuzzy, includeField = [] }: SearchWords): string {
  const pairs: string[] = [];
  const add = (name: string, value: string): void => {
    pairs.push(`${name}=${encodeURIComponent(value).replaceAll('%2C', ',')}`);
  };
  for (const [name, value] of Object.entries(keys)) keyPairs(name, value, add);
  for (const field of typeof includeField === 'string' ? [includeField] : includeField) {
    add('includefield', field === 'all' ? 'all' : attributeId(field));
  }
  if (limit !== undefined) add('limit', String(limit));
  if (offset !== undefined) add('offset', String(offset));
  if (fuzzy !== undefined) add('fuzzymatching', String(fuzzy));
  return pairs.join('&');
}

/** An empty key is one that is asked for; a sequence is a path (PS3.18 §8.3.4.1). */
function keyPairs(name: string, value: unknown, add: (name: string, value: string) => void): void {
  const id = name.split('.').map(attributeId).join('.');
  if (value === '' || value === null || value === undefined) add('includefield', id);
  else if (Array.isArray(value) && value.every((one) => typeof one !== 'object')) {
    // A list of UIDs (PS3.4 C.2.2.2.2); of other values any of them.
    add(id, value.join(id.endsWith('UID') ? ',' : '\\'));
  } else if (Array.isArray(value) && value.length === 1) {
    for (const [inner, one] of Object.entries(value[0] as object)) {
      keyPairs(`${name}.${inner}`, one, add);
    }
  } else if (typeof value === 'string' || typeof value === 'number') add(id, String(value));
  else {
    throw new DataError(
      'DATA_BAD_VALUE',
      `search: "${name}" must be a text, a number or a list of them`,
    );
  }
}

/** A keyword, or eight hexadecimal digits (PS3.18 §8.3.4.1). */
function attributeId(name: string): string {
  const keyword = keywordOf(tagOf(name));
  return /^[0-9a-f]{8}$/.test(keyword) ? keyword.toUpperCase() : keyword;
}
