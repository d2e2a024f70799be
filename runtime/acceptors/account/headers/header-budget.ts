// Kept headers have a limit: beyond it the oldest lose their bytes first.
import type { KeptHeader } from './header.ts';

/** Bytes of headers a thread keeps at most, by default. */
export const DEFAULT_HEADER_BYTES = 192 * 1024 * 1024;

const CHUNK = 1024;
const NO_BYTES = Buffer.alloc(0);

interface Chunk {
  readonly headers: BudgetedHeader[];
  live: number;
}

/** A kept header, released by the account when it drops the instance, or by the budget. */
class BudgetedHeader implements KeptHeader {
  bytes: Buffer;
  readonly transferSyntax: string;
  readonly #budget: HeaderBudget;
  readonly #chunk: Chunk;

  constructor(header: KeptHeader, budget: HeaderBudget, chunk: Chunk) {
    this.bytes = header.bytes;
    this.transferSyntax = header.transferSyntax;
    this.#budget = budget;
    this.#chunk = chunk;
  }

  release(): void {
    if (this.bytes === NO_BYTES) return;
    this.#budget.bytes -= this.bytes.length;
    this.#chunk.live--;
    this.bytes = NO_BYTES;
  }
}

/** First in, first out, in chunks of {@link CHUNK} headers. */
export class HeaderBudget {
  /** Held now. */
  bytes = 0;
  readonly #limit: number;
  readonly #onFirstLoss: () => void;
  readonly #chunks: Chunk[] = [];
  #lost = false;

  constructor(limit: number, onFirstLoss: () => void) {
    this.#limit = limit;
    this.#onFirstLoss = onFirstLoss;
  }

  keep(header: KeptHeader): KeptHeader {
    let chunk = this.#chunks.at(-1);
    if (chunk === undefined || chunk.headers.length === CHUNK) {
      chunk = { headers: [], live: 0 };
      this.#chunks.push(chunk);
      this.#trim();
    }
    const kept = new BudgetedHeader(header, this, chunk);
    chunk.headers.push(kept);
    chunk.live++;
    this.bytes += header.bytes.length;
    return kept;
  }

  /** Once per chunk: forgets what was released, takes back what is too much. */
  #trim(): void {
    for (let first = this.#chunks[0]; first !== undefined; first = this.#chunks[0]) {
      if (this.#chunks.length <= 2) return;
      if (first.live > 0 && this.bytes <= this.#limit) return;
      if (first.live > 0) this.#takeBack(first);
      this.#chunks.shift();
    }
  }

  #takeBack(chunk: Chunk): void {
    for (const header of chunk.headers) header.release();
    if (this.#lost) return;
    this.#lost = true;
    this.#onFirstLoss();
  }
}
