// Text on its way to a disk. What a full disk does not take waits in memory, within a limit, and follows
// in order when space returns; the rest is counted.
import { writeSync } from 'node:fs';

/** Bytes from an offset on to the disk; how many it took. */
export type Write = (fd: number, bytes: Buffer, from: number) => number;

/** How much of what a text holds. */
export interface HeldBack {
  readonly records: number;
  /** What outputs would make of them. */
  readonly points: number;
}

interface Part extends HeldBack {
  readonly bytes: Buffer;
  done: number;
}

export class WaitingLines {
  readonly #mostBytes: number;
  readonly #write: Write;
  readonly #parts: Part[] = [];
  #bytes = 0;
  #records = 0;
  #points = 0;

  constructor(mostBytes: number, write: Write = writeSync) {
    this.#mostBytes = mostBytes;
    this.#write = write;
  }

  /** What is not in the file: dropped, or still waiting. */
  get lost(): HeldBack {
    const all = { records: this.#records, points: this.#points };
    for (const { records, points } of this.#parts) {
      all.records += records;
      all.points += points;
    }
    return all;
  }

  /** Joins the line; dropped, and counted, where that is full. */
  add(text: string, { records, points }: HeldBack): void {
    const bytes = Buffer.from(text);
    if (this.#bytes + bytes.length > this.#mostBytes) {
      this.#records += records;
      this.#points += points;
      return;
    }
    this.#parts.push({ bytes, done: 0, records, points });
    this.#bytes += bytes.length;
  }

  /** Writes what waits. @throws what the disk says; the rest waits on */
  writeTo(fd: number): void {
    for (let part = this.#parts[0]; part !== undefined; part = this.#parts[0]) {
      // A full disk may take a part of it: the rest follows where it left off.
      while (part.done < part.bytes.length) {
        part.done += this.#write(fd, part.bytes, part.done);
      }
      this.#parts.shift();
      this.#bytes -= part.bytes.length;
    }
  }
}
