// Pixels that the run's pools hold in memory: what arrives is compared with them byte for byte,
// which is twenty times faster than hashing it, and says more.
import { encodingOf } from '../../../dicom/element/transfer-syntax.ts';
import { fragmentsOf } from '../../../dicom/pixels/fragments.ts';
import { Pool } from '../../../dicom/pool/prototype.ts';
import type { Prototype } from '../../../dicom/pool/prototype.ts';
import type { PoolShare } from '../../../dicom/pool/share.ts';
import type { KnownValues } from '../../../dicom/scp/dataset-tap.ts';
import { Content } from './content.ts';
import type { HashNumbers } from './hashes.ts';
import { wordOf } from './pixel-forms.ts';

/** Length of a value in fragments, as a walker tells it. */
const FRAGMENTS = -1;
const UNDEFINED_LENGTH = 0xffffffff;
/** Candidates of one length that are tried after a mismatch, at most. */
const MOST_TRIES = 256;

interface Candidate {
  readonly value: Content;
  /** Number of its hash. */
  readonly number: number;
}

/** What values are told apart by before their first byte. */
interface Shape {
  /** Bytes, {@link FRAGMENTS} where it is not known before the end. */
  readonly length: number;
  /** Bytes of a word in big endian, 1 where there is no order. */
  readonly word: number;
  readonly transferSyntax: string;
}

/** Pixel data values by their shape. Read by every {@link PixelMatch} of a thread. */
export class KnownPixels {
  readonly #groups = new Map<string, Candidate[]>();

  of(shape: Shape): readonly Candidate[] | undefined {
    return this.#groups.get(groupKey(shape));
  }

  /** Learns a pool whose hashes have numbers already. */
  addPool(share: PoolShare, hashes: HashNumbers): void {
    const seen = new Set<number>();
    for (const prototype of new Pool(share).members) {
      const number = hashes.expectedOf(prototype.number);
      if (number === 0 || seen.has(number)) continue;
      const pieces = valueOf(prototype);
      if (pieces === null) continue;
      seen.add(number);
      const value = new Content(pieces);
      const { transferSyntax } = prototype.share;
      const length = encodingOf(transferSyntax).encapsulated ? FRAGMENTS : value.length;
      const key = groupKey({ length, word: wordOf(prototype), transferSyntax });
      const group = this.#groups.get(key);
      if (group === undefined) this.#groups.set(key, [{ value, number }]);
      else group.push({ value, number });
    }
  }
}

/** Native pixels are the same in every transfer syntax of their order. */
function groupKey({ length, word, transferSyntax }: Shape): string {
  return length === FRAGMENTS ? transferSyntax : `${length}/${word}`;
}

/** The value of pixel data in memory: native, or what fragments hold; null without any. */
function valueOf({ share, dataset, header }: Prototype): readonly Buffer[] | null {
  const { deflated, encapsulated, bigEndian } = encodingOf(share.transferSyntax);
  if (dataset === null || deflated || header.length < 8) return null;
  // The header ends with the length of the value (PS3.5 §7.1.2), four bytes in every encoding.
  const at = header.length - 4;
  const length = bigEndian ? header.readUInt32BE(at) : header.readUInt32LE(at);
  if (encapsulated) return length === UNDEFINED_LENGTH ? inFragments(dataset, header.length) : null;
  if (length === 0 || length === UNDEFINED_LENGTH) return null;
  const value = dataset.subarray(header.length, header.length + length);
  return value.length === length ? [value] : null;
}

function inFragments(dataset: Buffer, from: number): readonly Buffer[] | null {
  const pieces = fragmentsOf(dataset.subarray(from)).slice(1);
  const held = pieces.map(({ bytes }) => bytes).filter(({ length }) => length > 0);
  return held.length === 0 ? null : held;
}

/** Follows one value as it arrives. One per association, used again. */
export class PixelMatch implements KnownValues {
  readonly #known: KnownPixels;
  #group: readonly Candidate[] = [];
  #current = 0;
  /** Bytes taken so far. */
  position = 0;

  constructor(known: KnownPixels) {
    this.#known = known;
  }

  /** Starts a value; false when no known value is of its shape. */
  begin(length: number, word: number, transferSyntax: string): boolean {
    const group = this.#known.of({ length, word, transferSyntax });
    if (group === undefined) return false;
    // why: senders go through a pool in order, so the next one is the best guess
    this.#current = group === this.#group ? (this.#current + 1) % group.length : 0;
    this.#group = group;
    this.position = 0;
    return true;
  }

  /** The next bytes; false when no known value goes on like this. */
  push(buffer: Buffer, start: number, end: number): boolean {
    if (!this.#continues(this.#current, buffer, start, end)) {
      const other = this.#another(buffer, start, end);
      if (other < 0) return false;
      this.#current = other;
    }
    this.position += end - start;
    return true;
  }

  /** What was taken before `push` said false: the bytes of the candidate are those that came. */
  prefix(): Buffer {
    return this.#group[this.#current]?.value.prefix(this.position) ?? Buffer.alloc(0);
  }

  /** Number of the value's hash, 0 when it is not complete. */
  finish(): number {
    const candidate = this.#group[this.#current];
    return candidate?.value.length === this.position ? candidate.number : 0;
  }

  #continues(at: number, buffer: Buffer, start: number, end: number): boolean {
    return this.#group[at]?.value.continues(this.position, buffer, start, end) === true;
  }

  #another(buffer: Buffer, start: number, end: number): number {
    const { position } = this,
      group = this.#group;
    const so = group[this.#current]?.value;
    const tries = Math.min(group.length, MOST_TRIES);
    for (let step = 1; step < tries; step++) {
      const at = (this.#current + step) % group.length;
      if (!this.#continues(at, buffer, start, end)) continue;
      const value = group[at]?.value;
      if (so === undefined || value === undefined) continue;
      if (value.beginsAs(so, position)) return at;
    }
    return -1;
  }
}
