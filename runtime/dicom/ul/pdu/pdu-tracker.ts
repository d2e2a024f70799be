// Follows outgoing bytes to know where the next PDU boundary is: an A-ABORT may only go there.
import { PDU_HEADER_BYTES } from '../constants.ts';

export class PduTracker {
  readonly #header = Buffer.alloc(PDU_HEADER_BYTES);
  #held = 0;
  #left = 0;

  /** Bytes that must still go out before the next boundary may be reached; 0 = on it. */
  get toBoundary(): number {
    return this.#held > 0 ? PDU_HEADER_BYTES - this.#held : this.#left;
  }

  advance(bytes: Buffer): void {
    let at = 0;
    while (at < bytes.length) {
      if (this.#left > 0) {
        const step = Math.min(this.#left, bytes.length - at);
        this.#left -= step;
        at += step;
        continue;
      }
      const step = Math.min(PDU_HEADER_BYTES - this.#held, bytes.length - at);
      bytes.copy(this.#header, this.#held, at, at + step);
      this.#held += step;
      at += step;
      if (this.#held === PDU_HEADER_BYTES) {
        this.#held = 0;
        this.#left = this.#header.readUInt32BE(2);
      }
    }
  }
}
