// A C-FIND under way: a promise of all matches, or an iterable that cancels when it is left.
import { Answer, Op } from '../bridge.ts';
import { callText, isNoted, resultOf } from '../sandbox/calls.ts';
import type { Vu } from '../sandbox/vu.ts';
import type { Find, FindResult, Match } from './types.ts';

/** A page of matches as the host gives it; `result` with the last one. */
interface Page {
  readonly matches: Match[];
  readonly cursor: number;
  readonly result?: FindResult;
}

/** After the first failure every query notes where it was asked for, so that all tell the same. */
let hasFailed = false;

export class FindCall implements Find {
  readonly #vu: Vu;
  readonly #request: object;
  #all: Promise<FindResult> | null;
  #cursor: number;
  #final: FindResult | null;
  /** The query failed: there is nothing to cancel. */
  #broken: boolean;
  /** Where the author asked: `await` leaves no trace of it in what the query throws. */
  readonly #asked: Error | null;

  constructor(vu: Vu, request: object) {
    this.#vu = vu;
    this.#request = request;
    this.#all = null;
    this.#cursor = -1;
    this.#final = null;
    this.#broken = false;
    this.#asked = hasFailed || isNoted(vu) ? new Error('find') : null;
  }

  then<A = FindResult, B = never>(
    resolve?: ((result: FindResult) => A | PromiseLike<A>) | null,
    reject?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): PromiseLike<A | B> {
    this.#all ??= this.#collect();
    return this.#all.then(resolve, reject);
  }

  async #collect(): Promise<FindResult> {
    const text = JSON.stringify({ ...this.#request, pages: false });
    try {
      return resultOf(await callText(this.#vu, Op.CALL, text)) as FindResult;
    } catch (thrown) {
      throw this.#placed(thrown);
    }
  }

  /** With the frames of the author's call instead of those of the await, which newer V8s trace. */
  #placed(thrown: unknown): unknown {
    hasFailed = true;
    const asked = this.#asked?.stack ?? '';
    const frames = asked.slice(asked.indexOf('\n') + 1);
    if (thrown instanceof Error && frames !== '') {
      const [headline = ''] = (thrown.stack ?? '').split('\n    at ');
      thrown.stack = `${headline}\n${frames}`;
    }
    return thrown;
  }

  async cancel(): Promise<FindResult> {
    if (this.#final !== null) return this.#final;
    if (this.#cursor < 0) this.#page(await callText(this.#vu, Op.CALL, this.#text()));
    let page = this.#page(await callText(this.#vu, Op.CANCEL, '', this.#cursor));
    while (page.result === undefined)
      page = this.#page(await callText(this.#vu, Op.NEXT, '', this.#cursor));
    return page.result;
  }

  async *[Symbol.asyncIterator](): AsyncIterator<Match> {
    let page = this.#page(await callText(this.#vu, Op.CALL, this.#text()));
    try {
      for (;;) {
        yield* page.matches;
        if (page.result !== undefined) return;
        page = this.#page(await callText(this.#vu, Op.NEXT, '', this.#cursor));
      }
    } finally {
      if (this.#final === null && !this.#broken && !this.#vu.interrupted) await this.cancel();
    }
  }

  #text(): string {
    return JSON.stringify({ ...this.#request, pages: true });
  }

  #page(call: { readonly kind: number } & Parameters<typeof resultOf>[0]): Page {
    this.#broken = call.kind !== Answer.JSON;
    if (this.#broken) resultOf(call);
    const page = resultOf(call) as Page;
    this.#cursor = page.cursor;
    if (page.result !== undefined) this.#final = page.result;
    return page;
  }
}
