// Values that stay, but without what tells who it was: texts lose the words of identifying values,
// dates move by whole days (PS3.15 E.3.5, E.3.6).
import { createHash } from 'node:crypto';
import { BASIC, DATES, DESCRIPTORS } from './anonymise-table.ts';
import type { Charset } from '../element/charset.ts';
import { type ElementAt, vrOfElement } from '../element/element-index.ts';
import { charsetAt, datasetCharset } from '../element/dataset-charset.ts';

const PATIENT_ID = 0x00100020;
/** Texts whose words identify. */
const IDENTIFYING_VRS = new Set(['AE', 'LO', 'LT', 'PN', 'SH', 'ST', 'UC', 'UT']);
const SHORTEST_WORD = 3;
/** Scripts whose names are short, and stand in a text without blanks around them. */
const WITHOUT_BLANKS =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Thai}]/u;
/** Dates move into the past by up to ten years. */
const MOST_DAYS = 3650;
const GONE = 'REMOVED';

/** Cleans the values of one data set. */
export class Cleaner {
  readonly #bytes: Buffer;
  readonly #words = new Set<string>();
  readonly #days: number;

  constructor(bytes: Buffer, elements: readonly ElementAt[], salt: string) {
    this.#bytes = bytes;
    const charset = datasetCharset(bytes, elements);
    this.#collect(elements, charset);
    const patient = elements.find((one) => one.tag === PATIENT_ID);
    const id = patient === undefined ? '' : this.#textOf(patient, charset).trim();
    const hash = createHash('sha256').update(`${salt}\n${id}`).digest();
    this.#days = 1 + (hash.readUInt32BE() % MOST_DAYS);
  }

  /**
   * The cleaned value, never longer than it was; null leaves the element as it is.
   *
   * @param charset of the level that the element is on
   */
  clean(vr: string, element: ElementAt, charset: Charset): string | null {
    if (vr === 'TM' || vr === 'AS' || vr === 'CS' || element.length === 0) return null;
    const text = this.#textOf(element, charset).replace(/[ \0]+$/, '');
    if (vr === 'DA' || vr === 'DT') {
      return text
        .split('\\')
        .map((part) => movedDate(part, this.#days))
        .join('\\');
    }
    const clean = this.#cleanText(text);
    return clean === text ? null : clean;
  }

  #cleanText(text: string): string {
    // why the slices: the text may be as long as its VR allows
    let clean = text.replace(/[\p{L}\p{N}]+/gu, (word) => {
      const tells = /^\d{5,}$/.test(word) || this.#words.has(word.toUpperCase());
      return tells ? GONE.slice(0, word.length) : word;
    });
    for (const word of this.#words) {
      const within = word.length > 1 && WITHOUT_BLANKS.test(word);
      if (within) clean = clean.replaceAll(word, GONE.slice(0, word.length));
    }
    return clean;
  }

  #collect(elements: readonly ElementAt[], outer: Charset): void {
    const charset = charsetAt(this.#bytes, elements, outer);
    for (const element of elements) {
      const { tag, items } = element;
      if (items !== null) for (const item of items) this.#collect(item.elements, charset);
      const vr = vrOfElement(element);
      const named = BASIC.has(tag) && !DESCRIPTORS.has(tag) && !DATES.has(tag);
      if (items !== null || !IDENTIFYING_VRS.has(vr) || !(named || vr === 'PN')) continue;
      for (const word of this.#textOf(element, charset).split(/[^\p{L}\p{N}]+/u)) {
        if (word.length < SHORTEST_WORD && !WITHOUT_BLANKS.test(word)) continue;
        if (word !== '') this.#words.add(word.toUpperCase());
      }
    }
  }

  #textOf({ valueOffset, length }: ElementAt, charset: Charset): string {
    return charset.decode(this.#bytes.subarray(valueOffset, valueOffset + length));
  }
}

/** 'YYYYMMDD…' so many days earlier; what follows the day stays. What is no date is a dummy. */
export function movedDate(value: string, days: number): string {
  const match = /^(\d{4})(\d{2})(\d{2})(.*)$/.exec(value.trim());
  if (match === null) return value.trim() === '' ? '' : '19000101';
  const [, year, month, day, rest = ''] = match;
  const moved = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day) - days));
  return moved.toISOString().slice(0, 10).replaceAll('-', '') + rest;
}
