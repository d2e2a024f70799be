// `dicom.shared.queue` of a run on agents: the coordinator keeps the items in its memory, each for the
// first who asks. A call that comes again (its answer was lost on the way) gets the same answer.
import type { QueueAnswer, QueueCall } from '../protocol.ts';

interface Waiter {
  readonly by: number;
  give(item: string | null): void;
}

/** Longer than anybody asks again. */
const REMEMBERED_MS = 60_000;

export class Queues {
  readonly #items = new Map<string, string[]>();
  readonly #waiters = new Map<string, Waiter[]>();
  readonly #answers = new Map<string, Promise<QueueAnswer>>();
  readonly #timers = new Set<NodeJS.Timeout>();

  take(call: QueueCall): Promise<QueueAnswer> {
    const known = this.#answers.get(call.id);
    if (known !== undefined) return known;
    const answer = call.op === 'push' ? this.#push(call) : this.#pop(call);
    this.#answers.set(call.id, answer);
    void answer.then(() => this.#later(REMEMBERED_MS, () => this.#answers.delete(call.id)));
    return answer;
  }

  /** Of an agent that is lost: nothing is given to it any more. */
  forget(by: number): void {
    for (const [queue, waiters] of this.#waiters) {
      this.#waiters.set(
        queue,
        waiters.filter((one) => one.by !== by),
      );
    }
  }

  close(): void {
    for (const timer of this.#timers) clearTimeout(timer);
  }

  #push({ queue, item }: Extract<QueueCall, { readonly op: 'push' }>): Promise<QueueAnswer> {
    const waiter = this.#waiters.get(queue)?.shift();
    const items = this.#items.get(queue);
    if (waiter !== undefined) waiter.give(item);
    else if (items === undefined) this.#items.set(queue, [item]);
    else items.push(item);
    return Promise.resolve({ item: null });
  }

  #pop({ queue, timeoutMs, by }: Extract<QueueCall, { readonly op: 'pop' }>): Promise<QueueAnswer> {
    const item = this.#items.get(queue)?.shift();
    if (item !== undefined || timeoutMs <= 0) return Promise.resolve({ item: item ?? null });
    return new Promise((resolve) => {
      const waiters = this.#waiters.get(queue) ?? [];
      this.#waiters.set(queue, waiters);
      const timer = this.#later(timeoutMs, () => waiter.give(null));
      const waiter: Waiter = {
        by,
        give: (found) => {
          clearTimeout(timer);
          this.#timers.delete(timer);
          const all = this.#waiters.get(queue) ?? [];
          const at = all.indexOf(waiter);
          if (at >= 0) all.splice(at, 1);
          resolve({ item: found });
        },
      };
      waiters.push(waiter);
    });
  }

  #later(ms: number, call: () => void): NodeJS.Timeout {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      call();
    }, ms);
    this.#timers.add(timer);
    return timer;
  }
}
