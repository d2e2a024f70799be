// What can be told of a rejection that nobody awaited. Node hands over the sandbox's own value, past
// vm2: it must not be touched, because that would run code of the script, but for one property.
import { types } from 'node:util';
import { FAULT_OF_ERROR } from '../../../api/bridge.ts';

export interface FloatingFault {
  readonly message: string;
  /** As the sandbox formats it; absent where the value is no error. */
  readonly stack?: string;
  readonly hint?: string;
}

/**
 * Whether it is an error of this side: then something of ours broke. Those of a sandbox have
 * prototypes of their own; a Proxy among them is not asked, that would run code of the script.
 */
export function isOurs(reason: unknown): boolean {
  if (!types.isNativeError(reason)) return false;
  let above: unknown = Object.getPrototypeOf(reason);
  while (typeof above === 'object' && above !== null && !types.isProxy(above)) {
    if (above === Error.prototype) return true;
    above = Object.getPrototypeOf(above);
  }
  return false;
}

export function floatingFault(reason: unknown): FloatingFault {
  if (!types.isNativeError(reason)) return { message: primitiveText(reason) };
  try {
    const text = (reason as unknown as Record<string, unknown>)[FAULT_OF_ERROR];
    // Without it it is an error of our own.
    if (typeof text !== 'string') return { message: reason.message, ...stackOf(reason.stack) };
    const { message, stack, hint } = JSON.parse(text) as Record<string, unknown>;
    const known = { message: String(message), ...stackOf(stack) };
    return typeof hint === 'string' ? { ...known, hint } : known;
  } catch {
    return { message: 'an error that cannot be read' }; // a script may define what it likes
  }
}

function stackOf(stack: unknown): { stack?: string } {
  return typeof stack === 'string' && stack !== '' ? { stack } : {};
}

function primitiveText(value: unknown): string {
  const isObject = (typeof value === 'object' && value !== null) || typeof value === 'function';
  return isObject ? 'an object that is no Error' : String(value);
}
