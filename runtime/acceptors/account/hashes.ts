// Pixel hashes as small numbers, so that an account compares integers.
import { splitPrototypeNumber } from '../../dicom/pool/share.ts';
import type { PoolShare } from '../../dicom/pool/share.ts';

/** Not hashed, or no expectation. */
export const NO_HASH = 0;

/** Known hashes get numbers from 1; any other one gets a negative number of its own. */
export class HashNumbers {
  private readonly numbers = new Map<string, number>();
  /** pool -> member -> number of its pixel hash. */
  private readonly expected = new Map<number, Int32Array>();
  private unknown = 0;

  /** Learns what the instances of a pool should look like. */
  addPool(pool: PoolShare): void {
    const column = new Int32Array(pool.members.length);
    pool.members.forEach(({ pixelHash }, member) => {
      column[member] = pixelHash === '' ? NO_HASH : this.learn(pixelHash);
    });
    this.expected.set(pool.id, column);
  }

  /** The expected hash of a prototype, {@link NO_HASH} when there is none. */
  expectedOf(prototype: number): number {
    const { pool, member } = splitPrototypeNumber(prototype);
    return this.expected.get(pool)?.[member] ?? NO_HASH;
  }

  /** The number of a hash that arrived. */
  arrived(hash: string): number {
    // why: two unknown hashes may be equal; numbering them apart costs nothing, both are changed
    return this.numbers.get(hash) ?? --this.unknown | 0;
  }

  private learn(hash: string): number {
    let number = this.numbers.get(hash);
    if (number === undefined) {
      number = this.numbers.size + 1;
      this.numbers.set(hash, number);
    }
    return number;
  }
}
