// UIDs become digests under a key that nobody keeps: within a recording equal ones stay equal, across
// recordings, and for whoever knows a UID, they say nothing.
import { createHmac, randomBytes } from 'node:crypto';

/** 48 bits: two of a million instances get the same one in 0.2 % of recordings. */
const DIGITS = 12;

export class Disguise {
  readonly #key = randomBytes(32);

  /** 12 hexadecimal digits; undefined for an empty UID. */
  of(uid: string): string | undefined {
    if (uid === '') return undefined;
    return createHmac('sha256', this.#key).update(uid).digest('hex').slice(0, DIGITS);
  }
}
