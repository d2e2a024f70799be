// Commands that go on until somebody ends them.
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
