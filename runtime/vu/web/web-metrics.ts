// From a finished web request to its samples: series that go together, found by one text.
import type { TagContext, TagContexts, Tags } from '../observe/tags.ts';
import type { Samples } from '../observe/samples.ts';
import type { WebExchange } from '../../web/http-client.ts';

/** Series of web requests that are alike in everything. */
interface WebSeries {
  readonly reqs: number;
  readonly failed: number;
  readonly duration: number;
  readonly blocked: number;
  readonly connecting: number;
  readonly tls: number;
  readonly sending: number;
  readonly waiting: number;
  readonly receiving: number;
  readonly sent: number;
  readonly received: number;
}

/** Phases of a web request, ms; see api/dicomweb/types.ts. */
export interface WebPhases {
  readonly duration: number;
  readonly blocked: number;
  readonly connecting: number;
  readonly tls: number;
  readonly sending: number;
  readonly waiting: number;
  readonly receiving: number;
}

/** What a request is counted as. */
export interface WebKind {
  readonly server: string;
  readonly service: string;
  readonly method: string;
  /** Its path without UIDs. */
  readonly name: string;
  /** DICOM tags, where they apply. */
  readonly tags: Tags;
}

/** How a request ended, and the context of that. */
interface Ended {
  readonly base: TagContext;
  readonly kind: WebKind;
  readonly status: number;
  readonly outcome: string;
  readonly context: TagContext;
}

function areAlike(one: WebKind, other: WebKind): boolean {
  if (one.name !== other.name || one.tags !== other.tags) return false;
  return one.server === other.server && one.method === other.method;
}

export class WebMetrics {
  readonly #samples: Samples;
  readonly #contexts: TagContexts;
  /** Series by a context that has all tags. */
  readonly #series = new WeakMap<TagContext, WebSeries>();
  readonly #texts = new WeakMap<Tags, string>();
  /** The last one of each service: most end alike. */
  readonly #last = new Map<string, Ended>();

  constructor(samples: Samples, contexts: TagContexts) {
    this.#samples = samples;
    this.#contexts = contexts;
  }

  /** The context of a request with how it ended. `status` 0: it was not answered. */
  context(base: TagContext, kind: WebKind, status: number, outcome: string): TagContext {
    const last = this.#last.get(kind.service);
    if (last?.base === base && last.status === status && last.outcome === outcome) {
      if (areAlike(last.kind, kind)) return last.context;
    }
    const context = this.#context(base, kind, status, outcome);
    this.#last.set(kind.service, { base, kind, status, outcome, context });
    return context;
  }

  #context(base: TagContext, kind: WebKind, status: number, outcome: string): TagContext {
    const { server, service, method, name, tags } = kind;
    const more = this.#textOf(tags);
    const key = `web ${server} ${service} ${method} ${name} ${status} ${outcome} ${more}`;
    const known = base.derived.get(key);
    if (known !== undefined) return known;
    const answered: Tags = status === 0 ? {} : { status: String(status) };
    return this.#contexts.with(base, key, {
      ...{ ...tags, server, service, method, name, outcome },
      ...answered,
    });
  }

  /** DICOM tags of a prototype are the same object each time. */
  #textOf(tags: Tags): string {
    let text = this.#texts.get(tags);
    if (text === undefined) this.#texts.set(tags, (text = JSON.stringify(tags)));
    return text;
  }

  /** Counts an answered request. */
  answered(context: TagContext, exchange: WebExchange, failed: boolean): WebPhases {
    const phases = phasesOf(exchange);
    const series = this.#seriesOf(context);
    const samples = this.#samples;
    const at = samples.now();
    samples.addAt(series.reqs, 1, at);
    samples.addAt(series.failed, failed ? 1 : 0, at);
    samples.addAt(series.duration, phases.duration, at);
    samples.addAt(series.blocked, phases.blocked, at);
    samples.addAt(series.connecting, phases.connecting, at);
    samples.addAt(series.tls, phases.tls, at);
    samples.addAt(series.sending, phases.sending, at);
    samples.addAt(series.waiting, phases.waiting, at);
    samples.addAt(series.receiving, phases.receiving, at);
    samples.addAt(series.sent, exchange.sentBytes, at);
    samples.addAt(series.received, exchange.receivedBytes, at);
    return phases;
  }

  /** Counts a request that got no answer: failures have no latency. */
  unanswered(context: TagContext, failed: boolean): void {
    const series = this.#seriesOf(context);
    this.#samples.add(series.reqs, 1);
    this.#samples.add(series.failed, failed ? 1 : 0);
  }

  /** Instances that a request sent or brought. */
  instances(context: TagContext, n: number): void {
    if (n > 0) this.#samples.add(this.#contexts.series(context, 'dicom_instances'), n);
  }

  #seriesOf(context: TagContext): WebSeries {
    let series = this.#series.get(context);
    if (series === undefined) {
      const of = (metric: string): number => this.#contexts.series(context, metric);
      series = {
        reqs: of('http_reqs'),
        failed: of('http_req_failed'),
        duration: of('http_req_duration'),
        blocked: of('http_req_blocked'),
        connecting: of('http_req_connecting'),
        tls: of('http_req_tls_handshaking'),
        sending: of('http_req_sending'),
        waiting: of('http_req_waiting'),
        receiving: of('http_req_receiving'),
        sent: of('data_sent'),
        received: of('data_received'),
      };
      this.#series.set(context, series);
    }
    return series;
  }
}

/** A server may answer before the last byte is written: no phase is negative. */
function phasesOf(exchange: WebExchange): WebPhases {
  const { asked, connecting, tls, sendStart, sendEnd, firstByte, lastByte } = exchange;
  const first = firstByte === 0 ? lastByte : firstByte;
  // Without a body nothing is written after the headers.
  const sent = Math.min(sendEnd === 0 ? sendStart : sendEnd, first);
  return {
    duration: lastByte - sendStart,
    blocked: sendStart - asked,
    connecting,
    tls,
    sending: sent - sendStart,
    waiting: first - sent,
    receiving: lastByte - first,
  };
}
