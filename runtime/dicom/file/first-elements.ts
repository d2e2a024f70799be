// The first top-level elements of a data set, as far as its bytes go.
import { finishElement, Malformed, readHead } from '../element/element-index.ts';
import { encodingOf } from '../element/transfer-syntax.ts';

export interface FirstElements {
  /** By tag, as latin1 without padding. */
  readonly values: ReadonlyMap<number, string>;
  /** Where reading ended early, and why. */
  readonly damage: string | null;
}

/** The top-level elements up to the tag `last`, of an encoding that is not deflated. */
export function firstElements(bytes: Buffer, transferSyntax: string, last: number): FirstElements {
  const reading = { bytes, stopAtPixels: true, rescue: null };
  const encoding = encodingOf(transferSyntax);
  const values = new Map<number, string>();
  try {
    for (let at = 0; at < bytes.length;) {
      const head = readHead(reading, at, bytes.length, encoding);
      if (head.tag > last) break;
      const { tag, valueOffset, length, end } = finishElement(reading, head, bytes.length, 0);
      const text = bytes.toString('latin1', valueOffset, valueOffset + length);
      if (!values.has(tag)) values.set(tag, text.replace(/[ \0]+$/, ''));
      at = end;
    }
    return { values, damage: null };
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
    return { values, damage: error.damage.what };
  }
}
