// Who leads a run: one of those who want to, for as long as it says so.
import { randomBytes } from 'node:crypto';

/** What a lease needs of the bucket it stands in; entries vanish by themselves. */
export interface LeaseBucket {
  /** Rejects when the key is there; its revision. */
  create(key: string, value: string): Promise<number>;
  /** Rejects when it has another revision than `revision`; the new one. */
  update(key: string, value: string, revision: number): Promise<number>;
  get(key: string): Promise<{
    readonly operation: string;
    readonly revision: number;
    string(): string;
  } | null>;
}

export class Lease {
  readonly #bucket: LeaseBucket;
  readonly #key: string;
  readonly #holder = randomBytes(8).toString('hex');
  #revision = 0;

  constructor(bucket: LeaseBucket, key: string) {
    this.#bucket = bucket;
    this.#key = key;
  }

  async take(): Promise<boolean> {
    try {
      this.#revision = await this.#bucket.create(this.#key, this.#holder);
      return true;
    } catch {
      return false;
    }
  }

  /** False when another has it; while the engine is away nobody can take it. */
  async renew(): Promise<boolean> {
    try {
      this.#revision = await this.#bucket.update(this.#key, this.#holder, this.#revision);
      return true;
    } catch {
      return this.#lookAgain();
    }
  }

  /** It ran out, or an answer was lost, or the engine is away. */
  async #lookAgain(): Promise<boolean> {
    try {
      const found = await this.#bucket.get(this.#key);
      if (found === null || found.operation !== 'PUT') {
        await this.take();
        return true;
      }
      this.#revision = found.revision;
      return found.string() === this.#holder;
    } catch {
      return true;
    }
  }
}
