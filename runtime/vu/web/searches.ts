// QIDO-RS: of the answer only its kind is looked at, the script parses what it reads.
import { WebFailure } from '../../web/failure.ts';
import { datasetsOf, mustBeJson } from '../../web/json-model.ts';
import { searchPath, type SearchWords } from '../../web/search-path.ts';
import type { Asks } from '../sandbox/asks.ts';
import type { CallRequest } from '../sandbox/calls.ts';
import { Answer } from '../../../api/bridge.ts';
import { RingFault } from '../sandbox/host.ts';
import type { Operation } from '../sandbox/operation.ts';
import {
  WebCall,
  type Answered,
  type AnswerUser,
  type Judged,
  type WebOptions,
  type WebParts,
} from './web-call.ts';
import { answerText, warningText } from './answer-text.ts';
import type { WebPhases } from './web-metrics.ts';

export interface WebSearchCall extends WebOptions, SearchWords {}

/** A search of lines (Op.SEARCH in api/bridge.ts). */
export function searchOf(text: string): CallRequest {
  const lines = text.split('\n');
  const [server, what, study, series, limit, offset] = lines;
  const numberOf = (line: string | undefined) => (line ? Number(line) : undefined);
  return {
    op: 'web.search',
    server: Number(server),
    what,
    keys: lines.length <= BEFORE_KEYS ? NO_KEYS : Object.fromEntries(inPairs(lines)),
    study: study === '' ? undefined : study,
    series: series === '' ? undefined : series,
    limit: numberOf(limit),
    offset: numberOf(offset),
  };
}

const BEFORE_KEYS = 6;
const NO_KEYS = {};

function* inPairs(lines: readonly string[]): Iterable<readonly [string, string]> {
  for (let i = BEFORE_KEYS; i + 1 < lines.length; i += 2)
    yield [lines[i] ?? '', lines[i + 1] ?? ''];
}

const ACCEPT = ['accept', 'application/dicom+json'];

export class WebSearches {
  readonly #web: WebParts;

  constructor(web: WebParts) {
    this.#web = web;
  }

  begin(operation: Operation, call: WebSearchCall, slot: number): void {
    const asked = {
      service: 'QIDO-RS',
      method: 'GET',
      at: 'search',
      target: searchPath(call),
      headers: ACCEPT,
    } as const;
    const user = new SearchUser(operation);
    new WebCall(this.#web, operation, { slot, options: call, asked }, user).start();
  }
}

class SearchUser implements AnswerUser {
  readonly #operation: Operation;

  constructor(operation: Operation) {
    this.#operation = operation;
  }

  /** HTML of a login page, and a body that was cut, are no answers. */
  judge({ status, headers, text }: Answered, byStatus: Judged): Judged {
    if (byStatus.failed || status === 204 || text === '') return byStatus;
    mustBeJson(headers['content-type'] ?? '', text);
    return byStatus;
  }

  settle({ status, headers, text }: Answered, judged: Judged, phases: WebPhases): void {
    const told = { status, outcome: judged.outcome, phases };
    const answer = answerText(told, warningText(headers), text);
    this.#operation.host.settle(this.#operation, Answer.JSON, 0, answer);
  }
}

/** Matches of an answer by keyword, asked for when the script reads them. */
export function wireMatches(asks: Asks): void {
  asks.on('web-matches', ({ text }) => {
    try {
      return datasetsOf(String(text));
    } catch (error) {
      if (!(error instanceof WebFailure)) throw error;
      const { code, message, hint } = error;
      throw new RingFault({ code, message, ...(hint === undefined ? {} : { hint }) });
    }
  });
}
