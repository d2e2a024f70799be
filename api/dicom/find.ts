// A C-FIND under way: a promise of all matches, or an iterable that cancels when it is left.
import { Answer, Op } from '../bridge.ts';
import { callText, resultOf } from '../guest/calls.ts';
import type { Vu } from '../guest/vu.ts';
import type { Find, FindResult, Match } from './types.ts';

/** A page of matches as the host gives it; `result` with the last one. */
interface Page {
  readonly matches: Match[];
  readonly cursor: number;
  readonly result?: FindResult;
}

export class FindCall implements Find {
  private readonly vu: Vu;
  private readonly request: object;
  private all: Promise<FindResult> | null;
  private cursor: number;
  private final: FindResult | null;
  /** The query failed: there is nothing to cancel. */
  private broken: boolean;

  constructor(vu: Vu, request: object) {
    this.vu = vu;
    this.request = request;
    this.all = null;
    this.cursor = -1;
    this.final = null;
    this.broken = false;
  }

  then<A = FindResult, B = never>(
    resolve?: ((result: FindResult) => A | PromiseLike<A>) | null,
    reject?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): PromiseLike<A | B> {
    this.all ??= this.collect();
    return this.all.then(resolve, reject);
  }

  private async collect(): Promise<FindResult> {
    const text = JSON.stringify({ ...this.request, pages: false });
    return resultOf(await callText(this.vu, Op.CALL, text)) as FindResult;
  }

  async cancel(): Promise<FindResult> {
    if (this.final !== null) return this.final;
    if (this.cursor < 0) this.page(await callText(this.vu, Op.CALL, this.text()));
    let page = this.page(await callText(this.vu, Op.CANCEL, '', this.cursor));
    while (page.result === undefined)
      page = this.page(await callText(this.vu, Op.NEXT, '', this.cursor));
    return page.result;
  }

  async *[Symbol.asyncIterator](): AsyncIterator<Match> {
    let page = this.page(await callText(this.vu, Op.CALL, this.text()));
    try {
      for (;;) {
        yield* page.matches;
        if (page.result !== undefined) return;
        page = this.page(await callText(this.vu, Op.NEXT, '', this.cursor));
      }
    } finally {
      if (this.final === null && !this.broken && !this.vu.interrupted) await this.cancel();
    }
  }

  private text(): string {
    return JSON.stringify({ ...this.request, pages: true });
  }

  private page(call: { readonly kind: number } & Parameters<typeof resultOf>[0]): Page {
    this.broken = call.kind !== Answer.JSON;
    if (this.broken) resultOf(call);
    const page = resultOf(call) as Page;
    this.cursor = page.cursor;
    if (page.result !== undefined) this.final = page.result;
    return page;
  }
}
