// Appends records to run.ndjson: collected in memory, written once a second in one go. A full disk
// never stops a run: what could not be written is counted and said once.
import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { Tick } from '../metrics/engine-types.ts';
import type { Totals } from '../metrics/totals.ts';
import { totalRow } from '../metrics/whole-view.ts';
import { RUNLOG_FILE } from './format.ts';
import type { LogRecord } from './format.ts';

export class RunLogWriter {
  readonly file: string;
  readonly #fd: number;
  readonly #onProblem: (message: string) => void;
  #pending: string[] = [];
  #lost = 0;
  #torn = false;

  /** Makes `dir` and a new log in it (mode 0600: it holds AE titles, tags and error texts). */
  constructor(dir: string, onProblem: (message: string) => void) {
    mkdirSync(dir, { recursive: true, mode: 0o700 });
    this.file = join(dir, RUNLOG_FILE);
    this.#fd = openSync(this.file, 'wx', 0o600);
    this.#onProblem = onProblem;
  }

  /** Records that could not be written. */
  get lost(): number {
    return this.#lost;
  }

  append(record: LogRecord): void {
    this.#pending.push(JSON.stringify(record));
  }

  /** Everything of one tick, in the order in which a reader needs it. */
  appendTick(tick: Tick): void {
    for (const view of tick.views) this.append({ k: 'view', ...view });
    if (tick.rows.length > 0) {
      this.append({ k: 'rows', at: tick.at, ms: tick.intervalMs, rows: tick.rows.map(compact) });
    }
    if (tick.points.length > 0) this.append({ k: 'points', at: tick.at, points: tick.points });
    for (const { from, to, views } of tick.blocks) this.append({ k: 'block', from, to, h: views });
  }

  /** The whole-run rows, after the last tick. `at` is that tick's second. */
  appendTotals(totals: Totals, at: number, elapsedMs: number): void {
    const rows = totals
      .map(({ total }, id) => ({ total, id }))
      .filter(({ total }) => total.samples > 0)
      .map(({ total, id }) => compact(totalRow(id, total)));
    this.append({ k: 'totals', at, ms: elapsedMs, rows });
  }

  /** Call once a second, and at once for what must not get lost. */
  flush(): void {
    if (this.#pending.length === 0) return;
    const records = this.#pending.length;
    // a torn line of a failed write is closed first, so that only that line is lost
    const bytes = Buffer.from(`${this.#torn ? '\n' : ''}${this.#pending.join('\n')}\n`);
    this.#pending = [];
    let done = 0;
    try {
      while (done < bytes.length) done += writeSync(this.#fd, bytes, done);
      this.#torn = false;
    } catch (error) {
      if (this.#lost === 0) {
        const why = error instanceof Error ? error.message : String(error);
        this.#onProblem(`${this.file}: cannot write the run log (${why}); the run goes on without`);
      }
      this.#lost += records;
      this.#torn = true;
    }
  }

  close(): void {
    this.flush();
    closeSync(this.#fd);
  }
}

/** Nine digits less of a float are a third of the file; 1e-6 ms is far below any clock. */
function compact(row: readonly number[]): number[] {
  return row.map((value) => (Number.isInteger(value) ? value : Math.round(value * 1e6) / 1e6));
}
