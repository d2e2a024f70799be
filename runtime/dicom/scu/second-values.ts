// Data sets of dcmjs-dimse as ours are: by keyword, texts and numbers.
import { tagOf, vrOf } from '../element/dictionary.ts';
import type { JsonDataset } from '../element/json.ts';

/** Values of dcmjs as ours: one text for several values, person names by their groups. */
export function plainMatch(dataset: Readonly<Record<string, unknown>>): JsonDataset {
  const out: JsonDataset = {};
  for (const [keyword, value] of Object.entries(dataset)) {
    if (keyword.startsWith('_')) continue;
    const plain = plainValue(value);
    // why: it makes numbers of the texts of IS and DS
    out[keyword] = typeof plain === 'number' && isText(keyword) ? String(plain) : plain;
  }
  return out;
}

function isText(keyword: string): boolean {
  return /^(IS|DS)$/.test(vrOf(tagOf(keyword)));
}

function plainValue(value: unknown): JsonDataset[string] {
  if (value === undefined || value === null) return null;
  if (Array.isArray(value)) {
    const items = value.filter((one) => typeof one === 'object' && one !== null);
    if (items.some((one) => 'Alphabetic' in (one as object))) {
      return items.map((one) => nameOf(one as Readonly<Record<string, unknown>>)).join('\\');
    }
    if (items.length > 0 && items.every((one) => !(one instanceof String))) {
      return items.map((one) => plainMatch(one as Readonly<Record<string, unknown>>));
    }
    return value.map((one) => String(one));
  }
  return typeof value === 'number' ? value : String(value);
}

function nameOf({ Alphabetic, Ideographic, Phonetic }: Readonly<Record<string, unknown>>): string {
  return [Alphabetic, Ideographic, Phonetic]
    .map((group) => (group === undefined ? '' : String(group)))
    .join('=')
    .replace(/=+$/, '');
}
