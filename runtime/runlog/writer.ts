// Appends records to run.ndjson: collected in memory, written once a second in one go. A full disk
// never stops a run: what it does not take waits in memory, within a limit, and the rest is counted.
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolders } from '../make-folders.ts';
import type { Tick } from '../metrics/engine-types.ts';
import type { Totals } from '../metrics/totals.ts';
import { totalRow } from '../metrics/whole-view.ts';
import { RUNLOG_FILE } from './format.ts';
import type { LogRecord } from './format.ts';
import { WaitingLines } from './waiting-lines.ts';
import type { Write } from './waiting-lines.ts';

/** Many minutes of a run; a disk that stays full must not fill the memory. */
const MOST_WAITING_BYTES = 32 * 1024 * 1024;

export class RunLogWriter {
  readonly file: string;
  readonly #fd: number;
  readonly #onProblem: (message: string) => void;
  readonly #waiting: WaitingLines;
  #pending: string[] = [];
  /** Points that outputs would make of what is pending. */
  #points = 0;
  #failed = false;

  /** Makes `dir` and a new log in it (mode 0600: it holds AE titles, tags and error texts). */
  constructor(dir: string, onProblem: (message: string) => void, write?: Write) {
    this.#waiting = new WaitingLines(MOST_WAITING_BYTES, write);
    makeFolders(dir, 0o700);
    this.file = join(dir, RUNLOG_FILE);
    this.#fd = openSync(this.file, 'wx', 0o600);
    this.#onProblem = onProblem;
  }

  /** Records that are not in the file: dropped, or still waiting for the disk. */
  get lost(): number {
    return this.#waiting.lost.records;
  }

  /** Points that outputs which follow the file can therefore not have. */
  get lostPoints(): number {
    return this.#waiting.lost.points;
  }

  append(record: LogRecord): void {
    this.#pending.push(JSON.stringify(record));
    if (record.k === 'rows' || record.k === 'totals') this.#points += record.rows.length;
    else if (record.k === 'event') this.#points++;
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

  /**
   * Call once a second, and at once for what must not get lost. What the disk does not take is kept,
   * within a limit, and tried again: the log goes on where space returns.
   */
  flush(): void {
    this.#seal();
    try {
      this.#waiting.writeTo(this.#fd);
      if (this.#failed) this.#onProblem(`${this.file}: written again`);
      this.#failed = false;
    } catch (error) {
      if (!this.#failed) {
        const why = error instanceof Error ? error.message : String(error);
        this.#onProblem(`${this.file}: cannot write the run log (${why}); the run goes on without`);
      }
      this.#failed = true;
    }
  }

  /** What was appended since the last flush, in line for the disk; dropped where the line is full. */
  #seal(): void {
    if (this.#pending.length === 0) return;
    const held = { records: this.#pending.length, points: this.#points };
    this.#waiting.add(`${this.#pending.join('\n')}\n`, held);
    this.#pending = [];
    this.#points = 0;
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
