// A data set as text for people, one line an element; of a damaged one what can be read.
import type { Charset } from '../element/charset.ts';
import { keywordOf, tagText } from '../element/dictionary.ts';
import { indexDamaged } from '../element/damaged-index.ts';
import {
  type Damage,
  type ElementAt,
  findElement,
  indexDataset,
  isPixelData,
} from '../element/element-index.ts';
import { charsetAt, datasetCharset } from '../element/dataset-charset.ts';
import { inflateDataset } from '../element/deflate.ts';
import { type OpenDataset, valueOf } from '../element/json.ts';
import { encodingOf, TransferSyntax } from '../element/transfer-syntax.ts';

const MAX_VALUE = 64;

/**
 * Lines as `(0010,0010) PN [DICOMRUN^TEST] # 14 PatientName`, items indented.
 *
 * @throws DataError `DATA_MALFORMED`
 */
export function dumpDataset(dataset: Buffer, transferSyntax: string): string[] {
  const { deflated } = encodingOf(transferSyntax);
  const bytes = deflated ? inflateDataset(dataset) : dataset;
  const syntax = deflated ? TransferSyntax.EXPLICIT_LE : transferSyntax;
  const { elements } = indexDataset(bytes, encodingOf(syntax));
  const charset = datasetCharset(bytes, elements);
  return dumpLines({ bytes, transferSyntax: syntax, elements, charset });
}

/** The same for an opened header. */
export function dumpLines(open: OpenDataset): string[] {
  const lines: string[] = [];
  dumpLevel(open, open.elements, { charset: open.charset, indent: '', lines });
  return lines;
}

/**
 * The same of a damaged data set: what stands before and after each bad place, and a line that
 * begins with `!` for each.
 *
 * @param fileOffset where the data set starts in its file: damage is told by offsets in the file
 */
export function dumpDamaged(
  dataset: Buffer,
  transferSyntax: string,
  fileOffset: number,
): { readonly lines: string[]; readonly damages: readonly Damage[] } {
  const { deflated } = encodingOf(transferSyntax);
  const bytes = deflated ? inflateDataset(dataset) : dataset;
  const syntax = deflated ? TransferSyntax.EXPLICIT_LE : transferSyntax;
  const { elements, damages } = indexDamaged(bytes, encodingOf(syntax));
  const charset = datasetCharset(bytes, elements);
  const lines: string[] = [];
  const place = deflated ? 'the inflated data set' : 'the file';
  const found = damages.map(({ offset, what }) => ({
    offset,
    line: `! offset ${offset + (deflated ? 0 : fileOffset)} in ${place}: ${what}`,
  }));
  const open = { bytes, transferSyntax: syntax, elements, charset };
  dumpLevel(open, elements, { charset, indent: '', lines, found });
  lines.push(...found.map(({ line }) => line));
  return { lines, damages };
}

interface Dumping {
  readonly charset: Charset;
  readonly indent: string;
  readonly lines: string[];
  /** Damage not told yet, in order. */
  readonly found?: { readonly offset: number; readonly line: string }[];
}

function dumpLevel(open: OpenDataset, elements: readonly ElementAt[], to: Dumping): void {
  for (const element of elements) {
    const { tag, vr, items, length, undefinedLength } = element;
    while ((to.found?.[0]?.offset ?? Infinity) < element.offset) {
      to.lines.push(`${to.indent}${to.found?.shift()?.line ?? ''}`);
    }
    const size = undefinedLength ? 'undefined' : String(length);
    const text = items === null ? valueText(open, element, to.charset) : `(${items.length} items)`;
    const name = privateName(open, elements, tag) ?? keywordOf(tag);
    to.lines.push(`${to.indent}(${tagText(tag)}) ${vr} ${text} # ${size} ${name}`);
    items?.forEach((item, i) => {
      const charset = charsetAt(open.bytes, item.elements, to.charset);
      to.lines.push(`${to.indent}  item ${i}`);
      dumpLevel(open, item.elements, { ...to, charset, indent: `${to.indent}    ` });
    });
  }
}

/** `[SIEMENS CSA HEADER]08`: a private element by its creator (PS3.5 §7.8.1); null for others. */
function privateName(
  open: OpenDataset,
  elements: readonly ElementAt[],
  tag: number,
): string | null {
  const block = (tag >>> 8) & 0xff;
  if (((tag >>> 16) & 1) === 0 || block < 0x10) return null;
  const creator = findElement(elements, ((tag & 0xffff0000) >>> 0) + block);
  if (creator === null) return null;
  const value = valueOf(open, creator, open.charset);
  const text = Buffer.isBuffer(value) ? value.toString('latin1').trim() : String(value);
  return `[${plain(text)}]${(tag & 0xff).toString(16).toUpperCase().padStart(2, '0')}`;
}

function plain(text: string): string {
  return text.replace(/[\x00-\x1f\x7f-\x9f]/g, '·');
}

function valueText(open: OpenDataset, element: ElementAt, charset: Charset): string {
  if (isPixelData(element.tag)) {
    return element.undefinedLength ? `(${fragments(open.bytes, element)} fragments)` : '(pixels)';
  }
  const value = valueOf(open, element, charset);
  if (Buffer.isBuffer(value)) {
    const hex = value
      .subarray(0, 16)
      .toString('hex')
      .replace(/(..)(?=.)/g, '$1 ');
    return value.length > 16 ? `${hex} …` : hex;
  }
  const text = Array.isArray(value) ? value.join('\\') : String(value);
  const shown = text.length > MAX_VALUE ? `${text.slice(0, MAX_VALUE)}…` : text;
  return `[${plain(shown)}]`;
}

function fragments(bytes: Buffer, element: ElementAt): number {
  let count = 0;
  for (let at = element.valueOffset; at < element.valueOffset + element.length; count++) {
    at += 8 + bytes.readUInt32LE(at + 4);
  }
  return count;
}
