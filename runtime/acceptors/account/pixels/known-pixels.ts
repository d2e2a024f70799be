// Pixels that the run's pools hold in memory: what arrives is compared with them byte for byte,
// which is twenty times faster than hashing it, and says more.
import { Pool } from '../../../dicom/pool/prototype.ts';
import type { Prototype } from '../../../dicom/pool/prototype.ts';
import type { PoolShare } from '../../../dicom/pool/share.ts';
import { wordOf } from './pixel-forms.ts';
import { encodingOf } from '../../../dicom/element/transfer-syntax.ts';
import type { KnownValues } from '../../../dicom/scp/dataset-tap.ts';
import type { HashNumbers } from './hashes.ts';

const UNDEFINED_LENGTH = 0xffffffff;
/** Candidates of one length that are tried after a mismatch, at most. */
const MOST_TRIES = 256;

interface Candidate {
  readonly value: Buffer;
  /** Number of its hash. */
  readonly number: number;
}

/** Native pixel data values by length and bytes of a word. Read by every {@link PixelMatch} of a thread. */
export class KnownPixels {
  readonly #groups = new Map<string, Candidate[]>();

  of(length: number, word: number): readonly Candidate[] | undefined {
    return this.#groups.get(groupKey(length, word));
  }

  /** Learns a pool whose hashes have numbers already. */
  addPool(share: PoolShare, hashes: HashNumbers): void {
    const seen = new Set<number>();
    for (const prototype of new Pool(share).members) {
      const number = hashes.expectedOf(prototype.number);
      const value = nativeValue(prototype);
      if (value === null || number === 0 || seen.has(number)) continue;
      seen.add(number);
      const key = groupKey(value.length, wordOf(prototype));
      const group = this.#groups.get(key);
      if (group === undefined) this.#groups.set(key, [{ value, number }]);
      else group.push({ value, number });
    }
  }
}

function groupKey(length: number, word: number): string {
  return `${length}/${word}`;
}

/** The value of native pixel data in memory; null for anything else. */
function nativeValue({ share, dataset, header }: Prototype): Buffer | null {
  const { deflated, encapsulated, bigEndian } = encodingOf(share.transferSyntax);
  if (dataset === null || deflated || encapsulated || header.length < 8) return null;
  // The header ends with the length of the value (PS3.5 §7.1.2), four bytes in every encoding.
  const at = header.length - 4;
  const length = bigEndian ? header.readUInt32BE(at) : header.readUInt32LE(at);
  if (length === 0 || length === UNDEFINED_LENGTH) return null;
  const value = dataset.subarray(header.length, header.length + length);
  return value.length === length ? value : null;
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

  /** Starts a value of `length` bytes; false when no known value is that long. */
  begin(length: number, word: number): boolean {
    const group = this.#known.of(length, word);
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
    return this.#group[this.#current]?.value.subarray(0, this.position) ?? Buffer.alloc(0);
  }

  /** Number of the value's hash, 0 when it is not complete. */
  finish(): number {
    const candidate = this.#group[this.#current];
    return candidate?.value.length === this.position ? candidate.number : 0;
  }

  #continues(at: number, buffer: Buffer, start: number, end: number): boolean {
    const value = this.#group[at]?.value;
    const to = this.position + end - start;
    if (value === undefined || to > value.length) return false;
    return buffer.compare(value, this.position, to, start, end) === 0;
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
      if (position === 0 || value.compare(so, 0, position, 0, position) === 0) return at;
    }
    return -1;
  }
}
