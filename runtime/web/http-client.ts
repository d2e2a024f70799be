// HTTP over undici: keep-alive connections to one origin, with stamps where bytes leave and come, and
// every failure in words. The only file that knows undici.
import { buildConnector, Pool, type Dispatcher } from 'undici';
import type { TlsOptions } from '../dicom/ul/associate-request.ts';
import { requestorTls } from '../dicom/ul/socket/tls.ts';
import { CorkedBody } from './corked-body.ts';
import type { WebFailure } from './failure.ts';
import { failureOf, type FailedPhase } from './failure-of.ts';

/** ms; 0 = never. */
export interface WebTimeouts {
  /** TCP connect and TLS handshake. */
  readonly connectMs: number;
  /** Request written to the status line of the answer. */
  readonly responseMs: number;
  /** Between two pieces of an answer. */
  readonly idleMs: number;
}

export interface OriginSpec {
  /** `http://host:port` */
  readonly origin: string;
  readonly tls: TlsOptions | null;
  /** Most at a time; further requests wait. */
  readonly connections: number;
  readonly timeouts: WebTimeouts;
  readonly http2: boolean;
}

/** A body of known length, made anew when it is sent again. */
export interface WebBody {
  readonly bytes: number;
  pieces(): Iterable<Buffer> | AsyncIterable<Buffer>;
}

export interface WebRequest {
  readonly method: string;
  /** With query. */
  readonly path: string;
  /** Names and values in turn. */
  readonly headers: readonly string[];
  readonly body: WebBody | null;
  /** In place of the timeout of the response, ms. */
  readonly responseMs?: number;
}

/** Headers of an answer by their lower-case names; several of a name joined by ", ". */
export type WebHeaders = Readonly<Record<string, string>>;

/** Told of an answer. Throwing a WebFailure from `onHeaders` or `onData` ends it as that. */
export interface WebUser {
  onHeaders(status: number, headers: WebHeaders): void;
  onData(chunk: Buffer): void;
  onDone(): void;
  onFailed(failure: WebFailure): void;
}

/** Closed by us after that long without use. */
const IDLE_CONNECTION_MS = 60_000;
/** Of a socket without TLS: an instance of 1 MB, and what is around it, goes out in one write. */
const ROOM = {
  highWaterMark: undefined,
  readableHighWaterMark: 64 * 1024,
  writableHighWaterMark: 1024 ** 2 + 192 * 1024,
};
/** Safe to send again (RFC 9110 §9.2.2): all but these. */
const NOT_IDEMPOTENT = new Set(['POST', 'PATCH']);

/** How a connection came about, until a request takes it over; ms. */
interface Opened {
  readonly connecting: number;
  readonly tls: number;
}

export class WebOrigin {
  readonly spec: OriginSpec;
  readonly #pool: Pool;
  /** Connections that no request has been told of yet. */
  readonly #opened: Opened[] = [];
  /** Where a connection that failed was. */
  readonly #phases = new WeakMap<object, FailedPhase>();

  constructor(spec: OriginSpec) {
    this.spec = spec;
    this.#pool = new Pool(spec.origin, {
      connections: spec.connections,
      pipelining: 1,
      connect: this.#connector(),
      headersTimeout: spec.timeouts.responseMs,
      bodyTimeout: spec.timeouts.idleMs,
      keepAliveTimeout: IDLE_CONNECTION_MS,
      keepAliveMaxTimeout: IDLE_CONNECTION_MS,
      allowH2: spec.http2,
    });
  }

  #connector(): buildConnector.connector {
    const { tls, timeouts, http2 } = this.spec;
    const options = tls === null ? ROOM : requestorTls(tls);
    const connect = buildConnector({
      ...(options as buildConnector.BuildOptions),
      timeout: timeouts.connectMs,
      allowH2: http2,
    }) as unknown as (
      options: buildConnector.Options,
      callback: buildConnector.Callback,
    ) => NodeJS.EventEmitter;
    return (target, callback) => {
      const started = performance.now();
      let connected = 0;
      const done = (error: Error | null, socket: Parameters<buildConnector.Callback>[1]): void => {
        const now = performance.now();
        const tcp = connected === 0 ? now : connected;
        if (error !== null) this.#phases.set(error, connected === 0 ? 'connect' : 'tls');
        else this.#opened.push({ connecting: tcp - started, tls: now - tcp });
        (callback as (error: Error | null, socket: unknown) => void)(error, socket);
      };
      const socket = connect(target, done as buildConnector.Callback);
      if (target.protocol === 'https:')
        socket.once('connect', () => (connected = performance.now()));
    };
  }

  /** Sends a request; what comes of it is told to `user`, failures included. */
  send(request: WebRequest, user: WebUser): WebExchange {
    const exchange = new WebExchange(this, request, user);
    exchange.dispatch();
    return exchange;
  }

  /** @internal */
  dispatch(options: Dispatcher.DispatchOptions, handler: object): void {
    this.#pool.dispatch(options, handler as Dispatcher.DispatchHandler);
  }

  /** @internal The connection that was opened for a request that begins now, if one was. */
  takeOpened(): Opened | undefined {
    return this.#opened.pop();
  }

  /** @internal */
  phaseOf(error: object): FailedPhase {
    return this.#phases.get(error) ?? 'response';
  }

  /** Ends all connections; requests under way fail. */
  async destroy(): Promise<void> {
    await this.#pool.destroy();
  }
}

/** One request and its answer. Stamps are readings of performance.now(), 0 where it was not reached. */
export class WebExchange {
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
  readonly #origin: WebOrigin;
  readonly #request: WebRequest;
  readonly #user: WebUser;
  #abort: ((error?: Error) => void) | null = null;
  #cause: WebFailure | null = null;
  #isFresh = false;
  #tries = 0;
  #ended = false;

  constructor(origin: WebOrigin, request: WebRequest, user: WebUser) {
    this.#origin = origin;
    this.#request = request;
    this.#user = user;
    this.sentBytes = headBytes(request) + (request.body?.bytes ?? 0);
  }

  /** @internal */
  dispatch(): void {
    const { method, path, headers, body, responseMs } = this.#request;
    this.#tries++;
    const length = body === null ? [] : ['content-length', String(body.bytes)];
    const options = {
      method,
      path,
      headers: [...headers, ...length],
      body: (body === null ? null : corked(body)) as Dispatcher.DispatchOptions['body'],
      ...(responseMs === undefined ? {} : { headersTimeout: responseMs }),
    };
    try {
      this.#origin.dispatch(options as Dispatcher.DispatchOptions, this);
    } catch (error) {
      this.onError(error as Error);
    }
  }

  /** Gives it up; told as `failure`. */
  cancel(failure: WebFailure): void {
    if (this.#ended || this.#cause !== null) return;
    this.#cause = failure;
    // Without a connection nothing is to be broken off: what comes of it is not told any more.
    if (this.#abort === null) this.#fail(failure);
    else this.#abort(failure);
  }

  // ---------------------------------------------------------------- undici's handler

  onConnect(abort: (error?: Error) => void): void {
    this.#abort = abort;
    const opened = this.#origin.takeOpened();
    this.#isFresh = opened !== undefined;
    if (opened !== undefined) {
      this.connecting = opened.connecting;
      this.tls = opened.tls;
    }
    this.sendStart = performance.now();
    if (this.#cause !== null) abort(this.#cause);
  }

  onRequestSent(): void {
    this.sendEnd = performance.now();
  }

  onResponseStarted(): void {
    this.firstByte = performance.now();
  }

  onHeaders(status: number, raw: readonly Buffer[]): boolean {
    // 1xx is no answer yet.
    if (status < 200) return true;
    this.status = status;
    if (this.firstByte === 0) this.firstByte = performance.now();
    const headers: Record<string, string> = {};
    for (let i = 0; i + 1 < raw.length; i += 2) {
      const name = String(raw[i]).toLowerCase();
      const value = raw[i + 1]?.toString('latin1') ?? '';
      this.receivedBytes += name.length + value.length + 4;
      const before = headers[name];
      headers[name] = before === undefined ? value : `${before}, ${value}`;
    }
    this.#guarded(() => this.#user.onHeaders(status, headers));
    return true;
  }

  onData(chunk: Buffer): boolean {
    this.receivedBytes += chunk.length;
    this.#guarded(() => this.#user.onData(chunk));
    return true;
  }

  onComplete(): void {
    if (this.#ended) return;
    this.lastByte = performance.now();
    if (this.#cause !== null) {
      this.#fail(this.#cause);
      return;
    }
    this.#ended = true;
    // why: a connection is free again a turn after its answer; who asks sooner opens a second one
    queueMicrotask(() => setImmediate(() => this.#user.onDone()));
  }

  onError(error: Error): void {
    if (this.#ended) return;
    if (this.#cause === null && this.#mayTryAgain(error)) {
      this.#reset();
      this.dispatch();
      return;
    }
    const phase = this.sendStart === 0 ? this.#origin.phaseOf(error) : 'response';
    const { timeouts } = this.#origin.spec;
    const responseMs = this.#request.responseMs ?? timeouts.responseMs;
    const isFreshTls = this.#isFresh && this.#origin.spec.tls !== null;
    const begun = this.firstByte > 0;
    const hasBody = this.#request.body !== null;
    const about = { phase, timeouts: { ...timeouts, responseMs }, begun, isFreshTls, hasBody };
    this.#fail(this.#cause ?? failureOf(error, about));
  }

  /** A connection that was kept may have been closed by the server just then (RFC 9112 §9.3.1). */
  #mayTryAgain(error: Error): boolean {
    const { code = '' } = error as NodeJS.ErrnoException;
    const lost = /^(UND_ERR_SOCKET|ECONNRESET|EPIPE)$/.test(code);
    const untouched = this.firstByte === 0 && this.sendStart > 0 && !this.#isFresh;
    return lost && untouched && this.#tries === 1 && !NOT_IDEMPOTENT.has(this.#request.method);
  }

  #reset(): void {
    this.sendStart = 0;
    this.sendEnd = 0;
    this.#abort = null;
  }

  #guarded(tell: () => void): void {
    if (this.#cause !== null) return;
    try {
      tell();
    } catch (error) {
      this.cancel(error as WebFailure);
    }
  }

  #fail(failure: WebFailure): void {
    if (this.#ended) return;
    this.#ended = true;
    this.lastByte = performance.now();
    this.#user.onFailed(failure);
  }
}

function corked(body: WebBody): Iterable<Buffer> | AsyncIterable<Buffer> {
  const pieces = body.pieces();
  return Symbol.iterator in pieces ? new CorkedBody(pieces) : pieces;
}

function headBytes({ method, path, headers }: WebRequest): number {
  return headers.reduce((sum, text) => sum + text.length + 2, method.length + path.length + 14);
}
