// A DICOMweb server of one VU: its services as calls.
import { Op } from '../bridge.ts';
import { Dataset, Identity, Study } from '../dicom/data.ts';
import { milliseconds } from '../sandbox/duration.ts';
import { Receiver } from '../dicom/delivery/receiver.ts';
import type { Duration, Match } from '../dicom/types.ts';
import { ask, callRequest } from '../sandbox/calls.ts';
import { badArgument } from '../sandbox/errors.ts';
import { shared } from '../sandbox/shared.ts';
import type { Vu } from '../sandbox/vu.ts';
import {
  checkOptions,
  checkRequest,
  checkResource,
  checkRetrieve,
  checkSearch,
  checkServer,
  checkStore,
} from './checks.ts';
import type { WebAnswer } from './answer.ts';
import { answerOf } from './errors.ts';
import { datasetsOf, SearchCall, warningsOf } from './search.ts';
import type * as T from './types.ts';

type Call = Readonly<Record<string, unknown>>;

/** What the host is told of a server. It holds secrets: no look at the server shows it. */
const requests = new WeakMap<Server, Call>();

/** A DICOMweb server (PS3.18). One per VU; connections are opened when they are needed. */
export class Server {
  readonly #vu: Vu;
  #number: number;

  constructor(vu: Vu, options: T.ServerOptions = {}) {
    checkServer(options);
    this.#vu = vu;
    this.#number = -1;
    const request = requestOf(options);
    requests.set(this, request);
    if (vu.initialising) {
      ask(vu, Op.PEER, JSON.stringify({ ...request, web: true }));
    }
  }

  /**
   * STOW-RS: stores instances as multipart/related Part 10 (PS3.18 §10.5). Members of a pool are sent
   * as fresh instances. 200, 202 and 409 are values, and so is every other status; `failed` says which
   * instances were not taken, and why.
   *
   * @throws WebError when there was no answer
   */
  async store(what: T.Storable, options: T.WebStoreOptions = {}): Promise<T.WebStoreResult> {
    checkOptions('store', options);
    checkStore(options);
    const { perRequest, study, ...rest } = options;
    const images = instancesOf(what);
    const size = perRequest ?? images.length;
    if (!Number.isInteger(size) || size < 1) {
      throw badArgument('store: perRequest must be an integer ≥ 1');
    }
    const results: StoreAnswer[] = [];
    for (let at = 0; at < images.length; at += size) {
      const part = images.slice(at, at + size);
      const items = part.map(itemOf);
      const call = { op: 'web.store', items, study, ...limits(rest) };
      results.push(new StoreAnswer(await this.#call(call), part));
    }
    return merged(results, images);
  }

  /**
   * QIDO-RS (PS3.18 §10.6): await it for one answer, or loop over it (`for await`) page by page. An
   * empty value asks for an attribute without matching it. 204 is zero matches.
   *
   * @throws WebError when there was no answer, or it was no DICOM JSON
   */
  search(
    what: 'studies' | 'series' | 'instances',
    keys: Match = {},
    options: T.WebSearchOptions = {},
  ): T.WebSearch {
    if (!['studies', 'series', 'instances'].includes(what)) {
      throw badArgument(`search("${String(what)}"): studies, series or instances`);
    }
    checkOptions('search', options);
    checkSearch(options);
    const { study, series } = options;
    if (series !== undefined && study === undefined) {
      throw badArgument('search({ series }): needs its study, too');
    }
    const { limit, offset, fuzzy, includeField, expectStatus, tags, timeout } = options;
    const timeoutMs = milliseconds(timeout, 'timeout');
    const server = this.#ready();
    // Each by its name: to spread the options takes longer than all else here.
    return new SearchCall(this.#vu, {
      op: 'web.search',
      server,
      what,
      keys,
      study,
      series,
      limit,
      offset,
      fuzzy,
      includeField,
      expectStatus,
      tags,
      timeoutMs,
    });
  }

  /**
   * WADO-RS (PS3.18 §10.4): instances, metadata, frames, rendered images, bulk data. What comes is
   * counted, and kept nowhere unless that is asked for.
   *
   * @throws WebError when there was no answer, or it was cut
   */
  async retrieve(
    resource: T.WebResource,
    options: T.WebRetrieveOptions = {},
  ): Promise<T.WebRetrieveResult> {
    checkResource('retrieve', resource);
    checkOptions('retrieve', options);
    checkRetrieve(options);
    const { as = resource.frames === undefined ? 'dicom' : 'frames', ...rest } = options;
    const call = { op: 'web.retrieve', resource, as, ...limits(rest) };
    return new RetrieveAnswer(this.#vu, await this.#call(call));
  }

  /**
   * DELETE of a study, series or instance, which many servers offer beside the standard. Every HTTP
   * status is a value.
   *
   * @throws WebError when there was no answer
   */
  async delete(
    resource: Omit<T.WebResource, 'frames'>,
    options: T.WebCallOptions = {},
  ): Promise<T.WebAnyResponse> {
    checkResource('delete', resource);
    checkOptions('delete', options);
    const call = { service: 'DELETE', method: 'DELETE', resource, ...limits(options) };
    return new AnyAnswer(await this.#call({ op: 'web.request', ...call }));
  }

  /**
   * Retrieve Capabilities: OPTIONS of the root (PS3.18 §8.9). Every HTTP status is a value.
   *
   * @throws WebError when there was no answer
   */
  async capabilities(options: T.WebCallOptions = {}): Promise<T.WebAnyResponse> {
    checkOptions('capabilities', options);
    const headers = { accept: 'application/vnd.sun.wadl+xml, application/json;q=0.9, */*;q=0.5' };
    const call = { service: 'CAPABILITIES', method: 'OPTIONS', path: '/', headers };
    return new AnyAnswer(await this.#call({ op: 'web.request', ...call, ...limits(options) }));
  }

  /**
   * Any other request below the root: UPS-RS (PS3.18 §11), WADO-URI (§9), what a vendor adds. Every HTTP
   * status is a value.
   *
   * @throws WebError when there was no answer
   */
  async request(options: T.WebRequestOptions): Promise<T.WebAnyResponse> {
    checkOptions('request', options);
    checkRequest(options);
    const { method = 'GET', ...rest } = options;
    const call = { op: 'web.request', service: 'HTTP', method: method.toUpperCase() };
    return new AnyAnswer(await this.#call({ ...call, ...limits(rest) }));
  }

  async #call(request: Call): Promise<WebAnswer> {
    const server = this.#ready();
    return answerOf(await callRequest(this.#vu, { ...request, server }));
  }

  /** Its number on the host, where it is resolved at its first use. */
  #ready(): number {
    if (this.#number < 0) {
      const request = { ask: 'web-server', server: requests.get(this) };
      this.#number = ask(this.#vu, Op.ASK, JSON.stringify(request)) as number;
    }
    return this.#number;
  }

  toJSON(): unknown {
    return { server: this.#number < 0 ? 'not used yet' : this.#number };
  }
}

/** What all answers say. */
class Answer {
  readonly status: number;
  readonly outcome: T.WebOutcome;
  readonly warnings: string[];
  readonly phases: T.WebPhases;
  readonly problem: string;

  constructor(answer: WebAnswer) {
    this.status = answer.status;
    this.outcome = answer.outcome;
    this.warnings = warningsOf(answer);
    this.phases = answer.phases;
    this.problem = this.outcome === 'failure' ? answer.body : '';
  }

  get ok(): boolean {
    return this.outcome !== 'failure';
  }
}

class StoreAnswer extends Answer {
  readonly failed: T.FailedInstance[];
  readonly images: readonly Dataset[];

  constructor(answer: WebAnswer, images: readonly Dataset[]) {
    super(answer);
    this.images = images;
    const failed = answer.more['failed'] as { index: number; reason: number; text: string }[];
    this.failed = failed.map(({ index, reason, text }) => ({
      instance: images[index] as Dataset,
      reason,
      text,
    }));
    const { failed: refused } = this;
    for (const image of images) {
      if (refused.length === 0 || refused.every(({ instance }) => instance !== image))
        accept(image);
    }
  }
}

function accept(image: Dataset): void {
  image.accepted++;
  if (image.parent !== null) image.parent.accepted++;
}

/** One result of the requests of a store. */
function merged(results: readonly StoreAnswer[], images: Dataset[]): T.WebStoreResult {
  const failed = results.flatMap((one) => one.failed);
  const statuses = results.map(({ status }) => status);
  const worst = ['failure', 'warning', 'success'].find((outcome) =>
    results.some((one) => one.outcome === outcome),
  ) as T.WebOutcome;
  return {
    status: Math.max(...statuses),
    ok: failed.length === 0,
    outcome: failed.length > 0 && failed.length < images.length ? 'warning' : worst,
    warnings: results.flatMap(({ warnings }) => warnings),
    problem: results.find(({ problem }) => problem !== '')?.problem ?? '',
    phases: phasesOf(results),
    instance: images[0] as Dataset,
    instances: images,
    stored: images.length - failed.length,
    failed,
    statuses,
  };
}

function phasesOf(results: readonly StoreAnswer[]): T.WebPhases {
  const [first] = results;
  if (first !== undefined && results.length === 1) return first.phases;
  const sum = (of: keyof T.WebPhases): number =>
    results.reduce((total, { phases }) => total + phases[of], 0);
  return {
    duration: sum('duration'),
    blocked: sum('blocked'),
    connecting: sum('connecting'),
    tls: sum('tls'),
    sending: sum('sending'),
    waiting: sum('waiting'),
    receiving: sum('receiving'),
  };
}

class RetrieveAnswer extends Answer implements T.WebRetrieveResult {
  readonly received: number;
  readonly bytes: number;
  readonly instances: T.WebReceivedInstance[];
  override readonly problem: string;
  readonly #vu: Vu;
  readonly #body: string;
  #read: Match[] | null;

  constructor(vu: Vu, answer: WebAnswer) {
    super(answer);
    const { more } = answer;
    this.#vu = vu;
    this.received = (more['received'] as number | undefined) ?? 0;
    this.bytes = (more['bytes'] as number | undefined) ?? answer.body.length;
    this.instances = (more['instances'] as T.WebReceivedInstance[] | undefined) ?? [];
    this.problem = (more['problem'] as string | undefined) ?? (this.ok ? '' : answer.body);
    this.#body = this.ok ? answer.body : '';
    this.#read = null;
  }

  get datasets(): Match[] {
    return (this.#read ??= datasetsOf(this.#vu, this.#body));
  }
  get firstByteMs(): number {
    return this.phases.waiting;
  }
}

class AnyAnswer extends Answer implements T.WebAnyResponse {
  readonly headers: Record<string, string>;
  readonly body: string;

  constructor(answer: WebAnswer) {
    super(answer);
    this.headers = answer.more['headers'] as Record<string, string>;
    this.body = answer.body;
  }
}

function instancesOf(what: T.Storable): Dataset[] {
  const list =
    what instanceof Study ? what.images : what instanceof Dataset ? [what] : listOf(what);
  if (list.length === 0) throw badArgument('store(): there is nothing to store');
  return list.map((one) => {
    if (!(one instanceof Dataset)) {
      throw notStorable();
    }
    return one.identity === Identity.POOL ? one.fresh() : one;
  });
}

function listOf(what: unknown): Dataset[] {
  if (what === undefined || what === null) return [];
  if (typeof what === 'object' && Symbol.iterator in what) return [...(what as Dataset[])];
  throw notStorable();
}

function notStorable(): Error {
  return badArgument('store(): needs a study, instances, or members of a pool');
}

function itemOf(image: Dataset): Call {
  return {
    prototype: image.prototype,
    study: shared.boot.studies.first + image.study,
    series: image.series,
    instance: image.instance,
    ...(image.identity === Identity.AS_IS ? { asIs: true } : {}),
    edits: image.edits ?? undefined,
  };
}

/** Options with durations in ms. */
function limits<O extends { timeout?: Duration }>(options: O): Call {
  const { timeout, ...rest } = options;
  return { ...rest, timeoutMs: milliseconds(timeout, 'timeout') };
}

function requestOf(options: T.ServerOptions): Call {
  const { deliversTo, timeouts, ...rest } = options;
  if (deliversTo !== undefined && !(deliversTo instanceof Receiver)) {
    throw badArgument('server({ deliversTo }): needs a receiver');
  }
  const given = Object.entries(timeouts ?? {}).map(([phase, value]) => [
    `${phase}Ms`,
    milliseconds(value, `server: timeouts.${phase}`),
  ]);
  return {
    ...rest,
    ...(timeouts === undefined ? {} : { timeouts: Object.fromEntries(given) as object }),
    ...(deliversTo === undefined ? {} : { deliversTo: deliversTo.id }),
  };
}
