// The live page: the report of a run that still goes on, for browsers of this machine only. It reads
// the run log like every other output, costs nothing while nobody looks, and holds nothing up.
import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { RunLogCursor } from '../../runlog/cursor.ts';
import type { Summary } from '../../metrics/summary.ts';
import { plural } from '../../metrics/numbers.ts';
import { LogFold } from '../../runlog/restore.ts';
import { ReportCollector } from './collect.ts';
import type { ReportData } from './data.ts';
import { wishOf } from './live-door.ts';
import { renderHtml, renderLivePage } from './render.ts';
import { builtAssets, type PageAssets } from './sealed.ts';

export interface LivePageOptions {
  /** `run.ndjson` of the run. */
  readonly file: string;
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** Default 0: any free port. A port in use falls back to a free one. */
  readonly port?: number;
  /** How often open pages get newer numbers. Default 1 s. */
  readonly intervalMs?: number;
  readonly assets?: PageAssets;
}

export interface LivePage {
  /** With the token: whoever has it may look. */
  readonly url: string;
  /** True when the wanted port was in use and another one was taken. */
  readonly otherPort: boolean;
  /** Shows the finished report in open pages and stops listening. Never waits for a browser. */
  finish(): Promise<void>;
}

/** Starts the page. Neither it nor an open browser keeps the process alive. */
export async function startLivePage(options: LivePageOptions): Promise<LivePage> {
  const { host = '127.0.0.1', port = 0, assets = builtAssets() } = options;
  const feed = new LiveFeed(options.file);
  const token = randomBytes(16).toString('hex');
  const server = createServer((request, response) => {
    answer({ request, response, token, host, feed, assets });
  });
  server.unref();
  server.on('connection', (socket) => socket.unref());
  const otherPort = await listen(server, host, port);
  const timer = setInterval(() => feed.push(true), options.intervalMs ?? 1000);
  timer.unref();
  const { port: actual } = server.address() as AddressInfo;
  const shown = host.includes(':') ? `[${host}]` : host;
  return {
    url: `http://${shown}:${actual}/?token=${token}`,
    otherPort,
    finish: async () => {
      clearInterval(timer);
      feed.push(false);
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        setTimeout(() => server.closeAllConnections(), 500);
        server.closeIdleConnections();
      });
      feed.close();
    },
  };
}

/** Listens where wanted, else on any free port; true when it had to be another one. */
async function listen(server: Server, host: string, port: number): Promise<boolean> {
  const attempt = (wanted: number): Promise<void> =>
    new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen(wanted, host, () => {
        server.off('error', reject);
        resolve();
      });
    });
  try {
    await attempt(port);
    return false;
  } catch (error) {
    if (port === 0 || (error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    await attempt(0);
    return true;
  }
}

interface Visit {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly token: string;
  readonly host: string;
  readonly feed: LiveFeed;
  readonly assets: PageAssets;
}

/** Answers, whatever was asked: nothing that a request can be made of may reach the run. */
function answer(visit: Visit): void {
  const { response } = visit;
  // A browser that left while something is written to it.
  response.on('error', () => response.destroy());
  try {
    admit(visit);
  } catch {
    response.destroy();
  }
}

function admit(visit: Visit): void {
  const { request, response, token, host, feed, assets } = visit;
  const headers = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' };
  const html = { ...headers, 'content-type': 'text/html; charset=utf-8' };
  const wish = wishOf(
    { ...request.headers, method: request.method, url: request.url },
    token,
    host,
  );
  if (wish === 'events') {
    response.writeHead(200, { ...headers, 'content-type': 'text/event-stream' });
    feed.join(response);
  } else if (wish === 'page') {
    response.writeHead(200, html);
    response.end(renderLivePage(`/events?token=${token}`, assets));
  } else if (wish === 'report') {
    const data = feed.data(true);
    response.writeHead(data ? 200 : 404, html);
    response.end(data ? renderHtml(data, assets) : 'nothing yet');
  } else {
    response.writeHead(wish, { ...headers, 'content-type': 'text/plain' });
    response.end(wish === 403 ? 'open the address that dicomrun printed, with its token\n' : '');
  }
}

/** A slow browser skips snapshots instead of piling them up. */
const MOST_PENDING_BYTES = 4_000_000;

/** The run log as the pages see it; it is only read while somebody looks. */
class LiveFeed {
  readonly #cursor: RunLogCursor;
  readonly #fold = new LogFold();
  readonly #collector = new ReportCollector();
  readonly #visitors = new Set<ServerResponse>();
  #at = 0;

  constructor(file: string) {
    this.#cursor = new RunLogCursor(file);
  }

  join(visitor: ServerResponse): void {
    this.#visitors.add(visitor);
    visitor.on('close', () => this.#visitors.delete(visitor));
    const data = this.data(true);
    if (data) send(visitor, data);
  }

  /** Sends the numbers so far to every page; `live` false ends them. */
  push(live: boolean): void {
    if (this.#visitors.size === 0) return;
    const data = this.#readable(live);
    for (const visitor of this.#visitors) {
      if (data && visitor.writableLength < MOST_PENDING_BYTES) send(visitor, data);
      if (!live) visitor.end();
    }
  }

  /** A log that cannot be read just now costs the page its numbers, not the run its end. */
  #readable(live: boolean): ReportData | null {
    try {
      return this.data(live);
    } catch {
      return null;
    }
  }

  /** Null before the run's first record. */
  data(live: boolean): ReportData | null {
    for (;;) {
      const { records, next } = this.#cursor.read(this.#at);
      for (const record of records) {
        this.#fold.take(record);
        this.#collector.take(record);
      }
      if (next === this.#at) break;
      this.#at = next;
    }
    const { run } = this.#fold;
    if (!run) return null;
    const running = live && !this.#fold.ended;
    const { summary, totals } = this.#fold.result(run, running);
    return this.#collector.data(running ? soFar(summary) : summary, totals, running);
  }

  close(): void {
    this.#cursor.close();
  }
}

/** A log without an end is that of a killed run, but not while the run goes on. */
function soFar(summary: Summary): Summary {
  const { iterations } = summary.execution;
  const reason = `${plural(iterations, 'iteration')} so far`;
  return { ...summary, verdict: { ...summary.verdict, reason, reasons: [], warnings: [] } };
}

function send(visitor: ServerResponse, data: ReportData): void {
  visitor.write(`event: data\ndata: ${JSON.stringify(data)}\n\n`);
}
