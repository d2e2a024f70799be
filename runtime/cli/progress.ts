// Progress of long work on files: a bar on a terminal, else a line now and then. On stderr.
import type { Terminal } from './terminal.ts';

/** Quick work shows nothing. */
const QUIET_MS = 400;
const REDRAW_MS = 100;
const LINE_EVERY_MS = 10_000;
const BAR_CHARACTERS = 24;
const ERASE = '\r\u001b[2K';

/** Tells how far work is. */
export class Progress {
  readonly #terminal: Terminal;
  readonly #what: string;
  readonly #now: () => number;
  readonly #began: number;
  #next: number;
  #drawn = false;

  /** @param what is counted, in the plural: 'files' */
  constructor(terminal: Terminal, what: string, now: () => number = () => performance.now()) {
    this.#terminal = terminal;
    this.#what = what;
    this.#now = now;
    this.#began = now();
    this.#next = this.#began + (terminal.errIsTTY ? QUIET_MS : LINE_EVERY_MS);
  }

  /** `done` of `total` are done. */
  readonly show = (done: number, total: number): void => {
    const now = this.#now();
    if (now < this.#next) return;
    const bar = this.#terminal.errIsTTY;
    this.#next = now + (bar ? REDRAW_MS : LINE_EVERY_MS);
    const text = this.#text(done, total, (now - this.#began) / 1000);
    this.#terminal.err(bar ? `${ERASE}${text}` : `${text}\n`);
    this.#drawn = bar;
  };

  /** Takes the bar away: before other text, and at the end. */
  erase(): void {
    if (this.#drawn) this.#terminal.err(ERASE);
    this.#drawn = false;
  }

  #text(done: number, total: number, seconds: number): string {
    const share = total === 0 ? 1 : Math.min(1, done / total);
    const full = Math.round(share * BAR_CHARACTERS);
    const rate = done / Math.max(seconds, 0.001);
    const left = rate === 0 ? '' : `, ${Math.ceil((total - done) / rate)} s left`;
    const perSecond = rate < 10 ? rate.toFixed(1) : rate.toFixed(0);
    const counted = `${done} of ${total} ${this.#what}, ${perSecond}/s${left}`;
    return `[${'#'.repeat(full)}${'-'.repeat(BAR_CHARACTERS - full)}] ${counted}`;
  }
}
