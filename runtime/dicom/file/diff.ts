// Two data sets compared by element: what was changed, added and removed, and whether it was meant.
import type { Charset } from '../element/charset.ts';
import { charsetAt } from '../element/dataset-charset.ts';
import { keywordOf } from '../element/dictionary.ts';
import {
  asSequence,
  type ElementAt,
  findElement,
  isPixelData,
  type ItemAt,
  vrOfElement,
} from '../element/element-index.ts';
import { decodeValue } from '../element/element-value.ts';
import { openDataset, type OpenDataset } from '../element/json.ts';
import { type Comparable, comparePixels, type PixelVerdict } from '../pixels/native-pixels.ts';
import { swapped } from '../element/reencode.ts';

export interface Difference {
  /** 'PatientID', 'RequestAttributesSequence[0].RequestedProcedureID', private tags as 'ggggeeee'. */
  readonly path: string;
  readonly kind: 'changed' | 'added' | 'removed';
  /** Values as text; '' where absent. Long ones are cut. */
  readonly before: string;
  readonly after: string;
  /** It was announced in `expected`, with this value where one was given. */
  readonly expected: boolean;
}

export interface Diff {
  readonly differences: readonly Difference[];
  /** Differences that were not announced. */
  readonly unexpected: number;
  readonly pixels: PixelVerdict;
  /** Every byte is the same. */
  readonly identical: boolean;
}

export interface DiffOptions {
  /**
   * Differences that are meant: paths that may differ, or values that must be there after (null =
   * absent). A keyword without path stands for the top level.
   */
  readonly expected?: readonly string[] | Readonly<Record<string, unknown>>;
}

const CUT = 100;

/**
 * Compares values, not encodings: padding, length forms, byte order, group lengths and VRs that one
 * side does not know do not count. Pixels are those of the pixel data; compressed without loss, they
 * are compared once `initializeCodecs` has been called, RLE always.
 *
 * @throws DataError `DATA_MALFORMED`
 */
export function diffDatasets(a: Comparable, b: Comparable, options: DiffOptions = {}): Diff {
  const differences = diffElements(a, b, options);
  return {
    differences,
    unexpected: differences.filter((one) => !one.expected).length,
    pixels: comparePixels(a, b),
    identical: a.transferSyntax === b.transferSyntax && a.dataset.equals(b.dataset),
  };
}

/**
 * {@link diffDatasets} without the pixels: also of headers.
 *
 * @throws DataError `DATA_MALFORMED`
 */
export function diffElements(
  a: Comparable,
  b: Comparable,
  options: DiffOptions = {},
): Difference[] {
  const left = openDataset(a.dataset, a.transferSyntax);
  const right = openDataset(b.dataset, b.transferSyntax);
  const found: Omit<Difference, 'expected'>[] = [];
  compareLevel(sideOf(left), sideOf(right), '', found);
  return judge(found, options.expected ?? []);
}

/** One of the two, at one level. */
interface Side {
  readonly open: OpenDataset;
  readonly elements: readonly ElementAt[];
  readonly charset: Charset;
}

function sideOf(open: OpenDataset): Side {
  return { open, elements: open.elements, charset: open.charset };
}

function inItem(side: Side, item: ItemAt): Side {
  const charset = charsetAt(side.open.bytes, item.elements, side.charset);
  return { open: side.open, elements: item.elements, charset };
}

type Found = Omit<Difference, 'expected'>[];

function compareLevel(a: Side, b: Side, prefix: string, found: Found): void {
  const tags = new Set([...a.elements, ...b.elements].map((one) => one.tag));
  for (const tag of [...tags].sort((x, y) => x - y)) {
    if ((tag & 0xffff) === 0 || isPixelData(tag)) continue;
    const path = prefix + keywordOf(tag);
    const before = findElement(a.elements, tag);
    const after = findElement(b.elements, tag);
    if (before === null && after !== null) {
      found.push({ path, kind: 'added', before: '', after: textOf(b, after) });
    } else if (after === null && before !== null) {
      found.push({ path, kind: 'removed', before: textOf(a, before), after: '' });
    } else if (before !== null && after !== null) {
      compareElement(a, before, { side: b, element: after, path }, found);
    }
  }
}

function compareElement(
  a: Side,
  before: ElementAt,
  other: { readonly side: Side; readonly element: ElementAt; readonly path: string },
  found: Found,
): void {
  const { side: b, path } = other;
  let { element: after } = other;
  if (before.items === null && after.items !== null) before = asSequence(a.open.bytes, before);
  if (after.items === null && before.items !== null) after = asSequence(b.open.bytes, after);
  if (before.items === null || after.items === null) {
    if (isSameValue([a, before], [b, after])) return;
    const [x, y] = [fullText(a, before), fullText(b, after)];
    found.push({ path, kind: 'changed', before: cut(x), after: cut(y) });
    return;
  }
  const count = Math.max(before.items.length, after.items.length);
  for (let i = 0; i < count; i++) {
    const at = `${path}[${i}]`;
    const [x, y] = [before.items[i], after.items[i]];
    if (x === undefined) found.push({ path: at, kind: 'added', before: '', after: '(item)' });
    else if (y === undefined)
      found.push({ path: at, kind: 'removed', before: '(item)', after: '' });
    else compareLevel(inItem(a, x), inItem(b, y), `${at}.`, found);
  }
}

/** One value: whose, and where. */
type Value = readonly [Side, ElementAt];

/**
 * As text, in one VR; where a side does not know the VR it is the other's, and bytes that are the
 * same are the same value, whatever either calls them.
 */
function isSameValue(left: Value, right: Value): boolean {
  const [x, y] = [left, right].map(([, element]) => vrOfElement(element));
  if (x === y) return fullText(...left) === fullText(...right);
  if (littleEndian(...left).equals(littleEndian(...right))) return true;
  const vr = x === 'UN' ? y : x;
  return (x === 'UN' || y === 'UN') && fullText(...left, vr) === fullText(...right, vr);
}

/** The bytes of a value; those of UN are never swapped (PS3.5 §6.2.2). */
function littleEndian({ open }: Side, { valueOffset, length, vr, encoding }: ElementAt): Buffer {
  const value = open.bytes.subarray(valueOffset, valueOffset + length);
  return encoding.bigEndian ? swapped(value, vr) : value;
}

/** A value as text: what is compared. */
function fullText(side: Side, element: ElementAt, vr = vrOfElement(element)): string {
  if (element.items !== null) return `(${element.items.length} items)`;
  const bytes = littleEndian(side, element);
  const value = decodeValue(vr, bytes, {
    bigEndian: false,
    charset: side.charset,
  });
  if (Buffer.isBuffer(value)) return `${value.length} bytes ${value.toString('hex')}`;
  return Array.isArray(value) ? value.join('\\') : String(value);
}

function textOf(side: Side, element: ElementAt): string {
  return cut(fullText(side, element));
}

function cut(text: string): string {
  return text.length > CUT ? `${text.slice(0, CUT)}…` : text;
}

function judge(
  found: readonly Omit<Difference, 'expected'>[],
  expected: readonly string[] | Readonly<Record<string, unknown>>,
): Difference[] {
  if (Array.isArray(expected)) {
    const paths = new Set(expected as readonly string[]);
    return found.map((one) => ({ ...one, expected: paths.has(one.path) }));
  }
  const wanted = new Map(Object.entries(expected));
  return found.map((one) => {
    if (!wanted.has(one.path)) return { ...one, expected: false };
    const value = wanted.get(one.path);
    const met = value === null ? one.kind === 'removed' : one.after === String(value);
    return { ...one, expected: met };
  });
}
