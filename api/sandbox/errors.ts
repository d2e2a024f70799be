// Errors as scripts see them, made inside the sandbox so that `instanceof` and stacks are the author's.
import type { Fault } from '../bridge.ts';
import { cutText, LONGEST_TEXT, textOf } from './text.ts';

/** What made an answer impossible. Match on `code`; an answer of the peer is a value instead. */
export class DicomError extends Error {
  /** Stable: `ASSOC_REJECTED`, `TIMEOUT_RESPONSE`, … */
  readonly code: string;
  /** What to try, where a remedy is known. */
  readonly hint: string | undefined;
  constructor(fault: Fault) {
    super(fault.message);
    this.name = new.target.name;
    this.code = fault.code;
    this.hint = fault.hint;
    if (fault.fields) Object.assign(this, fault.fields);
  }
}

/** A-ASSOCIATE-RJ: `result`, `source`, `reason` as in PS3.8 Table 9-21. */
export class AssociationRejected extends DicomError {
  declare readonly result: number;
  declare readonly source: number;
  declare readonly reason: number;
}
/** A-ABORT, by the peer or by us: `source`, `reason` as in PS3.8 Table 9-26. */
export class AssociationAborted extends DicomError {
  declare readonly source: number;
  declare readonly reason: number;
}
/** No presentation context for what is to be sent was accepted (PS3.8 Table 9-18). */
export class NoAcceptedContext extends DicomError {}
/** Name resolution, TCP or TLS failed; `code` says which. */
export class TransportError extends DicomError {}
/** Nothing came in time; `phase` is connect, tls, associate, response, release or idle. */
export class TimeoutError extends DicomError {
  declare readonly phase: string;
}
/** The peer broke the protocol; we aborted (PS3.8 action AA-8). */
export class ProtocolError extends DicomError {}
/** A call that does not fit its arguments or the state of its object. */
export class ScriptError extends DicomError {}

/** The iteration is over (gracefulStop or gracefulRampDown): not a DicomError, and not to be caught. */
export class IterationInterrupted extends Error {
  readonly code = 'ITERATION_INTERRUPTED';
  constructor() {
    super('the iteration was interrupted: its time to stop gracefully is over');
    this.name = 'IterationInterrupted';
  }
}

/** Thrown by `fail()` and by `exec.test.abort()`; `skip()` and `manual()` end a case the same way. */
export class IterationEnd extends Error {
  readonly state: 'failed' | 'aborted' | 'skip' | 'manual';
  constructor(state: 'failed' | 'aborted' | 'skip' | 'manual', message: string) {
    super(message);
    this.name = state === 'failed' ? 'Error' : 'IterationEnd';
    this.state = state;
  }
}

const CLASSES: readonly [string, new (fault: Fault) => DicomError][] = [
  ['ASSOC_REJECTED', AssociationRejected],
  ['ASSOC_ABORTED', AssociationAborted],
  ['ASSOC_NO_CONTEXT', NoAcceptedContext],
  ['TIMEOUT_', TimeoutError],
  ['PROTO_', ProtocolError],
  ['SCRIPT_', ScriptError],
  ['DNS_', TransportError],
  ['TCP_', TransportError],
  ['TLS_', TransportError],
];

/** The error object of a fault that came over the bridge. */
export function errorOf(fault: Fault): Error {
  if (fault.code === 'ITERATION_INTERRUPTED') return new IterationInterrupted();
  const found = CLASSES.find(([prefix]) => fault.code.startsWith(prefix));
  return new (found ? found[1] : DicomError)(fault);
}

/** An error of ours about an argument, thrown at the author's line. */
export function badArgument(message: string, hint?: string): ScriptError {
  return new ScriptError({
    code: 'SCRIPT_ARGUMENT',
    message,
    ...(hint === undefined ? {} : { hint }),
  });
}

export function badState(message: string, hint?: string): ScriptError {
  return new ScriptError({
    code: 'SCRIPT_STATE',
    message,
    ...(hint === undefined ? {} : { hint }),
  });
}

/** A thrown value as it crosses the bridge. It may be of any kind, with getters that throw. */
export function faultOf(thrown: unknown): Fault {
  try {
    if (thrown instanceof Error) return faultOfError(thrown);
    // Not by textOf alone: what cannot be read is told as that.
    const message = cutText(typeof thrown === 'object' ? textOf(thrown) : String(thrown));
    return { code: 'SCRIPT_EXCEPTION', name: 'thrown value', message, stack: '' };
  } catch {
    // Whoever waits for the end of this iteration must hear of it all the same.
    return { code: 'SCRIPT_EXCEPTION', name: 'Error', message: 'it cannot be read', stack: '' };
  }
}

/** `import_dicom.default.per` and `(0 , import_k6.chek)` are the bundler's, `dicom.per` the author's. */
function authorsNames(message: string): string {
  if (!message.includes('import_')) return message;
  return message
    .replace(/\(0 ?, import_\w+\.([\w$]+)\)/g, '$1')
    .replace(/\bimport_(\w+)\.default\b/g, '$1')
    .replace(/\bimport_\w+\.([\w$]+)/g, '$1');
}

const IN_HELP = 'what a script has is in `dicomrun help scripts`';

/** Names that scripts and packages look for, that are not here, and what there is instead. */
const LACKING: Readonly<Record<string, string>> = {
  Proxy: `the sandbox cannot have Proxy safely: take a package that does without it; ${IN_HELP}`,
  Buffer: 'use Uint8Array, TextEncoder and TextDecoder',
  process: 'the environment is in __ENV',
  setImmediate: 'use setTimeout(…, 0)',
  fetch: "DICOMweb is spoken by import web from 'dicomweb'; a script has no other HTTP",
  XMLHttpRequest: "DICOMweb is spoken by import web from 'dicomweb'; a script has no other HTTP",
  window: 'a script has no browser around it',
  document: 'a script has no browser around it',
  WebAssembly: IN_HELP,
  SharedArrayBuffer: 'share by SharedArray, dicom.shared.counter and dicom.shared.queue',
};

/** The error's own hint, or what to say of a name that the sandbox lacks. */
function hintOf(own: unknown, message: unknown): { readonly hint?: string } {
  if (typeof own === 'string') return { hint: cutText(own) };
  if (typeof message !== 'string') return {};
  if (message.startsWith('Code generation from strings')) {
    return { hint: 'a script cannot run code from text (eval, new Function)' };
  }
  const [, name = ''] = /^(\w+) is not (?:defined|a constructor)$/.exec(message) ?? [];
  return Object.hasOwn(LACKING, name) ? { hint: LACKING[name] ?? IN_HELP } : {};
}

function faultOfError(error: Error & { code?: unknown; hint?: unknown }): Fault {
  const { name, message, hint, stack } = error;
  const aborted = error instanceof IterationEnd && error.state === 'aborted';
  const code = aborted ? 'SCRIPT_ABORT' : error.code;
  return {
    code: typeof code === 'string' ? cutText(code, LONGEST_CODE) : 'SCRIPT_EXCEPTION',
    name: typeof name === 'string' && !aborted ? cutText(name, LONGEST_CODE) : 'Error',
    message: authorsNames(cutText(typeof message === 'string' ? message : String(message))),
    ...hintOf(hint, message),
    stack: typeof stack === 'string' ? stackText(stack) : '',
  };
}

const LONGEST_CODE = 200;
const LONGEST_STACK = 2 * LONGEST_TEXT;

/** Its places stand at the end, behind a message of any length. */
function stackText(stack: string): string {
  return stack.length <= LONGEST_STACK ? stack : `…${stack.slice(-LONGEST_STACK)}`;
}
