// Commands that go on until somebody ends them.
import { DicomRunError, ExitCode } from '../errors.ts';
import type { Terminal } from './terminal.ts';

/** Resolves at the next signal, or after so many ms; true for a signal. */
export function untilSignal(terminal: Terminal, mostMs?: number): Promise<boolean> {
  return new Promise((resolve) => {
    const end = (bySignal: boolean): void => {
      off();
      clearTimeout(timer);
      resolve(bySignal);
    };
    const off = terminal.onSignal(() => end(true));
    const timer = mostMs === undefined ? undefined : setTimeout(() => end(false), mostMs);
  });
}

const interruptedBy = (signal: string): DicomRunError =>
  new DicomRunError(ExitCode.INTERRUPTED, {
    code: 'INTERRUPTED',
    message: `interrupted by ${signal}`,
  });

/**
 * Work that ends by itself, or soon after the first signal, of which `work` is told by its argument; it
 * is waited for. A second signal ends the process.
 *
 * @throws DicomRunError 105 after a signal
 */
export async function untilStopped(
  terminal: Pick<Terminal, 'onSignal'>,
  work: (interrupted: AbortSignal) => Promise<void>,
): Promise<void> {
  const interruption = new AbortController();
  let by = '';
  const off = terminal.onSignal((signal) => {
    by = signal;
    interruption.abort();
    off();
  });
  await work(interruption.signal).finally(off);
  if (by !== '') throw interruptedBy(by);
}

/**
 * Work that ends by itself, or at the first signal: then `work` is told by its argument, takes away
 * what it has half done, and nobody waits for it any more. A second signal ends the process.
 *
 * @throws DicomRunError 105 at a signal
 */
export async function unlessInterrupted<T>(
  terminal: Pick<Terminal, 'onSignal'>,
  work: (interrupted: AbortSignal) => Promise<T>,
): Promise<T> {
  const interruption = new AbortController();
  let off = (): void => undefined;
  const signalled = new Promise<never>((_, reject) => {
    off = terminal.onSignal((signal) => {
      interruption.abort();
      reject(interruptedBy(signal));
    });
  });
  const working = work(interruption.signal);
  working.catch(() => undefined);
  try {
    return await Promise.race([working, signalled]);
  } finally {
    off();
  }
}
