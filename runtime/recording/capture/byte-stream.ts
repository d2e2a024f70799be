// One direction of a captured TCP connection: its segments as the receiver saw them, in order and once.

/** Bytes that wait for a gap to be filled; beyond them the gap is a loss of the capture. */
const MOST_HELD = 67_108_864;

interface Segment {
  readonly seq: number;
  readonly bytes: Buffer;
}

export class ByteStream {
  /** Sequence number of the next byte; null before the SYN. */
  #next: number | null = null;
  #held: Segment[] = [];
  #heldBytes = 0;

  get begun(): boolean {
    return this.#next !== null;
  }

  /** Whether bytes are missing before others that came. */
  get hasGap(): boolean {
    return this.#held.length > 0;
  }

  get isLost(): boolean {
    return this.#heldBytes > MOST_HELD;
  }

  onSyn(seq: number): void {
    this.#next ??= (seq + 1) >>> 0;
  }

  /** @returns what can be read now, in order */
  push(seq: number, bytes: Buffer): readonly Buffer[] {
    if (this.#next === null || bytes.length === 0) return [];
    this.#held.push({ seq, bytes });
    this.#heldBytes += bytes.length;
    const ready: Buffer[] = [];
    for (let had = -1; had !== ready.length;) {
      had = ready.length;
      this.#held = this.#held.filter((segment) => !this.#take(segment, ready));
    }
    return ready;
  }

  /** @returns whether it need not wait any longer */
  #take({ seq, bytes }: Segment, ready: Buffer[]): boolean {
    const next = this.#next ?? 0;
    // Sequence numbers go round (RFC 9293 §3.4): what counts is the distance.
    const known = (next - seq) | 0;
    if (known < 0) return false;
    this.#heldBytes -= bytes.length;
    if (known >= bytes.length) return true;
    ready.push(bytes.subarray(known));
    this.#next = (seq + bytes.length) >>> 0;
    return true;
  }
}
