// `setTimeout` and its kin. Timers are operations of the VU: they keep an iteration alive and end
// with it.
import { Op } from '../bridge.ts';
import { callNumbers, resultOf } from './calls.ts';
import { ring, ringText } from './door.ts';
import { IterationInterrupted, badArgument, faultOf } from './errors.ts';
import type { Vu } from './vu.ts';

type Callback = (...args: unknown[]) => unknown;

/** The timers of one VU, by id. */
class Timers {
  readonly #vu: Vu;
  readonly #running = new Map<number, number>();

  constructor(vu: Vu) {
    this.#vu = vu;
  }

  start(body: () => unknown, ms: number, again: boolean): number {
    const id = ++this.#vu.timers;
    void this.#run(id, ms, { again, body });
    return id;
  }

  clear(id: number): void {
    const ticket = this.#running.get(id);
    this.#running.delete(id);
    if (ticket !== undefined) ring(Op.CLEAR, this.#vu.slot, ticket, 0);
  }

  async #run(
    id: number,
    ms: number,
    { again, body }: { again: boolean; body: () => unknown },
  ): Promise<void> {
    try {
      do {
        if (!(await this.#wait(id, ms))) return;
        if (!again) this.#running.delete(id);
        await body();
      } while (again && this.#running.has(id));
    } catch (thrown) {
      this.#running.delete(id);
      if (thrown instanceof IterationInterrupted) return;
      ringText(Op.FAULT, this.#vu.slot, JSON.stringify(faultOf(thrown)));
    }
  }

  /** False when it was cleared meanwhile. */
  async #wait(id: number, ms: number): Promise<boolean> {
    const pending = callNumbers(this.#vu, Op.SLEEP, ms, 0);
    this.#running.set(id, pending.call.ticket);
    resultOf(await pending);
    return this.#running.has(id);
  }
}

/** `setTimeout`, `setInterval` and their clearing for one VU; ids are numbers as in k6/timers. */
export function timersOf(vu: Vu): Readonly<Record<string, Callback>> {
  const timers = new Timers(vu);
  const start =
    (again: boolean): Callback =>
    (callback, ms, ...args) => {
      if (typeof callback !== 'function') throw badArgument('setTimeout(): needs a function');
      const wait = Math.max(0, Number(ms) || 0);
      return timers.start(() => (callback as Callback)(...args), wait, again);
    };
  const clear: Callback = (id) => timers.clear(Number(id));
  return {
    setTimeout: start(false),
    setInterval: start(true),
    clearTimeout: clear,
    clearInterval: clear,
  };
}
