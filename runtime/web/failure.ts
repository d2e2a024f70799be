// What made an answer over HTTP impossible, or no answer of the service that was asked.

/** Where it went wrong. */
export type WebFailureKind =
  /** Name resolution, TCP, TLS: no answer. */
  | 'transport'
  /** Nothing came in time. */
  | 'timeout'
  /** Something came, and it is not what the service answers. */
  | 'answer'
  /** We gave it up ourselves. */
  | 'cancelled';

interface More {
  readonly kind?: WebFailureKind;
  readonly hint?: string;
  /** What was waited for: connect, response, idle. */
  readonly phase?: string;
  /** HTTP status, where an answer had one. */
  readonly status?: number;
}

export class WebFailure extends Error {
  /** Stable: `TCP_ECONNREFUSED`, `TIMEOUT_RESPONSE`, `WEB_NOT_JSON`, … */
  readonly code: string;
  readonly kind: WebFailureKind;
  readonly hint: string | undefined;
  readonly phase: string | undefined;
  readonly status: number | undefined;

  constructor(code: string, message: string, more: More = {}) {
    super(message);
    this.name = 'WebFailure';
    this.code = code;
    this.kind = more.kind ?? 'answer';
    this.hint = more.hint;
    this.phase = more.phase;
    this.status = more.status;
  }
}
