// Keeps what threads report before there is a recorder to report to.
import type { ThreadEvents } from '../records/events.ts';

type Call = (events: ThreadEvents) => void;

/** Passes everything on in order, from `attach` on; until then it waits. */
export class DeferredEvents implements ThreadEvents {
  #target: ThreadEvents | null = null;
  #waiting: Call[] = [];
  #quiet = false;
  readonly #log: ThreadEvents['log'];

  /** Told at once, also while there is no recorder: a phase may wait for the thread that broke. */
  readonly broken: ThreadEvents['broken'];

  /** `log` gets console output at once, also while there is no recorder; so does `broken`. */
  constructor({ log, broken }: Pick<ThreadEvents, 'log' | 'broken'>) {
    this.#log = log;
    this.broken = broken;
  }

  attach(target: ThreadEvents): void {
    this.#target = target;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const call of waiting) call(target);
  }

  readonly series: ThreadEvents['series'] = (source, series) =>
    this.#pass((events) => events.series(source, series));

  readonly samples: ThreadEvents['samples'] = (source, columns) => {
    // The hot one: no closure once the run goes on.
    if (this.#target !== null) this.#target.samples(source, columns);
    else this.#pass((events) => events.samples(source, columns));
  };

  /** Drops console output while `run` goes on: the same was said before. */
  async quietly<T>(run: () => Promise<T>): Promise<T> {
    this.#quiet = true;
    try {
      return await run();
    } finally {
      this.#quiet = false;
    }
  }

  readonly log: ThreadEvents['log'] = (message) => {
    if (this.#quiet) return;
    if (this.#target === null) this.#log(message);
    else this.#target.log(message);
  };

  readonly error: ThreadEvents['error'] = (message) =>
    this.#pass((events) => events.error(message));

  readonly abortTest: ThreadEvents['abortTest'] = (message) =>
    this.#pass((events) => events.abortTest(message));

  readonly failTest: ThreadEvents['failTest'] = (message) =>
    this.#pass((events) => events.failTest(message));

  readonly ledger: ThreadEvents['ledger'] = (lines) => this.#pass((events) => events.ledger(lines));

  readonly caseState: ThreadEvents['caseState'] = (message) =>
    this.#pass((events) => events.caseState(message));

  readonly replaced: ThreadEvents['replaced'] = (worker, reason, interrupted) =>
    this.#pass((events) => events.replaced(worker, reason, interrupted));

  readonly receiversGone: ThreadEvents['receiversGone'] = (message) =>
    this.#pass((events) => events.receiversGone(message));

  readonly shared: ThreadEvents['shared'] = (worker, call) =>
    this.#pass((events) => events.shared(worker, call));

  readonly settling: ThreadEvents['settling'] = (outstanding) =>
    this.#pass((events) => events.settling(outstanding));

  #pass(call: Call): void {
    if (this.#target === null) this.#waiting.push(call);
    else call(this.#target);
  }
}
