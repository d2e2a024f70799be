// One web request of a script: sent with its credentials, counted before the script hears of it, its
// answer a value, and what made an answer impossible a fault.
import { Answer, type Fault } from '../../../api/bridge.ts';
import { encodingOfBody, mustBePlain, plainBody } from '../../web/content-encoding.ts';
import { WebFailure } from '../../web/failure.ts';
import type { WebBody, WebExchange, WebHeaders, WebUser } from '../../web/http-client.ts';
import type { NamedPath, Root, ServiceRoot } from '../../web/paths.ts';
import { statusHint, statusName, statusOutcome } from '../../web/http-status.ts';
import { mustBeOptions } from '../dimse/exchange.ts';
import type { VuSlot } from '../vu-slot.ts';
import type { TagContext, Tags } from '../observe/tags.ts';
import type { WorkerParts } from '../parts.ts';
import type { Operation } from '../sandbox/operation.ts';
import type { WebServer, WebServers } from './servers.ts';
import type { WebKind, WebMetrics, WebPhases } from './web-metrics.ts';

/** What every call of a web service may ask for. */
export interface WebOptions {
  readonly server: number;
  /** These statuses are no failure. */
  readonly expectStatus?: readonly number[];
  readonly tags?: Tags;
  /** Timeout of the response, ms. */
  readonly timeoutMs?: number;
}

export interface WebParts {
  readonly parts: WorkerParts;
  readonly servers: WebServers;
  readonly metrics: WebMetrics;
}

/** Takes a body as it comes, in place of having it collected. */
export interface BodyTaker {
  /** Of a success only. @throws WebFailure when it is not what was asked for */
  begin(headers: WebHeaders): void;
  data(chunk: Buffer): void;
  /** @throws WebFailure when it was not whole */
  end(): void;
}

/** What is asked. */
export interface WebAsked {
  readonly service: string;
  readonly method: string;
  /** Whose root the path is under. */
  readonly at: ServiceRoot;
  readonly target: NamedPath;
  /** Names and values in turn. */
  readonly headers?: readonly string[];
  readonly body?: WebBody | null;
  /** DICOM tags of its samples. */
  readonly tags?: Tags;
  readonly taker?: BodyTaker | null;
}

/** What came. */
export interface Answered {
  readonly status: number;
  readonly headers: WebHeaders;
  /** The body, where nobody took it. */
  readonly text: string;
}

/** What an answer amounts to. */
export interface Judged {
  readonly outcome: string;
  readonly failed: boolean;
  /** Told to the user when it failed; the status alone where absent. */
  readonly why?: string;
}

/** What a service makes of its answers. */
export interface AnswerUser {
  /** Before anything is counted. @throws WebFailure when it is no answer of this service */
  judge?(answer: Answered, byStatus: Judged): Judged;
  /** Counts what belongs to it besides the request. */
  counted?(call: WebCall, judged: Judged): void;
  /** Settles the call. */
  settle(answer: Answered, judged: Judged, phases: WebPhases): void;
  /** There was no answer; how it ended. */
  lost?(call: WebCall, outcome: string): void;
}

/** Longest body that is collected. */
const MOST_BODY_BYTES = 256 * 1024 ** 2;
/** Of an error only so much is of interest. */
const MOST_PROBLEM_BYTES = 64 * 1024;
const NO_TAGS: Tags = {};
const NO_HEADERS: readonly string[] = [];
const INTERRUPTED = new WebFailure('ITERATION_INTERRUPTED', 'the iteration was interrupted', {
  kind: 'cancelled',
});

/** Headers of the last request to a server: most ask with the same. */
interface Asking {
  readonly own: readonly string[];
  readonly authorization: string;
  readonly headers: readonly string[];
}
const asking = new WeakMap<WebServer, Asking>();

function headersOf(
  server: WebServer,
  own: readonly string[],
  authorization: string,
): readonly string[] {
  const last = asking.get(server);
  if (last?.own === own && last.authorization === authorization) return last.headers;
  const known = authorization === '' ? [] : ['authorization', authorization];
  const headers = [...server.headers, ...own, ...known];
  asking.set(server, { own, authorization, headers });
  return headers;
}

export class WebCall implements WebUser {
  readonly server: WebServer;
  readonly slot: number;
  readonly kind: WebKind;
  /** Of the VU, with the script's own tags. */
  readonly base: TagContext;
  readonly #web: WebParts;
  readonly #operation: Operation;
  readonly #options: WebOptions;
  readonly #asked: WebAsked;
  readonly #user: AnswerUser;
  #exchange: WebExchange | null = null;
  #status = 0;
  #headers: WebHeaders = {};
  #chunks: Buffer[] = [];
  #bytes = 0;
  /** A body that came in one piece, which is not copied first. */
  #whole = '';
  #taken = false;

  constructor(
    web: WebParts,
    operation: Operation,
    call: { readonly slot: number; readonly options: WebOptions; readonly asked: WebAsked },
    user: AnswerUser,
  ) {
    const { slot, options, asked } = call;
    mustBeOptions(options, 'HTTP');
    this.#web = web;
    this.#operation = operation;
    this.#options = options;
    this.#asked = asked;
    this.#user = user;
    this.slot = slot;
    this.server = web.servers.get(options.server);
    const { service, method, target, tags = NO_TAGS } = asked;
    this.kind = { server: this.server.name, service, method, name: target.name, tags };
    const { parts } = web;
    const own = parts.context(parts.vu(slot));
    this.base =
      options.tags === undefined
        ? own
        : parts.contexts.with(own, `call ${JSON.stringify(options.tags)}`, options.tags);
  }

  /** ms reading of the first byte sent, 0 before. */
  get sendStart(): number {
    return this.#exchange?.sendStart ?? 0;
  }

  get #vu(): VuSlot {
    return this.#web.parts.vu(this.slot);
  }

  /** Sends it, once there is a token. */
  start(): void {
    const operation = this.#operation;
    let gaveUp = false;
    operation.cancel = (): void => {
      gaveUp = true;
      this.onFailed(INTERRUPTED);
    };
    const header = this.server.credentials.header();
    if (header !== null) {
      this.#send(header);
      return;
    }
    this.server.credentials.fetch().then(
      (fetched) => gaveUp || this.#send(fetched),
      (error: unknown) => gaveUp || this.onFailed(error as WebFailure),
    );
  }

  #send(authorization: string): void {
    const { asked, server } = { asked: this.#asked, server: this.server };
    const root: Root = server.roots[asked.at];
    const { timeoutMs } = this.#options;
    const headers = headersOf(server, asked.headers ?? NO_HEADERS, authorization);
    const origin = this.#web.servers.origin(server, root, this.slot);
    const request = {
      method: asked.method,
      path: `${root.base}${asked.target.path}`,
      headers,
      body: asked.body ?? null,
      ...(timeoutMs === undefined ? {} : { responseMs: timeoutMs }),
    };
    const exchange = origin.send(request, this);
    this.#exchange = exchange;
    if (this.#operation.active) this.#operation.cancel = () => exchange.cancel(INTERRUPTED);
  }

  // ---------------------------------------------------------------- the answer

  onHeaders(status: number, headers: WebHeaders): void {
    this.#status = status;
    this.#headers = headers;
    const { taker = null } = this.#asked;
    if (taker !== null && statusOutcome(status) === 'success' && status !== 204) {
      this.#taken = true;
      mustBePlain(headers);
      taker.begin(headers);
    }
  }

  onData(chunk: Buffer, isWhole: boolean): void {
    if (this.#taken) {
      this.#asked.taker?.data(chunk);
      return;
    }
    this.#bytes += chunk.length;
    const isFailure = statusOutcome(this.#status) === 'failure';
    if (isFailure && this.#bytes > MOST_PROBLEM_BYTES) return;
    if (this.#bytes > MOST_BODY_BYTES) {
      throw new WebFailure('WEB_TOO_LONG', `answered with over ${MOST_BODY_BYTES / 1024 ** 2} MB`, {
        hint: 'ask for less at a time: limit, narrower keys',
      });
    }
    if (isWhole && encodingOfBody(this.#headers) === '') this.#whole = chunk.toString('utf8');
    else this.#chunks.push(Buffer.from(chunk));
  }

  onDone(): void {
    const exchange = this.#exchange;
    if (exchange === null) return;
    const status = this.#status;
    let answer: Answered;
    let judged: Judged;
    try {
      answer = { status, headers: this.#headers, text: this.#text() };
      if (this.#taken) this.#asked.taker?.end();
      judged = this.#judge(answer);
    } catch (error) {
      if (!(error instanceof WebFailure)) throw error;
      this.onFailed(error);
      return;
    }
    const { metrics } = this.#web;
    const context = metrics.context(this.base, this.kind, status, judged.outcome);
    const phases = metrics.answered(context, exchange, judged.failed);
    this.#user.counted?.(this, judged);
    if (status === 401) this.server.credentials.refused();
    if (judged.failed) this.#tell(answer, judged);
    this.#user.settle(answer, judged, phases);
  }

  /** @throws WebFailure for a body that cannot be decompressed */
  #text(): string {
    if (this.#chunks.length === 0) return this.#whole;
    return plainBody(this.#headers, Buffer.concat(this.#chunks), MOST_BODY_BYTES).toString('utf8');
  }

  #judge(answer: Answered): Judged {
    const outcome = statusOutcome(answer.status);
    const byStatus = { outcome, failed: outcome === 'failure' };
    const judged = this.#user.judge?.(answer, byStatus) ?? byStatus;
    const expected = this.#options.expectStatus?.includes(answer.status) === true;
    return expected ? { ...judged, failed: false } : judged;
  }

  #tell({ status, headers }: Answered, { why }: Judged): void {
    const { service } = this.kind;
    const name = statusName(status);
    const said = `${status}${name === '' ? '' : ` ${name}`}`;
    const hint = statusHint(status, headers);
    this.#web.parts.errors.failed(
      {
        operation: service,
        code: `status ${status}`,
        message: `${this.server.name} answered ${service} with ${said}${why === undefined ? '' : `: ${why}`}`,
        ...(hint === null ? {} : { hint }),
        calledAET: this.server.name,
      },
      this.#vu,
    );
  }

  onFailed(failure: WebFailure): void {
    if (!this.#operation.active) return;
    const { parts, metrics } = this.#web;
    const { host } = parts;
    if (failure.kind === 'cancelled' || this.#vu.interrupted) {
      metrics.unanswered(metrics.context(this.base, this.kind, 0, 'interrupted'), false);
      this.#user.lost?.(this, 'interrupted');
      host.settle(this.#operation, Answer.INTERRUPTED, 0, '');
      return;
    }
    const outcome = failure.kind === 'answer' ? 'protocol' : failure.kind;
    metrics.unanswered(metrics.context(this.base, this.kind, 0, outcome), true);
    this.#user.lost?.(this, outcome);
    const fault = this.#fault(failure);
    const { fields: _, ...told } = fault;
    parts.errors.failed(
      { operation: this.kind.service, ...told, calledAET: this.server.name },
      this.#vu,
    );
    host.fail(this.#operation, fault);
  }

  #fault(failure: WebFailure): Fault {
    const { code, message, hint, phase } = failure;
    const status = this.#status;
    return {
      code,
      message: `${this.server.name} ${message} during ${this.kind.service}`,
      ...(hint === undefined ? {} : { hint }),
      fields: {
        kind: failure.kind,
        ...(phase === undefined ? {} : { phase }),
        ...(status === 0 ? {} : { status }),
      },
    };
  }
}
