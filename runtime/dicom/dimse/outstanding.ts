// The requests that wait for an answer: message IDs and the window (PS3.7 §9.1.1, D.3.3.3).
import type { Pending } from './pending.ts';

const MAX_MESSAGE_ID = 0xffff;

/** With window 1, the usual case, there is one slot and no map. */
export class Outstanding {
  /** Waiting for an answer. */
  count = 0;
  #single: Pending | null = null;
  #more: Map<number, Pending> | null = null;
  #lastId = 0;

  /** Gives the request a free message ID: ascending, wrapping at 65,535, skipping busy ones. */
  add(pending: Pending): number {
    let id = this.#lastId;
    do id = id === MAX_MESSAGE_ID ? 1 : id + 1;
    while (this.count > 0 && this.get(id) !== null);
    this.#lastId = id;
    this.count += 1;
    pending.messageId = id;
    if (this.#single === null) {
      this.#single = pending;
    } else {
      this.#more ??= new Map();
      this.#more.set(id, pending);
    }
    return id;
  }

  get(id: number): Pending | null {
    const single = this.#single;
    if (single !== null && single.messageId === id) return single;
    return this.#more?.get(id) ?? null;
  }

  remove(pending: Pending): void {
    if (this.#single === pending) {
      this.#single = null;
      this.count -= 1;
    } else if (this.#more?.delete(pending.messageId) === true) {
      this.count -= 1;
    }
  }

  /** All that wait, in no particular order. */
  list(): Pending[] {
    const all = this.#more === null ? [] : [...this.#more.values()];
    if (this.#single !== null) all.unshift(this.#single);
    return all;
  }

  /** Takes all out. */
  drain(): Pending[] {
    const all = this.list();
    this.#single = null;
    this.#more = null;
    this.count = 0;
    return all;
  }
}
