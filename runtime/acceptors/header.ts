// The part of an arrived data set before its pixel data, as kept for later questions.
import { datasetCharset } from '../dicom/data/header-patch.ts';
import { findElement, indexDataset } from '../dicom/data/element-index.ts';
import type { ElementAt } from '../dicom/data/element-index.ts';
import { decodeValue } from '../dicom/data/element-value.ts';
import { tagOf } from '../dicom/data/dictionary.ts';
import { encodingOf } from '../dicom/data/transfer-syntax.ts';

/** Kept bytes; parsed only when somebody asks. */
export interface KeptHeader {
  /** The data set up to the value of its pixel data; all of it when there is none. */
  readonly bytes: Buffer;
  readonly transferSyntax: string;
  /** Nobody needs it any more. */
  release?(): void;
}

/** One step of a path: a tag, and the item for a sequence. */
interface Step {
  readonly tag: number;
  readonly item: number;
}

/** A place in a data set: `Keyword`, `gggg,eeee`, `Sequence[0].Keyword`. */
export type TagPath = readonly Step[];

/**
 * Parses a path.
 * @throws DataError `DATA_UNKNOWN_TAG`
 */
export function tagPath(text: string): TagPath {
  return text.split('.').map((part) => {
    const match = /^([^[\]]+?)(?:\[(\d+)\])?$/.exec(part.trim());
    return { tag: tagOf(match?.[1] ?? part), item: Number(match?.[2] ?? 0) };
  });
}

/** Values of one kept header. */
export class HeaderReader {
  private readonly header: KeptHeader;
  private readonly elements: readonly ElementAt[];

  /** @throws DataError `DATA_MALFORMED` */
  constructor(header: KeptHeader) {
    this.header = header;
    const encoding = encodingOf(header.transferSyntax);
    this.elements = encoding.deflated ? [] : indexDataset(header.bytes, encoding, true).elements;
  }

  /** The value as text, several joined by a backslash; null when absent. */
  text(path: TagPath): string | null {
    let elements = this.elements;
    let element: ElementAt | null = null;
    for (const step of path) {
      if (element !== null) elements = element.items?.[this.itemOf(path, element)]?.elements ?? [];
      element = findElement(elements, step.tag);
      if (element === null) return null;
    }
    return element === null ? null : this.decode(element);
  }

  /** The value of a top-level element as text; null when absent. */
  value(tag: number): string | null {
    const element = findElement(this.elements, tag);
    return element === null ? null : this.decode(element);
  }

  /** Every top-level element that is no sequence, as [tag, text]. */
  *values(): Generator<readonly [number, string]> {
    for (const element of this.elements) {
      if (element.items === null) yield [element.tag, this.decode(element)];
    }
  }

  private itemOf(path: TagPath, element: ElementAt): number {
    return path.find((step) => step.tag === element.tag)?.item ?? 0;
  }

  private decode(element: ElementAt): string {
    const { bytes } = this.header;
    if (element.items !== null) return `${element.items.length} items`;
    const charset = datasetCharset(bytes, this.elements);
    const value = bytes.subarray(element.valueOffset, element.valueOffset + element.length);
    const { bigEndian } = element.encoding;
    const decoded = decodeValue(element.vr, value, { bigEndian, charset });
    if (Buffer.isBuffer(decoded)) return decoded.subarray(0, 64).toString('hex');
    return Array.isArray(decoded) ? decoded.join('\\') : String(decoded);
  }
}
