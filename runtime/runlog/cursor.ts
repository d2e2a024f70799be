// Reads a run log that may still grow, from any byte position, by whole lines only: a torn last
// line is left for later, or for ever.
import { closeSync, openSync, readSync } from 'node:fs';
import type { LogRecord } from './format.ts';

export interface CursorBatch {
  readonly records: readonly LogRecord[];
  /** Byte position after the last whole line; give it to the next `read`. */
  readonly next: number;
  /** Lines that are no records: torn by a full disk or a crash. */
  readonly damaged: number;
}

const CHUNK = 256 * 1024;

export class RunLogCursor {
  readonly #fd: number;
  #buffer = Buffer.alloc(CHUNK);

  constructor(file: string) {
    this.#fd = openSync(file, 'r');
  }

  /** Records that start at byte `from`, about 256 KiB of them (at least one, if there is one). */
  read(from: number): CursorBatch {
    for (;;) {
      const length = readSync(this.#fd, this.#buffer, 0, this.#buffer.length, from);
      const end = this.#buffer.subarray(0, length).lastIndexOf(0x0a);
      if (end >= 0) return parseLines(this.#buffer.toString('utf8', 0, end), from + end + 1);
      if (length < this.#buffer.length) return { records: [], next: from, damaged: 0 };
      this.#buffer = Buffer.alloc(this.#buffer.length * 2); // one line longer than the buffer
    }
  }

  close(): void {
    closeSync(this.#fd);
  }
}

function parseLines(text: string, next: number): CursorBatch {
  const records: LogRecord[] = [];
  let damaged = 0;
  for (const line of text.split('\n')) {
    if (line === '') continue;
    const record = recordOf(line);
    if (record === null) damaged++;
    else records.push(record);
  }
  return { records, next, damaged };
}

/** Null for what is no record: a torn line says nothing; the next one is whole. */
function recordOf(line: string): LogRecord | null {
  try {
    const value: unknown = JSON.parse(line);
    const isRecord = typeof value === 'object' && value !== null && 'k' in value;
    return isRecord ? (value as LogRecord) : null;
  } catch {
    return null;
  }
}

/** Every record of a finished (or killed) run, a batch at a time; `onDamaged` gets lines that are none. */
export function* readRunLog(
  file: string,
  onDamaged?: (lines: number) => void,
): Generator<LogRecord> {
  const cursor = new RunLogCursor(file);
  try {
    let at = 0;
    for (;;) {
      const batch = cursor.read(at);
      if (batch.next === at) return;
      if (batch.damaged > 0) onDamaged?.(batch.damaged);
      yield* batch.records;
      at = batch.next;
    }
  } finally {
    cursor.close();
  }
}
