import { describe, expect, it } from 'vitest';
import { AbortController as Controller, AbortSignal as Signal } from './abort.ts';

describe.each([
  ['of the sandbox', Controller, Signal],
  ['of Node', AbortController, AbortSignal],
] as const)('AbortController %s', (_, Made, Signals) => {
  const made = (): AbortController => new Made() as AbortController;
  const aborted = (reason?: unknown): AbortSignal => (Signals as typeof AbortSignal).abort(reason);

  it('calls each listener once, with the signal aborted', () => {
    const controller = made();
    const { signal } = controller;
    const seen: unknown[] = [];
    const gone = (): void => void seen.push('gone');
    signal.onabort = (event) => seen.push(event.type);
    signal.addEventListener('abort', () => seen.push(signal.aborted));
    signal.addEventListener('abort', gone);
    signal.removeEventListener('abort', gone);
    expect([signal.aborted, signal.reason]).toEqual([false, undefined]);
    controller.abort('enough');
    controller.abort('again');
    expect(seen).toEqual(['abort', true]);
    expect(signal.reason).toBe('enough');
    expect(() => signal.throwIfAborted()).toThrow('enough');
  });

  it('has an AbortError where no reason is given', () => {
    expect((aborted().reason as Error).name).toBe('AbortError');
  });

  it('follows any of several', () => {
    const controller = made();
    const any = (Signals as typeof AbortSignal).any([made().signal, controller.signal]);
    controller.abort(7);
    expect([any.aborted, any.reason]).toEqual([true, 7]);
    expect((Signals as typeof AbortSignal).any([aborted(1), aborted(2)]).reason).toBe(1);
  });
});
