// Pixels as small numbers, so that an account compares integers: equal pixels have equal numbers, in
// whatever form they came.
import { hash as hashOnce } from 'node:crypto';
import {
  inPlanes,
  isByPlane,
  NATIVE,
  nativeFragments,
  pixelForm,
} from '../../../dicom/pixels/pixel-form.ts';
import type { PixelForm } from '../../../dicom/pixels/pixel-form.ts';
import { TransferSyntax, encodingOf } from '../../../dicom/element/transfer-syntax.ts';
import { splitPrototypeNumber } from '../../../dicom/pool/share.ts';
import type { PoolShare, PrototypeShare } from '../../../dicom/pool/share.ts';
import { PixelForms } from './pixel-forms.ts';

/** Not hashed, or no expectation. */
export const NO_HASH = 0;
/** There is no pixel data, in what was sent or in what came. */
export const NO_PIXELS = 1;

/** What came of the pixels of an instance, from the best to the worst. */
export const Comparison = { EQUAL: 0, UNHASHED: 1, RECODED: 2, CHANGED: 3 } as const;
export type Comparison = (typeof Comparison)[keyof typeof Comparison];

/** What a tap says of the pixels of a data set that came. */
export interface Taken {
  readonly knownPixels: number;
  readonly pixelHash: string;
  readonly valueLength: number;
  readonly word: number;
  readonly withoutPixels: boolean;
  readonly header: Buffer | null;
  readonly fragments: {
    readonly header: Buffer;
    readonly value: Buffer;
  } | null;
  readonly damage: string;
}

/** Known pixels get numbers from 2; any others a negative number of their own. */
export class HashNumbers {
  readonly #forms = new PixelForms();
  /** Form and hash -> number. */
  readonly #numbers = new Map<string, number>();
  /** pool -> member -> number of its pixels. */
  readonly #expected = new Map<number, Int32Array>();
  /** Numbers of the same pixels, sent in several forms: each to one that stands for it. */
  readonly #equals = new Map<number, number>();
  readonly #codes = new Map<PixelForm, number>();
  readonly #names: PixelForm[] = [];
  #last = NO_PIXELS;
  #unknown = 0;

  /** Learns what the instances of a pool should look like. */
  addPool(pool: PoolShare): void {
    const known = this.#forms.addPool(pool);
    const column = new Int32Array(pool.members.length);
    pool.members.forEach((share, member) => {
      if (share.pixelHash !== '') {
        column[member] = this.#learn(known[member]?.form ?? NATIVE, share.pixelHash);
      } else if (hasNoPixels(share)) column[member] = NO_PIXELS;
    });
    this.#expected.set(pool.id, column);
  }

  /** The transfer syntax whose fragments are to be kept until they are compared. */
  get fragmentsOf(): string | undefined {
    return this.#forms.hasOthers ? TransferSyntax.RLE : undefined;
  }

  /** Headers of what comes are to be had: without them it is not known how colour is arranged. */
  get needsHeaders(): boolean {
    return this.#forms.hasColour;
  }

  /** The expected number of a prototype, {@link NO_HASH} when there is none. */
  expectedOf(prototype: number): number {
    const { pool, member } = splitPrototypeNumber(prototype);
    return this.#expected.get(pool)?.[member] ?? NO_HASH;
  }

  /** The number of what arrived. */
  arrived(taken: Taken, transferSyntax: string): number {
    const { knownPixels, pixelHash, withoutPixels, damage } = taken;
    if (knownPixels !== NO_HASH) return knownPixels;
    if (pixelHash !== '') return this.#ofHash(taken, transferSyntax);
    if (withoutPixels) return NO_PIXELS;
    // What cannot be read any more came to harm on its way.
    return damage === '' ? NO_HASH : this.#another();
  }

  /** A small number for the form of what arrived, for {@link compare}. */
  formOf({ word }: Pick<Taken, 'word'>, transferSyntax: string): number {
    const form = pixelForm(transferSyntax, word);
    let code = this.#codes.get(form);
    if (code === undefined) {
      code = Math.min(this.#names.length, MOST_FORMS);
      this.#codes.set(form, code);
      this.#names[code] = form;
    }
    return code;
  }

  /** What became of what was sent of a prototype: its pixels have this number, and came in a form. */
  compare(prototype: number, pixels: number, form: number): Comparison {
    const expected = this.expectedOf(prototype);
    if (expected === NO_HASH || pixels === NO_HASH) return Comparison.UNHASHED;
    if (this.#same(expected, pixels)) return Comparison.EQUAL;
    if (expected === NO_PIXELS || pixels === NO_PIXELS) return Comparison.CHANGED;
    const name = this.#names[form] ?? '';
    if (!this.#forms.comparable(prototype, name)) return Comparison.RECODED;
    // Pixels that something else of the run has, too, in the form in which they came.
    this.#learnForm(
      name === TransferSyntax.RLE ? NATIVE : name,
      this.#forms.nativeBytes(prototype),
    );
    return this.#same(expected, pixels) ? Comparison.EQUAL : Comparison.CHANGED;
  }

  #ofHash(taken: Taken, transferSyntax: string): number {
    const { pixelHash, valueLength, word, fragments } = taken;
    const form = pixelForm(transferSyntax, word);
    const own = this.#numbers.get(key(form, pixelHash)) ?? this.#inPlanes(form, pixelHash);
    if (own !== undefined) return own;
    if (fragments !== null) return this.#ofFragments(fragments);
    // There was no room to keep them until they could be decoded.
    if (transferSyntax === this.fragmentsOf) return NO_HASH;
    if (valueLength === 0) return this.#another();
    const planes =
      this.needsHeaders && taken.header !== null && isByPlane(taken.header, transferSyntax);
    return this.#look(planes ? inPlanes(form) : form, pixelHash, valueLength);
  }

  #inPlanes(form: PixelForm, hash: string): number | undefined {
    return this.needsHeaders ? this.#numbers.get(key(inPlanes(form), hash)) : undefined;
  }

  #ofFragments({ header, value }: NonNullable<Taken['fragments']>): number {
    try {
      const native = nativeFragments(header, value);
      if (native === null) return NO_HASH;
      return this.#look(NATIVE, hashOnce('sha256', native, 'hex'), native.length);
    } catch {
      // why: RLE that cannot be decoded is not what was sent
      return this.#another();
    }
  }

  /** Of pixels in a form that nothing was sent in: of those that were sent in another, perhaps. */
  #look(form: PixelForm, hash: string, bytes: number): number {
    this.#learnForm(form, bytes);
    return this.#numbers.get(key(form, hash)) ?? this.#another();
  }

  #learnForm(form: PixelForm, bytes: number): void {
    this.#forms.learn(form, bytes, (hash, prototype) => {
      const at = key(form, hash);
      const number = this.expectedOf(prototype);
      const known = this.#numbers.get(at);
      if (known === undefined) this.#numbers.set(at, number);
      else if (!this.#same(known, number)) this.#equals.set(this.#root(known), this.#root(number));
    });
  }

  #same(a: number, b: number): boolean {
    return a === b || (this.#equals.size > 0 && this.#root(a) === this.#root(b));
  }

  #root(number: number): number {
    let at = number;
    for (let next = this.#equals.get(at); next !== undefined; next = this.#equals.get(at))
      at = next;
    return at;
  }

  /** why: two unknown values may be equal; numbering them apart costs nothing, both are changed */
  #another(): number {
    return --this.#unknown | 0;
  }

  #learn(form: PixelForm, hash: string): number {
    const at = key(form, hash);
    let number = this.#numbers.get(at);
    if (number === undefined) this.#numbers.set(at, (number = ++this.#last));
    return number;
  }
}

const MOST_FORMS = 255;

const key = (form: PixelForm, hash: string): string => `${form} ${hash}`;

/** Of a deflated one it is not known before it is inflated. */
function hasNoPixels({ transferSyntax, headerBytes, datasetBytes, rows }: PrototypeShare): boolean {
  if (encodingOf(transferSyntax).deflated) return rows === 0;
  return headerBytes === datasetBytes;
}
