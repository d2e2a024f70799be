// The DICOM JSON model (PS3.18 Annex F) and data sets as plain objects by keyword, which is how
// matches of a C-FIND come, too: texts as text, binary numbers as numbers, sequences as lists.
import { keywordOf, tagHex, tagOf, vrOf } from '../dicom/element/dictionary.ts';
import { type ElementAt, isPixelData, vrOfElement } from '../dicom/element/element-index.ts';
import {
  type JsonDataset,
  type JsonValue,
  type OpenDataset,
  valueOf,
} from '../dicom/element/json.ts';
import { charsetAt } from '../dicom/element/dataset-charset.ts';
import { isTextVr } from '../dicom/element/element-value.ts';
import { WebFailure } from './failure.ts';

/** One attribute of the model. */
interface JsonAttribute {
  readonly vr?: unknown;
  readonly Value?: unknown;
  readonly InlineBinary?: unknown;
  readonly BulkDataURI?: unknown;
}

/** Sequences nest; what nests deeper than this is no data set. */
const MOST_NESTED = 64;
const TAG = /^[0-9A-Fa-f]{8}$/;

/** Data sets of an answer: a list of them, as QIDO-RS and WADO-RS metadata give it. @throws WebFailure */
export function datasetsOf(text: string): JsonDataset[] {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    throw notModel(`is no JSON (${(error as Error).message.slice(0, 80)})`);
  }
  // One data set may come without its list.
  const list = Array.isArray(parsed) ? (parsed as unknown[]) : [parsed];
  return list.map((one) => fromModel(one));
}

/**
 * One data set of the model by keyword. Text without a value is '', other things null; bulk data stays
 * its URI, inline binary its base64 text.
 *
 * @throws WebFailure `WEB_NOT_DICOM_JSON`
 */
export function fromModel(model: unknown, depth = 0): JsonDataset {
  if (!isObject(model)) throw notModel('holds something that is no data set');
  if (depth > MOST_NESTED) throw notModel(`nests deeper than ${MOST_NESTED} sequences`);
  const json: JsonDataset = {};
  for (const [tag, attribute] of Object.entries(model)) {
    if (!TAG.test(tag)) throw notModel(`has a key that is no tag ("${tag.slice(0, 20)}")`);
    if (!isObject(attribute)) throw notModel(`has no attribute at ${tag}`);
    json[keywordOf(Number.parseInt(tag, 16))] = attributeValue(attribute, depth);
  }
  return json;
}

function attributeValue(attribute: JsonAttribute, depth: number): JsonValue {
  const { Value, InlineBinary, BulkDataURI } = attribute;
  const vr = typeof attribute.vr === 'string' ? attribute.vr : '';
  if (typeof InlineBinary === 'string') return InlineBinary;
  if (typeof BulkDataURI === 'string') return BulkDataURI;
  if (!Array.isArray(Value) || Value.length === 0) return emptyValue(vr);
  const values = Value as unknown[];
  if (vr === 'SQ') {
    return values.map((item) => (item === null ? {} : fromModel(item, depth + 1)));
  }
  const plain = values.map((value) => plainValue(vr, value));
  return (plain.length === 1 ? plain[0] : plain) as JsonValue;
}

/** As a match of a query has it. */
function emptyValue(vr: string): JsonValue {
  if (vr === 'SQ') return [];
  return isTextVr(vr) ? '' : null;
}

/** Numbers of text VRs (IS, DS) are texts, as they are in a data set; a name is its groups. */
function plainValue(vr: string, value: unknown): unknown {
  if (value === null || value === undefined) return '';
  if (vr === 'PN') return personName(value);
  if (typeof value === 'number') return isTextVr(vr) ? String(value) : value;
  // Integers of 64 bits may come as text (PS3.18 Table F.2.3-1).
  if (/^[SU]V$/.test(vr) && typeof value === 'string') return numberOf(value);
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function numberOf(text: string): number | string {
  const number = Number(text);
  return Number.isSafeInteger(number) ? number : text;
}

const GROUPS = ['Alphabetic', 'Ideographic', 'Phonetic'] as const;

function personName(value: unknown): string {
  if (!isObject(value)) return typeof value === 'string' ? value : '';
  const groups = value as Readonly<Record<string, unknown>>;
  const texts = GROUPS.map((name) => {
    const text = groups[name];
    return typeof text === 'string' ? text : '';
  });
  return texts.join('=').replace(/=+$/, '');
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function notModel(what: string): WebFailure {
  return new WebFailure('WEB_NOT_DICOM_JSON', `the answer ${what} (PS3.18 Annex F)`, {
    hint: 'is the URL that of a DICOMweb service?',
  });
}

// ---------------------------------------------------------------- the other way

/** An attribute as it goes out. */
export interface ModelAttribute {
  readonly vr: string;
  readonly Value?: readonly unknown[];
  readonly InlineBinary?: string;
  readonly BulkDataURI?: string;
}
export type Model = Readonly<Record<string, ModelAttribute>>;

/** Values above this are left out: they are bulk data. */
const MOST_INLINE_BYTES = 4096;

/** A header as the model; pixel data and long binary values are left out. */
export function toModel(open: OpenDataset): Model {
  return levelModel(open, open.elements, open.charset);
}

/** What {@link toModel} leaves out on the top level, and its VR. */
export function bulkElements({
  bytes,
  elements,
}: OpenDataset): readonly { tag: number; vr: string }[] {
  const long = elements.filter((element) => {
    if (isPixelData(element.tag)) return true;
    const isBinary = /^(O[BDFLVW]|UN)$/.test(vrOfElement(element)) && element.items === null;
    return isBinary && element.length > MOST_INLINE_BYTES;
  });
  const bulk = long.map((element) => ({ tag: element.tag, vr: vrOfElement(element) }));
  const last = elements.at(-1);
  // A header that was kept ends with the tag of its pixel data.
  const rest = last === undefined ? null : bytes.subarray(last.end);
  if (last === undefined || rest === null || rest.length < 8) return bulk;
  const { bigEndian, explicit } = last.encoding;
  const half = (at: number): number => (bigEndian ? rest.readUInt16BE(at) : rest.readUInt16LE(at));
  const tag = half(0) * 0x10000 + half(2);
  if (!isPixelData(tag)) return bulk;
  return [...bulk, { tag, vr: explicit ? rest.toString('latin1', 4, 6) : 'OW' }];
}

function levelModel(
  open: OpenDataset,
  elements: readonly ElementAt[],
  charset: OpenDataset['charset'],
): Model {
  const model: Record<string, ModelAttribute> = {};
  for (const element of elements) {
    const { tag } = element;
    if ((tag & 0xffff) === 0 || isPixelData(tag)) continue;
    const attribute = attributeOf(open, element, charset);
    if (attribute !== null) model[tagHex(tag).toUpperCase()] = attribute;
  }
  return model;
}

function attributeOf(
  open: OpenDataset,
  element: ElementAt,
  charset: OpenDataset['charset'],
): ModelAttribute | null {
  if (element.items !== null) {
    const Value = element.items.map((item) => {
      const inner = charsetAt(open.bytes, item.elements, charset);
      return levelModel(open, item.elements, inner);
    });
    return Value.length === 0 ? { vr: 'SQ' } : { vr: 'SQ', Value };
  }
  const vr = vrOfElement(element);
  if (element.length === 0) return { vr };
  const value = valueOf(open, element, charset);
  if (Buffer.isBuffer(value)) {
    if (value.length > MOST_INLINE_BYTES) return null;
    return { vr, InlineBinary: value.toString('base64') };
  }
  const values = Array.isArray(value) ? (value as readonly unknown[]) : [value];
  return { vr, Value: values.map((one) => modelValue(vr, one)) };
}

function modelValue(vr: string, value: unknown): unknown {
  if (typeof value === 'bigint') return String(value);
  if (typeof value !== 'string') return value;
  if (value === '') return null;
  if (vr === 'PN') {
    const texts = value.split('=').map((text, i) => [GROUPS[i] ?? '', text] as const);
    return Object.fromEntries(texts.filter(([name, text]) => name !== '' && text !== ''));
  }
  if ((vr === 'IS' || vr === 'DS') && Number.isFinite(Number(value))) return Number(value);
  return value;
}

/** A data set by keyword, as the answer to a query is made, as the model. */
export function modelOf(json: JsonDataset): Model {
  const pairs = Object.entries(json).map(([keyword, value]) => {
    const tag = tagOf(keyword);
    return [tagHex(tag).toUpperCase(), modelAttribute(vrOf(tag), value)] as const;
  });
  return Object.fromEntries(pairs.sort(([a], [b]) => (a < b ? -1 : 1)));
}

function modelAttribute(vr: string, value: JsonValue): ModelAttribute {
  if (value === null || value === '' || (Array.isArray(value) && value.length === 0)) return { vr };
  const values: readonly unknown[] = Array.isArray(value) ? value : [value];
  if (vr === 'SQ') return { vr, Value: values.map((item) => modelOf(item as JsonDataset)) };
  return { vr, Value: values.map((one) => modelValue(vr, one)) };
}

/** HTML of a login page, and JSON that is cut, are no answers. @throws WebFailure `WEB_NOT_JSON` */
export function mustBeJson(contentType: string, text: string): void {
  const isJson = /\bjson\b/i.test(contentType);
  const first = text.trimStart()[0];
  const last = text.trimEnd().at(-1);
  if (first === '{' && /^\s*\{\s*\}\s*$/.test(text)) throw nothingInIt();
  if ((first === '[' && last === ']') || (first === '{' && last === '}')) return;
  const what = /html/i.test(contentType) || first === '<' ? 'HTML or XML' : 'something';
  throw new WebFailure(
    'WEB_NOT_JSON',
    isJson
      ? 'answered with JSON that is cut or none'
      : `answered with ${what} (${contentType.slice(0, 60) || 'no Content-Type'}) where DICOM JSON was asked for`,
    {
      hint: 'is the URL the root of the DICOMweb service, and is it not a login page that answers?',
    },
  );
}

function nothingInIt(): WebFailure {
  return new WebFailure('WEB_NOT_DICOM_JSON', 'answered with {} where a list was asked for', {
    hint: 'is the URL the root of the DICOMweb service? where nothing matches it says [] or 204',
  });
}
