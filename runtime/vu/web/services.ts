// The web services of scripts: what each call of `dicomweb` does on this side.
import { pathName, resourcePath } from '../../web/paths.ts';
import type { Ledger } from '../observe/ledger.ts';
import { Answer, Op } from '../../../api/bridge.ts';
import type { DeliveryPort } from '../dimse/delivery.ts';
import type { WorkerParts } from '../parts.ts';
import type { Asks } from '../sandbox/asks.ts';
import type { Calls, CallRequest } from '../sandbox/calls.ts';
import { badArgument, type RingFault } from '../sandbox/host.ts';
import type { Operation } from '../sandbox/operation.ts';
import { WebRetrieves, type WebRetrieveCall } from './retrieves.ts';
import { searchOf, WebSearches, wireMatches, type WebSearchCall } from './searches.ts';
import { WebServers, type ServerRequest } from './servers.ts';
import { WebStores, type WebStoreCall } from './stores.ts';
import {
  WebCall,
  type Answered,
  type AnswerUser,
  type Judged,
  type WebOptions,
} from './web-call.ts';
import { answerText } from './answer-text.ts';
import { WebMetrics, type WebPhases } from './web-metrics.ts';

export interface WebServiceParts {
  readonly parts: WorkerParts;
  readonly calls: Calls;
  readonly asks: Asks;
  readonly delivery: DeliveryPort;
  readonly ledger: Ledger;
}

/** Registers their calls; what it returns holds their connections. */
export function wireWeb(services: WebServiceParts): WebServers {
  const { parts, calls, asks, delivery, ledger } = services;
  const servers = new WebServers(() => parts.plan);
  const web = { parts, servers, metrics: new WebMetrics(parts.samples, parts.contexts) };
  asks.on('web-server', ({ server }) => servers.numberOf(server as ServerRequest));
  wireMatches(asks);
  const stores = new WebStores(web, { delivery, ledger });
  const searches = new WebSearches(web);
  const retrieves = new WebRetrieves(web);
  calls.on('web.store', (operation, call, slot) =>
    stores.begin(operation, call as unknown as WebStoreCall, slot),
  );
  calls.on('web.search', (operation, call, slot) =>
    searches.begin(operation, call as unknown as WebSearchCall, slot),
  );
  calls.onRing(Op.SEARCH, searchOf);
  calls.on('web.retrieve', (operation, call, slot) =>
    retrieves.begin(operation, call as unknown as WebRetrieveCall, slot),
  );
  calls.on('web.request', (operation, call, slot) => {
    const { asked, options } = plainOf(call);
    new WebCall(web, operation, { slot, options, asked }, new PlainUser(operation)).start();
  });
  return servers;
}

/** Any request: `delete()`, `capabilities()` and `request()`. */
interface PlainCall extends WebOptions {
  readonly service: 'DELETE' | 'CAPABILITIES' | 'HTTP';
  readonly method: string;
  readonly path?: string;
  readonly resource?: Parameters<typeof resourcePath>[0];
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | { readonly $bytes: string };
}

const TOKEN = /^[!#$%&'*+.^_`|~\dA-Za-z-]+$/;

/** @throws RingFault for what no request can be made of */
function plainOf(call: CallRequest) {
  const options = call as unknown as PlainCall;
  const { service, method, path, resource, headers = {}, body } = options;
  if (typeof method !== 'string' || !TOKEN.test(method)) throw bad('request({ method })');
  if (path !== undefined && (typeof path !== 'string' || /[\s\x00-\x1f]/.test(path))) {
    throw bad('request({ path })');
  }
  for (const [name, value] of Object.entries(headers)) {
    if (!TOKEN.test(name) || /[\r\n\0]/.test(value)) throw bad(`request({ headers }): "${name}"`);
  }
  const bytes = body === undefined ? null : bytesOf(body);
  const target =
    resource === undefined
      ? { path: slashed(path ?? ''), name: pathName(slashed(path ?? '')) }
      : resourcePath(resource);
  const asked = {
    ...{ service, method, target },
    at: 'search',
    headers: Object.entries(headers).flat(),
    body: bytes === null ? null : { bytes: bytes.length, pieces: () => [bytes] },
  } as const;
  return { asked, options };
}

const slashed = (path: string): string => (path === '' || /^[/?]/.test(path) ? path : `/${path}`);

function bytesOf(body: NonNullable<PlainCall['body']>): Buffer {
  return typeof body === 'string' ? Buffer.from(body, 'utf8') : Buffer.from(body.$bytes, 'hex');
}

function bad(what: string): RingFault {
  return badArgument(`${what}: no HTTP can say that`);
}

class PlainUser implements AnswerUser {
  readonly #operation: Operation;

  constructor(operation: Operation) {
    this.#operation = operation;
  }

  settle({ status, headers, text }: Answered, { outcome }: Judged, phases: WebPhases): void {
    const answer = answerText({ status, outcome, phases }, JSON.stringify({ headers }), text);
    this.#operation.host.settle(this.#operation, Answer.JSON, 0, answer);
  }
}
