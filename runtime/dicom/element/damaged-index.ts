// What can be read of a damaged data set: for people who look at it, never for the wire.
import { entryOf, vrOf } from './dictionary.ts';
import {
  type Damage,
  type ElementAt,
  finishElement,
  type Head,
  isPixelData,
  type Level,
  Malformed,
  readHead,
  type Reading,
  type Rescue,
} from './element-index.ts';
import { settleSigns } from './either-sign.ts';
import type { Encoding } from './transfer-syntax.ts';

/**
 * What can be read of a data set, before and after its bad places: reading goes on where elements
 * begin to make sense again, and after a sequence whose length is known.
 */
export function indexDamaged(
  bytes: Buffer,
  encoding: Encoding,
): { readonly elements: readonly ElementAt[]; readonly damages: readonly Damage[] } {
  const damages: Damage[] = [];
  const rescue: Rescue = { damages, level: readLevel };
  const reading: Reading = { bytes, stopAtPixels: false, rescue };
  const elements = readLevel(reading, { from: 0, end: bytes.length, encoding, depth: 0 });
  if (!encoding.explicit) settleSigns(bytes, elements);
  damages.sort((a, b) => a.offset - b.offset);
  return { elements, damages };
}

/** The elements of a level of known length, damage stepped over. */
function readLevel(reading: Reading, { from, end, encoding, depth }: Level): ElementAt[] {
  const elements: ElementAt[] = [];
  let at = from;
  while (at < end) {
    try {
      const head = readHead(reading, at, end, encoding);
      const element = finishElement(reading, head, end, depth);
      elements.push(element);
      at = element.end;
    } catch (error) {
      if (!(error instanceof Malformed)) throw error;
      reading.rescue?.damages.push(error.damage);
      const last = elements[elements.length - 1]?.tag ?? 0;
      at = nextSound(reading.bytes, { from: at + 2, end, encoding, depth }, last);
    }
  }
  return elements;
}

/** Elements in a row that are no accident. */
const SOUND_ELEMENTS = 2;
const SEARCHED_BYTES = 1024 ** 2;

/** Where elements begin again: known ones, in order, of lengths that fit. `end` for nowhere. */
function nextSound(bytes: Buffer, { from, end, encoding, depth }: Level, after: number): number {
  const reading: Reading = { bytes, stopAtPixels: false, rescue: null };
  const last = Math.min(end - 8, from + SEARCHED_BYTES);
  for (let start = from; start <= last; start += 2) {
    let at = start;
    let tag = after;
    let count = 0;
    try {
      while (at < end && count < SOUND_ELEMENTS) {
        const head = readHead(reading, at, end, encoding);
        if (head.tag <= tag || !isPlausible(head)) break;
        at = finishElement(reading, head, end, depth).end;
        ({ tag } = head);
        count++;
      }
    } catch (error) {
      if (!(error instanceof Malformed)) throw error;
      continue;
    }
    if (count === SOUND_ELEMENTS || (count > 0 && at === end)) return start;
  }
  return end;
}

function isPlausible({ tag, vr }: Head): boolean {
  if ((tag >>> 16) & 1) return vr !== 'UN' || (tag & 0xffff) >= 0x10;
  return entryOf(tag) !== null && (isPixelData(tag) || vr === 'UN' || sameKind(vr, vrOf(tag)));
}

/** OB and OW, US and SS stand for each other. */
function sameKind(a: string, b: string): boolean {
  return (
    a === b || (a[0] === 'O' && b[0] === 'O') || (/^[US]S$|^OW$/.test(a) && /^[US]S$|^OW$/.test(b))
  );
}
