// Connections of plain HTTP/1.1 to one place, kept between requests; more requests than connections wait.
import {
  areSame,
  H1Connection,
  IDLE_CONNECTION_MS,
  type H1Owner,
  type H1Place,
} from './h1-connection.ts';
import { H1Error } from './h1-reader.ts';
import { type OriginSpec, type WebJob, type WebPool, type WebRequest } from './job.ts';

/** What changes how a message is framed, or whether the connection is kept. */
const OUT_OF_THE_ORDINARY =
  /^(?:host|connection|keep-alive|content-length|transfer-encoding|te|trailer|upgrade|expect)$/i;
const HEADER = /^[!#$%&'*+.^_`|~\dA-Za-z-]+$/;
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;
const PATH = /^\/[\x21-\xff]*$/;

/** Whether there is nothing out of the ordinary in it: a method, its path, headers, a body where one belongs. */
export function isPlain({ method, path, headers, body }: WebRequest): boolean {
  const isKnown =
    body === null ? method === 'GET' || method === 'DELETE' : method === 'POST' || method === 'PUT';
  if (!isKnown || !PATH.test(path) || body?.bytes === 0) return false;
  if (areSame(headers, plain)) return true;
  const isIn = headers.every((text, at) =>
    at % 2 === 1 ? VALUE.test(text) : HEADER.test(text) && !OUT_OF_THE_ORDINARY.test(text),
  );
  if (isIn) plain = [...headers];
  return isIn;
}

/** Headers that were found plain last: most requests have the same. */
let plain: readonly string[] = [];

export class H1Pool implements H1Owner, WebPool {
  readonly #place: H1Place;
  readonly #most: number;
  readonly #open = new Set<H1Connection>();
  /** The one that was used last is at the end, and is used first. */
  readonly #free: H1Connection[] = [];
  readonly #waiting: WebJob[] = [];
  #sweep: NodeJS.Timeout | null = null;

  constructor({ origin, timeouts, connections }: OriginSpec) {
    const { hostname, port, host } = new URL(origin);
    this.#place = {
      host: hostname.replace(/^\[|\]$/g, ''),
      port: port === '' ? 80 : Number(port),
      authority: host,
      timeouts,
      keepMs: IDLE_CONNECTION_MS,
    };
    this.#most = connections;
  }

  send(job: WebJob): void {
    const free = this.#take();
    if (free !== null) free.begin(job);
    else if (this.#open.size < this.#most) this.#connect(job);
    else this.#waiting.push(job);
  }

  abandon(job: WebJob): void {
    const at = this.#waiting.indexOf(job);
    if (at >= 0) this.#waiting.splice(at, 1);
    else for (const one of this.#open) one.abandon(job);
  }

  destroy(): void {
    if (this.#sweep !== null) clearTimeout(this.#sweep);
    const error = new H1Error('the connections were closed', 'UND_ERR_DESTROYED');
    for (const job of this.#waiting.splice(0)) job.onLost(error, 'connect');
    for (const one of this.#open) one.destroy(error);
  }

  onFree(connection: H1Connection): void {
    const job = this.#waiting.shift();
    if (job !== undefined) {
      connection.begin(job);
      return;
    }
    this.#free.push(connection);
    this.#sweep ??= setTimeout(() => this.#sweepOut(), this.#place.keepMs).unref();
  }

  onClosed(connection: H1Connection): void {
    this.#open.delete(connection);
    const at = this.#free.indexOf(connection);
    if (at >= 0) this.#free.splice(at, 1);
    const job = this.#waiting.shift();
    if (job !== undefined) this.#connect(job);
  }

  #connect(job: WebJob): void {
    this.#open.add(new H1Connection(this.#place, this, job));
  }

  #take(): H1Connection | null {
    const now = performance.now();
    for (let one = this.#free.pop(); one !== undefined; one = this.#free.pop()) {
      if (now < one.keptUntil) return one;
      one.destroy(CLOSED);
    }
    return null;
  }

  /** Closes what nobody used for long. */
  #sweepOut(): void {
    this.#sweep = null;
    const now = performance.now();
    for (const one of [...this.#free]) if (now >= one.keptUntil) one.destroy(CLOSED);
    if (this.#free.length === 0) return;
    this.#sweep = setTimeout(() => this.#sweepOut(), this.#place.keepMs).unref();
  }
}

const CLOSED = new H1Error('closed', 'UND_ERR_SOCKET');
