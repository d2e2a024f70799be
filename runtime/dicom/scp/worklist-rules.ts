// What a worklist may be asked for (PS3.4 K.4.1.1.3, C.2.2): what matches nothing is refused, so that
// a modality that asks wrongly hears of it.
import { entryOf, tagOf } from '../element/dictionary.ts';
import type { JsonDataset, JsonValue } from '../element/json.ts';
import { hasForm } from '../element/value-forms.ts';
import type { ResponseFields } from '../dimse/incoming.ts';
import { Status } from '../dimse/status.ts';
import { isItems } from './matching.ts';

/** VRs whose values are matched by their form alone, never by wildcards (PS3.4 C.2.2.2.4). */
const FORMAL = new Set(['AS', 'DA', 'DS', 'DT', 'IS', 'TM', 'UI']);
/** VRs that may be asked for from a value to another (PS3.4 C.2.2.2.5). */
const RANGES = new Set(['DA', 'TM']);

/** Why an identifier cannot be matched with a worklist; null = it can. */
export function worklistRefused(keys: JsonDataset): ResponseFields | null {
  const errorComment = wrongWith(keys);
  return errorComment === null ? null : { status: Status.DATA_SET_MISMATCH, errorComment };
}

/** The attribute first: a comment has 64 characters. Its value may be somebody's. */
function wrongWith(keys: JsonDataset): string | null {
  for (const [keyword, value] of Object.entries(keys)) {
    const wrong = isItems(value) ? wrongItems(keyword, value) : wrongValue(keyword, value);
    if (wrong !== null) return wrong;
  }
  return null;
}

/** A sequence is matched by one item, or asked for by none (PS3.4 C.2.2.2.6). */
function wrongItems(keyword: string, items: readonly JsonDataset[]): string | null {
  if (items.length > 1) return `${keyword} has more than one item`;
  const [item] = items;
  return item === undefined ? null : wrongWith(item);
}

function wrongValue(keyword: string, value: JsonValue): string | null {
  const vr = entryOf(tagOf(keyword))?.vr ?? 'UN';
  if (!FORMAL.has(vr)) return null;
  const values = (Array.isArray(value) ? value : [value]).map((one) => String(one ?? ''));
  const bounds = RANGES.has(vr) ? values.flatMap((one) => one.split('-')) : values;
  const isRight = bounds.every((one) => one === '' || hasForm(vr, one));
  return isRight ? null : `${keyword} is no value of ${vr}`;
}
