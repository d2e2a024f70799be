// QIDO-RS: the query becomes a URL; of the answer only its kind is looked at, the script parses what
// it reads.
import { keywordOf, tagOf } from '../../dicom/element/dictionary.ts';
import { WebFailure } from '../../web/failure.ts';
import { datasetsOf } from '../../web/json-model.ts';
import { resourcePath } from '../../web/paths.ts';
import type { Asks } from '../sandbox/asks.ts';
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
import type { WebPhases } from './web-metrics.ts';

export interface WebSearchCall extends WebOptions {
  readonly what: 'studies' | 'series' | 'instances';
  readonly keys: Readonly<Record<string, unknown>>;
  readonly study?: string;
  readonly series?: string;
  readonly limit?: number;
  readonly offset?: number;
  readonly fuzzy?: boolean;
  readonly includeField?: readonly string[] | string;
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

/** @throws DataError `DATA_UNKNOWN_TAG` with the nearest keyword; RingFault for a value of no kind */
function searchPath(call: WebSearchCall) {
  const { what, study, series } = call;
  const under = resourcePath({
    ...(study === undefined ? {} : { study }),
    ...(series === undefined ? {} : { series }),
  });
  const level = what === 'studies' ? '' : `/${what}`;
  const bare = study === undefined && what !== 'studies';
  const path = bare ? `/${what}` : `${under.path}${level}`;
  const name = bare ? `/${what}` : `${under.name}${level}`;
  const query = queryOf(call);
  return { path: query === '' ? path : `${path}?${query}`, name };
}

function queryOf({ keys, limit, offset, fuzzy, includeField = [] }: WebSearchCall): string {
  const pairs: string[] = [];
  const add = (name: string, value: string): void => {
    pairs.push(`${name}=${encodeURIComponent(value).replaceAll('%2C', ',')}`);
  };
  for (const [name, value] of Object.entries(keys)) keyPairs(name, value, add);
  for (const field of typeof includeField === 'string' ? [includeField] : includeField) {
    add('includefield', field === 'all' ? 'all' : attributeId(field));
  }
  if (limit !== undefined) add('limit', String(limit));
  if (offset !== undefined) add('offset', String(offset));
  if (fuzzy !== undefined) add('fuzzymatching', String(fuzzy));
  return pairs.join('&');
}

/** An empty key is one that is asked for; a sequence is a path (PS3.18 §8.3.4.1). */
function keyPairs(name: string, value: unknown, add: (name: string, value: string) => void): void {
  const id = name.split('.').map(attributeId).join('.');
  if (value === '' || value === null || value === undefined) add('includefield', id);
  else if (Array.isArray(value) && value.every((one) => typeof one !== 'object')) {
    // A list of UIDs (PS3.4 C.2.2.2.2); of other values any of them.
    add(id, value.join(id.endsWith('UID') ? ',' : '\\'));
  } else if (Array.isArray(value) && value.length === 1) {
    for (const [inner, one] of Object.entries(value[0] as object)) {
      keyPairs(`${name}.${inner}`, one, add);
    }
  } else if (typeof value === 'string' || typeof value === 'number') add(id, String(value));
  else {
    throw new RingFault({
      code: 'SCRIPT_ARGUMENT',
      message: `search: "${name}" must be a text, a number or a list of them`,
    });
  }
}

/** A keyword, or eight hexadecimal digits (PS3.18 §8.3.4.1). */
function attributeId(name: string): string {
  const keyword = keywordOf(tagOf(name));
  return /^[0-9a-f]{8}$/.test(keyword) ? keyword.toUpperCase() : keyword;
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
    const { host } = this.#operation;
    const warning = headers['warning'];
    const head = JSON.stringify({
      ...{ status, outcome: judged.outcome, phases },
      warnings: warning === undefined ? [] : [warning],
    });
    const body = judged.outcome === 'success' ? text : '';
    const problem = judged.outcome === 'success' ? '' : text;
    host.settle(this.#operation, Answer.JSON, 0, `${head}\n${body}${problem}`);
  }
}

/** @throws WebFailure `WEB_NOT_JSON` */
export function mustBeJson(contentType: string, text: string): void {
  const isJson = /\bjson\b/i.test(contentType);
  const first = text.trimStart()[0];
  const last = text.trimEnd().at(-1);
  if ((first === '[' && last === ']') || (first === '{' && last === '}')) return;
  const what = /html/i.test(contentType) || first === '<' ? 'HTML or XML' : 'something';
  throw new WebFailure(
    'WEB_NOT_JSON',
    isJson
      ? 'answered with JSON that is cut or none'
      : `answered with ${what} (${contentType.slice(0, 60) || 'no Content-Type'}) where DICOM JSON was asked for`,
    {
      hint: 'is the URL the root of the DICOMweb service, and is it not a login page that answers?',
    },
  );
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
