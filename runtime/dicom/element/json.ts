// Data sets as plain objects by keyword: for scripts, reports and comparisons.
import type { Charset } from './charset.ts';
import { keywordOf, tagOf } from './dictionary.ts';
import {
  type ElementAt,
  findElement,
  indexDataset,
  isPixelData,
  vrOfElement,
} from './element-index.ts';
import { decodeValue, type DecodedValue } from './element-value.ts';
import { charsetAt, datasetCharset } from './dataset-charset.ts';
import { inflateDataset } from './deflate.ts';
import { encodingOf, TransferSyntax } from './transfer-syntax.ts';

/** A value by keyword: text strings, binary numbers numbers, sequences lists of objects. */
export type JsonValue = Exclude<DecodedValue, Buffer> | JsonDataset[] | null;
export interface JsonDataset {
  [keyword: string]: JsonValue;
}

/** An opened data set or header: where its elements are, and how its text reads. */
export interface OpenDataset {
  readonly bytes: Buffer;
  readonly transferSyntax: string;
  readonly elements: readonly ElementAt[];
  readonly charset: Charset;
}

/**
 * Indexes a data set up to its pixel data; a deflated one is inflated.
 *
 * @throws DataError `DATA_MALFORMED`
 */
export function openDataset(dataset: Buffer, transferSyntax: string): OpenDataset {
  const deflated = encodingOf(transferSyntax).deflated;
  const bytes = deflated ? inflateDataset(dataset) : dataset;
  const syntax = deflated ? TransferSyntax.EXPLICIT_LE : transferSyntax;
  const { elements } = indexDataset(bytes, encodingOf(syntax), true);
  return { bytes, transferSyntax: syntax, elements, charset: datasetCharset(bytes, elements) };
}

/** The whole header as an object; opaque values (OB, UN, …) are left out unless asked for. */
export function toJson(open: OpenDataset, opaque: 'omit' | 'length' = 'omit'): JsonDataset {
  return levelJson(open, open.elements, open.charset, opaque);
}

function levelJson(
  open: OpenDataset,
  elements: readonly ElementAt[],
  charset: Charset,
  opaque: 'omit' | 'length',
): JsonDataset {
  const json: JsonDataset = {};
  for (const element of elements) {
    if ((element.tag & 0xffff) === 0 || isPixelData(element.tag)) continue;
    const name = keywordOf(element.tag);
    if (element.items !== null) {
      json[name] = element.items.map((item) => {
        const inner = charsetAt(open.bytes, item.elements, charset);
        return levelJson(open, item.elements, inner, opaque);
      });
      continue;
    }
    const value = valueOf(open, element, charset);
    if (!Buffer.isBuffer(value))
      json[name] = Array.isArray(value) && value.length === 0 ? null : value;
    else if (opaque === 'length') json[name] = `(${value.length} bytes)`;
  }
  return json;
}

/** Value of one element that is no sequence. */
export function valueOf(
  open: OpenDataset,
  element: ElementAt,
  charset = open.charset,
): DecodedValue {
  const bytes = open.bytes.subarray(element.valueOffset, element.valueOffset + element.length);
  return decodeValue(vrOfElement(element), bytes, {
    bigEndian: element.encoding.bigEndian,
    charset,
  });
}

/**
 * A value by keyword, tag or path ('RequestAttributesSequence[0].ScheduledProcedureStepID');
 * undefined when it is absent.
 *
 * @throws DataError `DATA_UNKNOWN_TAG`
 */
export function getValue(open: OpenDataset, path: string): JsonValue | Buffer | undefined {
  let elements = open.elements;
  let { charset } = open;
  const steps = path.split(/[./]/);
  for (const [i, step] of steps.entries()) {
    const match = /^([^[]+)(?:\[(\d+)\])?$/.exec(step.trim());
    const element = match === null ? null : findElement(elements, tagOf(match[1] ?? ''));
    if (element === null) return undefined;
    const last = i === steps.length - 1;
    if (element.items === null) return last ? valueOf(open, element, charset) : undefined;
    if (last && match?.[2] === undefined) {
      return element.items.map((item) =>
        levelJson(open, item.elements, charsetAt(open.bytes, item.elements, charset), 'omit'),
      );
    }
    const item = element.items[Number(match?.[2] ?? 0)];
    if (item === undefined) return undefined;
    charset = charsetAt(open.bytes, item.elements, charset);
    if (last) return [levelJson(open, item.elements, charset, 'omit')];
    elements = item.elements;
  }
  return undefined;
}

/** Whether a header has the values: a string may have `*` and `?`, null = absent. */
export function matchesTags(
  dataset: Buffer,
  transferSyntax: string,
  tags: Readonly<Record<string, string | number | null>>,
): boolean {
  const open = openDataset(dataset, transferSyntax);
  return Object.entries(tags).every(([name, wanted]) => {
    const value = getValue(open, name);
    if (wanted === null) return value === undefined;
    if (value === undefined || Buffer.isBuffer(value)) return false;
    const values = Array.isArray(value) ? value : [value];
    return values.some((one) => matchesText(String(one), String(wanted)));
  });
}

function matchesText(value: string, wanted: string): boolean {
  if (!/[*?]/.test(wanted)) return value === wanted;
  const source = wanted
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replace(/\*/g, '.*')
    .replace(/\?/g, '.');
  return new RegExp(`^${source}$`, 's').test(value);
}
