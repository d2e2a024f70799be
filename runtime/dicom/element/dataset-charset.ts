// Which character set the text of an encoded data set, or of one of its items, is in (PS3.3 C.12.1.1.2).
import { charsetOf, type Charset } from './charset.ts';
import { type ElementAt, findElement } from './element-index.ts';

export const SPECIFIC_CHARACTER_SET = 0x00080005;

/** The character set of a level: its own, or that of the level around it. */
export function charsetAt(bytes: Buffer, elements: readonly ElementAt[], outer: Charset): Charset {
  const element = findElement(elements, SPECIFIC_CHARACTER_SET);
  if (element === null) return outer;
  return charsetOf(
    bytes.toString('latin1', element.valueOffset, element.valueOffset + element.length),
  );
}

/** The character set of a data set. */
export function datasetCharset(bytes: Buffer, elements: readonly ElementAt[]): Charset {
  return charsetAt(bytes, elements, charsetOf(''));
}
