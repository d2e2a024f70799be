// HTTP requests to one origin over connections that are kept, with stamps where bytes leave and come, and
// every failure in words.
import type { WebFailure } from './failure.ts';
import { H1Pool, isPlain } from './connections/h1-pool.ts';
import type {
  FailedPhase,
  OriginSpec,
  WebBody,
  WebHeaders,
  WebJob,
  WebPool,
  WebRequest,
  WebTimeouts,
} from './connections/job.ts';
import { UndiciPool } from './connections/undici-pool.ts';
import { failureOf } from './failure-of.ts';

export type { OriginSpec, WebBody, WebHeaders, WebRequest, WebTimeouts };

/** Told of an answer. Throwing a WebFailure from `onHeaders` or `onData` ends it as that. */
export interface WebUser {
  onHeaders(status: number, headers: WebHeaders): void;
  /**
   * @param chunk good until the call returns
   * @param isWhole it is known to be all of the body
   */
  onData(chunk: Buffer, isWhole: boolean): void;
  onDone(): void;
  onFailed(failure: WebFailure): void;
}

/** Safe to send again (RFC 9110 §9.2.2): all but these. */
const NOT_IDEMPOTENT = new Set(['POST', 'PATCH']);

export class WebOrigin {
  readonly spec: OriginSpec;
  /** Plain HTTP/1.1 goes our own way, as all its bytes are measured; anything else undici's. */
  #plain: H1Pool | null = null;
  #library: UndiciPool | null = null;

  constructor(spec: OriginSpec) {
    this.spec = spec;
  }

  /** Sends a request; what comes of it is told to `user`, failures included. */
  send(request: WebRequest, user: WebUser): WebExchange {
    const exchange = new WebExchange(this, request, user);
    this.dispatch(exchange);
    return exchange;
  }

  /** @internal */
  dispatch(job: WebJob): void {
    this.#poolOf(job.request).send(job);
  }

  /** @internal */
  abandon(job: WebJob): void {
    this.#poolOf(job.request).abandon(job);
  }

  #poolOf(request: WebRequest): WebPool {
    const { spec } = this;
    if (spec.tls === null && !spec.http2 && isPlain(request)) {
      return (this.#plain ??= new H1Pool(spec));
    }
    return (this.#library ??= new UndiciPool(spec));
  }

  /** Ends all connections; requests under way fail. */
  async destroy(): Promise<void> {
    this.#plain?.destroy();
    await this.#library?.destroy();
  }
}

/** One request and its answer. Stamps are readings of performance.now(), 0 where it was not reached. */
export class WebExchange implements WebJob {
  readonly asked = performance.now();
  connecting = 0;
  tls = 0;
  sendStart = 0;
  sendEnd = 0;
  firstByte = 0;
  lastByte = 0;
  status = 0;
  /** Of the request, as far as it is known. */
  readonly sentBytes: number;
  /** Of the answer: headers and body. */
  receivedBytes = 0;
  readonly request: WebRequest;
  readonly #origin: WebOrigin;
  readonly #user: WebUser;
  #isFresh = false;
  #tries = 1;
  #ended = false;

  constructor(origin: WebOrigin, request: WebRequest, user: WebUser) {
    this.#origin = origin;
    this.request = request;
    this.#user = user;
    this.sentBytes = headBytes(request) + (request.body?.bytes ?? 0);
  }

  /** Gives it up; told as `failure`. */
  cancel(failure: WebFailure): void {
    if (this.#ended) return;
    this.#origin.abandon(this);
    this.#fail(failure);
  }

  // ---------------------------------------------------------------- what comes of it

  onBegin(connecting: number, tls: number): void {
    this.#isFresh = connecting >= 0;
    if (this.#isFresh) {
      this.connecting = connecting;
      this.tls = tls;
    }
    this.sendStart = performance.now();
  }

  onSent(): void {
    this.sendEnd = performance.now();
  }

  onFirstByte(at: number): void {
    this.firstByte = at;
  }

  onHead(status: number, headers: WebHeaders, bytes: number): void {
    this.status = status;
    if (this.firstByte === 0) this.onFirstByte(performance.now());
    this.receivedBytes += bytes;
    try {
      this.#user.onHeaders(status, headers);
    } catch (error) {
      this.cancel(error as WebFailure);
    }
  }

  onBody(bytes: Buffer, isWhole: boolean): void {
    this.receivedBytes += bytes.length;
    if (this.#ended) return;
    try {
      this.#user.onData(bytes, isWhole);
    } catch (error) {
      this.cancel(error as WebFailure);
    }
  }

  onEnd(at: number): void {
    if (this.#ended) return;
    this.#ended = true;
    this.lastByte = at;
    this.#user.onDone();
  }

  onLost(error: Error, phase: FailedPhase): void {
    if (this.#ended) return;
    if (this.#mayTryAgain(error)) {
      this.#tries++;
      this.sendStart = 0;
      this.sendEnd = 0;
      this.#origin.dispatch(this);
      return;
    }
    const { timeouts, tls } = this.#origin.spec;
    const responseMs = this.request.responseMs ?? timeouts.responseMs;
    const about = {
      phase: this.sendStart === 0 ? phase : 'response',
      timeouts: { ...timeouts, responseMs },
      begun: this.firstByte > 0,
      isFreshTls: this.#isFresh && tls !== null,
      hasBody: this.request.body !== null,
    } as const;
    this.#fail(failureOf(error, about));
  }

  /** A connection that was kept may have been closed by the server just then (RFC 9112 §9.3.1). */
  #mayTryAgain(error: Error): boolean {
    const { code = '' } = error as NodeJS.ErrnoException;
    const lost = /^(UND_ERR_SOCKET|ECONNRESET|EPIPE)$/.test(code);
    const untouched = this.firstByte === 0 && this.sendStart > 0 && !this.#isFresh;
    return lost && untouched && this.#tries === 1 && !NOT_IDEMPOTENT.has(this.request.method);
  }

  #fail(failure: WebFailure): void {
    if (this.#ended) return;
    this.#ended = true;
    this.lastByte = performance.now();
    this.#user.onFailed(failure);
  }
}

function headBytes({ method, path, headers }: WebRequest): number {
  return headers.reduce((sum, text) => sum + text.length + 2, method.length + path.length + 14);
}
