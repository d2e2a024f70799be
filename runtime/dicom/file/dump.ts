// A data set as text for people, one line an element.
import { charsetOf, type Charset } from '../element/charset.ts';
import { keywordOf, tagText } from '../element/dictionary.ts';
import {
  type ElementAt,
  findElement,
  indexDataset,
  isPixelData,
} from '../element/element-index.ts';
import { inflateDataset, datasetCharset } from '../edit/header-patch.ts';
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

interface Dumping {
  readonly charset: Charset;
  readonly indent: string;
  readonly lines: string[];
}

function dumpLevel(open: OpenDataset, elements: readonly ElementAt[], to: Dumping): void {
  for (const element of elements) {
    const { tag, vr, items, length, undefinedLength } = element;
    const size = undefinedLength ? 'undefined' : String(length);
    const text = items === null ? valueText(open, element, to.charset) : `(${items.length} items)`;
    to.lines.push(`${to.indent}(${tagText(tag)}) ${vr} ${text} # ${size} ${keywordOf(tag)}`);
    items?.forEach((item, i) => {
      const own = findElement(item.elements, 0x00080005);
      const charset =
        own === null
          ? to.charset
          : charsetOf(open.bytes.toString('latin1', own.valueOffset, own.valueOffset + own.length));
      to.lines.push(`${to.indent}  item ${i}`);
      dumpLevel(open, item.elements, { charset, indent: `${to.indent}    `, lines: to.lines });
    });
  }
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

  return `[${shown.replace(/[\x00-\x1f\x7f-\x9f]/g, '·')}]`;
}

function fragments(bytes: Buffer, element: ElementAt): number {
  let count = 0;
  for (let at = element.valueOffset; at < element.valueOffset + element.length; count++) {
    at += 8 + bytes.readUInt32LE(at + 4);
  }
  return count;
}
