// A QIDO-RS search under way: a promise of one answer, or an iterable that asks page by page.
import { Op } from '../bridge.ts';
import { ask, callRequest, callText } from '../sandbox/calls.ts';
import { DicomError } from '../sandbox/errors.ts';
import type { Vu } from '../sandbox/vu.ts';
import type { Match } from '../dicom/types.ts';
import type { WebAnswer } from './answer.ts';
import { answerOf, HttpError } from './errors.ts';
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

/** Read as far as a script looks at it. */
class SearchAnswer implements WebSearchResult {
  readonly #vu: Vu;
  readonly #answer: WebAnswer;
  #matches: Match[] | null;
  #phases: WebPhases | null;
  #warnings: string[] | null;

  constructor(vu: Vu, answer: WebAnswer) {
    this.#vu = vu;
    this.#answer = answer;
    this.#matches = null;
    this.#phases = null;
    this.#warnings = null;
  }

  get status(): number {
    return this.#answer.status;
  }
  get outcome(): WebOutcome {
    return this.#answer.outcome;
  }
  get ok(): boolean {
    return this.outcome !== 'failure';
  }
  get warnings(): string[] {
    return (this.#warnings ??= warningsOf(this.#answer));
  }
  get phases(): WebPhases {
    return (this.#phases ??= this.#answer.phases);
  }
  get problem(): string {
    return this.ok ? '' : this.#answer.body;
  }

  get #body(): string {
    return this.ok ? this.#answer.body : '';
  }

  get matches(): Match[] {
    return (this.#matches ??= datasetsOf(this.#vu, this.#body));
  }
  get count(): number {
    return this.matches.length;
  }

  /** Whether another page says the very same. */
  same(other: SearchAnswer): boolean {
    const body = this.#body;
    return body !== '' && body === other.#body;
  }

  toJSON(): unknown {
    const { status, ok, outcome, count } = this;
    return { status, ok, outcome, count };
  }
}

export function warningsOf({ more }: WebAnswer): string[] {
  return (more['warnings'] as string[] | undefined) ?? [];
}

/** What the host is told of a search. */
export type SearchRequest = {
  readonly op: 'web.search';
  readonly server: number;
  readonly what: string;
  readonly keys: Match;
  readonly study: string | undefined;
  readonly series: string | undefined;
  readonly limit: number | undefined;
  readonly offset: number | undefined;
  readonly fuzzy: boolean | undefined;
  readonly includeField: string | readonly string[] | undefined;
  readonly expectStatus: readonly number[] | undefined;
  readonly tags: Record<string, string> | undefined;
  readonly timeoutMs: number | undefined;
};

/**
 * A search as lines (Op.SEARCH), which is quicker than JSON; null where it says more than they can.
 *
 * @internal
 */
export function linesOf(request: SearchRequest): string | null {
  const { fuzzy, includeField, expectStatus, tags, timeoutMs } = request;
  if (fuzzy !== undefined || includeField !== undefined || timeoutMs !== undefined) return null;
  if (expectStatus !== undefined || tags !== undefined) return null;
  const { server, what, keys, study = '', series = '', limit = '', offset = '' } = request;
  // why: types end where the author's code begins
  if (typeof keys !== 'object' || (keys as Match | null) === null || 'toJSON' in keys) return null;
  let lines = `${server}\n${what}\n${study}\n${series}\n${limit}\n${offset}`;
  for (const name of Object.keys(keys)) {
    const value = keys[name];
    if (typeof value !== 'string' || value.includes('\n') || name.includes('\n')) return null;
    lines += `\n${name}\n${value}`;
  }
  return lines;
}

/** What `then` of a promise does. That of the sandbox looks into each promise first, which takes longer. */
async function told<A, B>(
  all: Promise<SearchAnswer>,
  resolve?: ((result: WebSearchResult) => A | PromiseLike<A>) | null,
  reject?: ((reason: unknown) => B | PromiseLike<B>) | null,
): Promise<A | B> {
  let answer: SearchAnswer;
  try {
    answer = await all;
  } catch (error) {
    if (typeof reject === 'function') return reject(error);
    throw error;
  }
  return typeof resolve === 'function' ? resolve(answer) : (answer as A);
}

export class SearchCall implements WebSearch {
  readonly #vu: Vu;
  readonly #request: SearchRequest;
  #all: Promise<SearchAnswer> | null;

  constructor(vu: Vu, request: SearchRequest) {
    this.#vu = vu;
    this.#request = request;
    this.#all = null;
  }

  then<A = WebSearchResult, B = never>(
    resolve?: ((result: WebSearchResult) => A | PromiseLike<A>) | null,
    reject?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): PromiseLike<A | B> {
    return told((this.#all ??= this.#once(this.#request)), resolve, reject);
  }

  async #once(request: SearchRequest): Promise<SearchAnswer> {
    const lines = linesOf(request);
    const asked =
      lines === null ? callRequest(this.#vu, request) : callText(this.#vu, Op.SEARCH, lines);
    return new SearchAnswer(this.#vu, answerOf(await asked));
  }

  async *[Symbol.asyncIterator](): AsyncIterator<Match> {
    const limit = this.#request.limit ?? PAGE;
    let offset = this.#request.offset ?? 0;
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
