// Errors of web requests as scripts see them: what made an answer impossible. An HTTP status is a value.
import { Answer, type Fault } from '../bridge.ts';
import type { Call } from '../sandbox/calls.ts';
import { DicomError, IterationInterrupted, errorOf } from '../sandbox/errors.ts';
import { WebAnswer } from './answer.ts';

/** What made an answer over HTTP impossible. Match on `code`. The base of those below. */
export class WebError extends DicomError {}

/**
 * Something came that is no answer of the service: HTML where DICOM JSON was asked for, a multipart
 * body that is cut, no HTTP at all. `status` is the HTTP status, where one was read.
 */
export class HttpError extends WebError {
  /** HTTP status; undefined where none was read. */
  declare readonly status: number | undefined;
}
/** Name resolution, TCP or TLS failed, or the connection was lost; `code` says which. */
export class WebTransportError extends WebError {
  constructor(fault: Fault) {
    super(fault);
    this.name = 'TransportError';
  }
}
/** Nothing came in time; `phase` is connect, response or idle. */
export class WebTimeoutError extends WebError {
  /** What was waited for: `'connect'`, `'response'` or `'idle'`. */
  declare readonly phase: string;
  constructor(fault: Fault) {
    super(fault);
    this.name = 'TimeoutError';
  }
}

const CLASSES: Readonly<Record<string, new (fault: Fault) => WebError>> = {
  transport: WebTransportError,
  timeout: WebTimeoutError,
  answer: HttpError,
};

function webErrorOf(fault: Fault): Error {
  const { kind, ...fields } = fault.fields ?? {};
  const made = typeof kind === 'string' ? CLASSES[kind] : undefined;
  return made === undefined ? errorOf(fault) : new made({ ...fault, fields });
}

/** The answer of a settled call, thrown if there is none. */
export function answerOf(call: Call): WebAnswer {
  if (call.kind === Answer.INTERRUPTED) throw new IterationInterrupted();
  if (call.kind === Answer.FAILURE) throw webErrorOf(JSON.parse(call.text) as Fault);
  return new WebAnswer(call.text);
}
