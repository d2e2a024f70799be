// A QIDO-RS search under way: a promise of one answer, or an iterable that asks page by page.
import { Op } from '../bridge.ts';
import { ask, callRequest } from '../sandbox/calls.ts';
import { DicomError } from '../sandbox/errors.ts';
import type { Vu } from '../sandbox/vu.ts';
import type { Match } from '../dicom/types.ts';
import { answerOf, HttpError, type WebAnswer } from './errors.ts';
import type { WebOutcome, WebPhases, WebSearch, WebSearchResult } from './types.ts';

/** Matches of one page of a loop, where the script says no limit. */
const PAGE = 100;

/** Data sets of a body of DICOM JSON, by keyword. @throws HttpError `WEB_NOT_DICOM_JSON` */
export function datasetsOf(vu: Vu, body: string): Match[] {
  if (body === '') return [];
  try {
    return ask(vu, Op.ASK, JSON.stringify({ ask: 'web-matches', text: body })) as Match[];
  } catch (error) {
    if (!(error instanceof DicomError) || !error.code.startsWith('WEB_')) throw error;
    const { code, message, hint } = error;
    throw new HttpError({ code, message, ...(hint === undefined ? {} : { hint }) });
  }
}

/** What all answers say, of what the host told. */
export class Answer {
  readonly status: number;
  readonly outcome: WebOutcome;
  readonly warnings: string[];
  readonly phases: WebPhases;
  readonly problem: string;

  constructor({ head, body }: WebAnswer) {
    this.status = head['status'] as number;
    this.outcome = head['outcome'] as WebOutcome;
    this.warnings = head['warnings'] as string[];
    this.phases = head['phases'] as WebPhases;
    this.problem = this.outcome === 'failure' ? body : '';
  }

  get ok(): boolean {
    return this.outcome !== 'failure';
  }
}

/** Its matches are parsed when they are read. */
export class SearchAnswer extends Answer implements WebSearchResult {
  readonly #vu: Vu;
  readonly #body: string;
  #read: Match[] | null;

  constructor(vu: Vu, answer: WebAnswer) {
    super(answer);
    this.#vu = vu;
    this.#body = this.ok ? answer.body : '';
    this.#read = null;
  }

  get matches(): Match[] {
    return (this.#read ??= datasetsOf(this.#vu, this.#body));
  }
  get count(): number {
    return this.matches.length;
  }

  /** Whether another page says the very same. */
  same(other: SearchAnswer): boolean {
    return this.#body !== '' && this.#body === other.#body;
  }

  toJSON(): unknown {
    const { status, ok, outcome, count } = this;
    return { status, ok, outcome, count };
  }
}

export class SearchCall implements WebSearch {
  readonly #vu: Vu;
  readonly #request: Readonly<Record<string, unknown>>;
  #all: Promise<WebSearchResult> | null;

  constructor(vu: Vu, request: Readonly<Record<string, unknown>>) {
    this.#vu = vu;
    this.#request = request;
    this.#all = null;
  }

  then<A = WebSearchResult, B = never>(
    resolve?: ((result: WebSearchResult) => A | PromiseLike<A>) | null,
    reject?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): PromiseLike<A | B> {
    this.#all ??= this.#once(this.#request);
    return this.#all.then(resolve, reject);
  }

  async #once(request: Readonly<Record<string, unknown>>): Promise<SearchAnswer> {
    return new SearchAnswer(this.#vu, answerOf(await callRequest(this.#vu, request)));
  }

  async *[Symbol.asyncIterator](): AsyncIterator<Match> {
    const limit = (this.#request['limit'] as number | undefined) ?? PAGE;
    let offset = (this.#request['offset'] as number | undefined) ?? 0;
    let before: SearchAnswer | null = null;
    for (;;) {
      const page = await this.#once({ ...this.#request, limit, offset });
      if (!page.ok) throw refused(page);
      if (before !== null && page.same(before)) throw standsStill();
      yield* page.matches;
      // A server may give less at a time than it is asked for, and says so (PS3.18 §10.6.1.2.5).
      const more = page.warnings.some((text) => text.includes('299'));
      if (page.count === 0 || (page.count < limit && !more)) return;
      offset += page.count;
      before = page;
    }
  }
}

/** In a loop there is no value to look at. */
function refused({ status, problem }: SearchAnswer): HttpError {
  return new HttpError({
    code: 'WEB_STATUS',
    message: `search: a page was answered with ${status}`,
    ...(problem === '' ? {} : { hint: problem.slice(0, 200) }),
    fields: { status },
  });
}

function standsStill(): HttpError {
  return new HttpError({
    code: 'WEB_PAGING',
    message: 'search: the server gives the same page again: it knows no offset',
    hint: 'ask for all at once: await the search, with a limit',
  });
}
