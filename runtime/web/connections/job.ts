// A request over HTTP, who is told what comes of it, and who keeps the connections.
import type { TlsOptions } from '../../dicom/ul/associate-request.ts';

/** What a request was at. */
export type FailedPhase = 'connect' | 'tls' | 'response';

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

/** A request, and who is told what comes of it. */
export interface WebJob {
  readonly request: WebRequest;
  /** Over a connection; ms of making it where that was done for this request, −1 of one that was kept. */
  onBegin(connecting: number, tls: number): void;
  /** All of it has been handed on. */
  onSent(): void;
  /** @param at a reading of performance.now() */
  onFirstByte(at: number): void;
  onHead(status: number, headers: WebHeaders, bytes: number): void;
  /**
   * @param bytes good until the call returns
   * @param isWhole they are all of it
   */
  onBody(bytes: Buffer, isWhole: boolean): void;
  /** @param at a reading of performance.now() */
  onEnd(at: number): void;
  onLost(error: Error, phase: FailedPhase): void;
}

/** Connections to an origin. */
export interface WebPool {
  send(job: WebJob): void;
  /** Gives it up: nothing more of it is told. */
  abandon(job: WebJob): void;
  /** Ends all connections; requests under way fail. */
  destroy(): Promise<void> | void;
}
