// What a station counts, as it goes: one line rewritten on a terminal, now and then a line elsewhere.
import type { Terminal } from './terminal.ts';

const REWRITE_MS = 500;
const LOOK_MS = 1000;
/** Off a terminal: how often a line is printed while things keep happening. */
const BUSY_MS = 10_000;

/**
 * Shows a status until it is ended. Off a terminal a line is printed when a burst is over, and every
 * 10 s while it lasts; nothing is printed while nothing changes.
 *
 * @returns ends it
 */
export function showLive(terminal: Terminal, status: () => string): () => void {
  const timer = terminal.errIsTTY
    ? setInterval(() => terminal.err(rewritten(terminal, status())), REWRITE_MS)
    : setInterval(lines(terminal, status), LOOK_MS);
  return () => {
    clearInterval(timer);
    if (terminal.errIsTTY) terminal.err('\r\x1b[K');
  };
}

function rewritten(terminal: Terminal, text: string): string {
  return `\r\x1b[K${text.slice(0, terminal.columns() - 1)}`;
}

function lines(terminal: Terminal, status: () => string): () => void {
  let told = status();
  let before = told;
  let toldAt = performance.now();
  return () => {
    const now = status();
    const isOver = now === before;
    before = now;
    if (now === told || !(isOver || performance.now() - toldAt >= BUSY_MS)) return;
    told = now;
    toldAt = performance.now();
    terminal.err(`${now}\n`);
  };
}
