// The part of an arrived data set before its pixel data, as kept for later questions.
import { findElement } from '../../../dicom/element/element-index.ts';
import type { ElementAt } from '../../../dicom/element/element-index.ts';
import { tagOf } from '../../../dicom/element/dictionary.ts';
import { openDataset, valueOf } from '../../../dicom/element/json.ts';
import type { OpenDataset } from '../../../dicom/element/json.ts';

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

/** Values of one kept header, as text. */
export class HeaderReader {
  readonly #open: OpenDataset;

  /** @throws DataError `DATA_MALFORMED` */
  constructor(header: KeptHeader) {
    this.#open = openDataset(header.bytes, header.transferSyntax);
  }

  /** The value, several joined by a backslash; null when absent. */
  text(path: TagPath): string | null {
    let elements = this.#open.elements;
    let element: ElementAt | null = null;
    for (const [i, step] of path.entries()) {
      if (element !== null) {
        elements = element.items?.[path[i - 1]?.item ?? 0]?.elements ?? [];
      }
      element = findElement(elements, step.tag);
      if (element === null) return null;
    }
    return element === null ? null : this.#decode(element);
  }

  /** The value of a top-level element; null when absent. */
  value(tag: number): string | null {
    const element = findElement(this.#open.elements, tag);
    return element === null ? null : this.#decode(element);
  }

  /** Every top-level element that is no sequence, as [tag, text]. */
  *values(): Generator<readonly [number, string]> {
    for (const element of this.#open.elements) {
      if (element.items === null) yield [element.tag, this.#decode(element)];
    }
  }

  #decode(element: ElementAt): string {
    if (element.items !== null) return `${element.items.length} items`;
    const decoded = valueOf(this.#open, element);
    if (Buffer.isBuffer(decoded)) return decoded.subarray(0, 64).toString('hex');
    return Array.isArray(decoded) ? decoded.join('\\') : String(decoded);
  }
}
