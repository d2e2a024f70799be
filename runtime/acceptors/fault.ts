// Anything thrown, as the thread contract tells it: code, message, remedy, no stack.
import type { ScriptFault } from '../threads/samples.ts';

interface Coded {
  readonly code?: unknown;
  readonly name?: unknown;
  readonly message?: unknown;
  readonly hint?: unknown;
}

/** Hints for what a person can mend. */
const HINTS: Readonly<Record<string, string>> = {
  TCP_EADDRINUSE: 'another program listens there; choose another port, or 0 for any free one',
  TCP_EACCES: 'ports below 1024 need privileges; choose a higher one',
  TCP_EADDRNOTAVAIL: 'the host has no such address; use 127.0.0.1 or 0.0.0.0',
};

/** What to try when a port cannot be had, by the system's code (`EADDRINUSE`). */
export function portHint(code: string): string | undefined {
  return HINTS[`TCP_${code}`];
}

/** The error as data. */
export function faultOf(error: unknown): ScriptFault {
  const { code, name, message, hint } = (
    typeof error === 'object' && error !== null ? error : { message: String(error) }
  ) as Coded;
  const fault = {
    code: typeof code === 'string' ? code : 'INTERNAL',
    name: typeof name === 'string' ? name : 'Error',
    message: typeof message === 'string' ? message : String(error),
  };
  const help = typeof hint === 'string' ? hint : HINTS[fault.code];
  return help === undefined ? fault : { ...fault, hint: help };
}
