// The bytes of a value that are compared: all of a native one, or what its fragments hold, one after
// the other, however they are cut. Nothing is copied.

export class Content {
  readonly length: number;
  readonly #pieces: readonly Buffer[];
  /** Where each piece begins. */
  readonly #starts: readonly number[];

  constructor(pieces: readonly Buffer[]) {
    this.#pieces = pieces;
    let length = 0;
    this.#starts = pieces.map((piece) => (length += piece.length) - piece.length);
    this.length = length;
  }

  /** Whether it goes on at `position` as the bytes do. */
  continues(position: number, buffer: Buffer, start: number, end: number): boolean {
    if (position + end - start > this.length) return false;
    let from = start;
    for (let at = this.#pieceAt(position); from < end; at++) {
      const piece = this.#pieces[at];
      if (piece === undefined) return false;
      const offset = position + from - start - (this.#starts[at] ?? 0);
      const bytes = Math.min(end - from, piece.length - offset);
      if (buffer.compare(piece, offset, offset + bytes, from, from + bytes) !== 0) return false;
      from += bytes;
    }
    return true;
  }

  /** Whether the first `length` bytes are those of another. */
  beginsAs(other: Content, length: number): boolean {
    return this.#first(length).every(({ piece, at }) =>
      other.continues(at, piece, 0, piece.length),
    );
  }

  /** The first `length` bytes. */
  prefix(length: number): Buffer {
    const pieces = this.#first(length).map(({ piece }) => piece);
    return pieces.length === 1 && pieces[0] !== undefined ? pieces[0] : Buffer.concat(pieces);
  }

  #first(length: number): readonly { readonly piece: Buffer; readonly at: number }[] {
    return this.#pieces.flatMap((whole, i) => {
      const at = this.#starts[i] ?? 0;
      const piece = whole.subarray(0, Math.max(0, length - at));
      return piece.length === 0 ? [] : [{ piece, at }];
    });
  }

  /** The last piece that begins at a position or before it. */
  #pieceAt(position: number): number {
    let low = 0;
    let high = this.#starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#starts[middle] ?? 0) <= position) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}
