// Connections over undici: TLS, HTTP/2, and requests that ask for something out of the ordinary. The only
// file that knows undici.
import { buildConnector, Pool, type Dispatcher } from 'undici';
import { requestorTls } from '../../dicom/ul/socket/tls.ts';
import { CorkedBody } from './corked-body.ts';
import { IDLE_CONNECTION_MS } from './h1-connection.ts';
import type { FailedPhase, OriginSpec, WebBody, WebJob, WebPool } from './job.ts';

/** Of a socket without TLS: an instance of 1 MB, and what is around it, goes out in one write. */
const ROOM = {
  highWaterMark: undefined,
  readableHighWaterMark: 64 * 1024,
  writableHighWaterMark: 1024 ** 2 + 192 * 1024,
};

/** How a connection came about, until a request takes it over; ms. */
interface Opened {
  readonly connecting: number;
  readonly tls: number;
}

export class UndiciPool implements WebPool {
  readonly #spec: OriginSpec;
  readonly #pool: Pool;
  /** Connections that no request has been told of yet. */
  readonly #opened: Opened[] = [];
  /** Where a connection that failed was. */
  readonly #phases = new WeakMap<object, FailedPhase>();
  readonly #handlers = new Map<WebJob, Handler>();

  constructor(spec: OriginSpec) {
    this.#spec = spec;
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
    const { tls, timeouts, http2 } = this.#spec;
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

  send(job: WebJob): void {
    const { method, path, headers, body, responseMs } = job.request;
    const handler = new Handler(job, this);
    this.#handlers.set(job, handler);
    const length = body === null ? [] : ['content-length', String(body.bytes)];
    const options = {
      method,
      path,
      headers: [...headers, ...length],
      body: (body === null ? null : corked(body)) as Dispatcher.DispatchOptions['body'],
      ...(responseMs === undefined ? {} : { headersTimeout: responseMs }),
    };
    try {
      const handling = handler as object as Dispatcher.DispatchHandler;
      this.#pool.dispatch(options as Dispatcher.DispatchOptions, handling);
    } catch (error) {
      handler.onError(error as Error);
    }
  }

  abandon(job: WebJob): void {
    this.#handlers.get(job)?.abandon();
    this.#handlers.delete(job);
  }

  /** @internal */
  over(job: WebJob): void {
    this.#handlers.delete(job);
  }

  /** @internal The connection that was opened for a request that begins now, if one was. */
  takeOpened(): Opened | undefined {
    return this.#opened.pop();
  }

  /** @internal */
  phaseOf(error: object): FailedPhase {
    return this.#phases.get(error) ?? 'response';
  }

  destroy(): Promise<void> {
    return this.#pool.destroy();
  }
}

/** undici's handler of one request. */
class Handler {
  readonly #job: WebJob;
  readonly #pool: UndiciPool;
  #abort: ((error?: Error) => void) | null = null;
  #gone = false;

  constructor(job: WebJob, pool: UndiciPool) {
    this.#job = job;
    this.#pool = pool;
  }

  abandon(): void {
    this.#gone = true;
    this.#abort?.();
  }

  onConnect(abort: (error?: Error) => void): void {
    this.#abort = abort;
    const { connecting = -1, tls = -1 } = this.#pool.takeOpened() ?? {};
    if (this.#gone) abort();
    else this.#job.onBegin(connecting, tls);
  }

  onRequestSent(): void {
    if (!this.#gone) this.#job.onSent();
  }

  onResponseStarted(): void {
    if (!this.#gone) this.#job.onFirstByte(performance.now());
  }

  onHeaders(status: number, raw: readonly Buffer[]): boolean {
    // 1xx is no answer yet.
    if (status < 200 || this.#gone) return true;
    const headers: Record<string, string> = {};
    let bytes = 0;
    for (let i = 0; i + 1 < raw.length; i += 2) {
      const name = String(raw[i]).toLowerCase();
      const value = raw[i + 1]?.toString('latin1') ?? '';
      bytes += name.length + value.length + 4;
      const before = headers[name];
      headers[name] = before === undefined ? value : `${before}, ${value}`;
    }
    this.#job.onHead(status, headers, bytes);
    return true;
  }

  onData(chunk: Buffer): boolean {
    if (!this.#gone) this.#job.onBody(chunk, false);
    return true;
  }

  onComplete(): void {
    if (this.#gone) return;
    const at = performance.now();
    // why: a connection is free again a turn after its answer; who asks sooner opens a second one
    queueMicrotask(() =>
      setImmediate(() => {
        this.#pool.over(this.#job);
        if (!this.#gone) this.#job.onEnd(at);
      }),
    );
  }

  onError(error: Error): void {
    if (this.#gone) return;
    this.#gone = true;
    this.#pool.over(this.#job);
    this.#job.onLost(error, this.#pool.phaseOf(error));
  }
}

function corked(body: WebBody): Iterable<Buffer> | AsyncIterable<Buffer> {
  const pieces = body.pieces();
  return Symbol.iterator in pieces ? new CorkedBody(pieces) : pieces;
}
