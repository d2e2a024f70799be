// A file that is written in the background, gzipped when its name ends in .gz. What the disk
// cannot take is dropped and counted: a slow disk must not fill the memory.
import { createWriteStream, openSync } from 'node:fs';
import type { WriteStream } from 'node:fs';
import { dirname } from 'node:path';
import { finished } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import type { Gzip } from 'node:zlib';
import { makeFolders } from '../make-folders.ts';

/** Text waiting for the disk; beyond it lines are dropped. */
const MAX_WAITING_BYTES = 64 * 1024 * 1024;
const CHUNK_CHARS = 64 * 1024;

export class FileWriter {
  readonly #file: WriteStream;
  readonly #gzip: Gzip | null;
  #pending = '';
  #pendingLines = 0;
  #written = 0;
  #dropped = 0;
  #failure: string | null = null;

  /** Makes the folder if need be; an existing file is replaced. @throws what the disk says */
  constructor(path: string) {
    makeFolders(dirname(path));
    const fd = openSync(path, 'w', 0o600);
    this.#file = createWriteStream(path, { fd });
    this.#file.on('error', (error) => (this.#failure ??= error.message));
    this.#gzip = path.endsWith('.gz') ? createGzip() : null;
    this.#gzip?.pipe(this.#file);
  }

  /** Lines handed to the disk so far. */
  get written(): number {
    return this.#written;
  }

  /** Lines that did not get there. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Why, when the disk refused. */
  get failure(): string | null {
    return this.#failure;
  }

  /** One line, without its line break. */
  line(text: string): void {
    this.#pending += `${text}\n`;
    this.#pendingLines++;
    if (this.#pending.length >= CHUNK_CHARS) this.flush();
  }

  flush(): void {
    if (this.#pendingLines === 0) return;
    const lines = this.#pendingLines;
    const text = this.#pending;
    this.#pending = '';
    this.#pendingLines = 0;
    const out = this.#gzip ?? this.#file;
    if (this.#failure !== null || out.writableLength > MAX_WAITING_BYTES) {
      this.#dropped += lines;
      return;
    }
    out.write(text);
    this.#written += lines;
  }

  /** Resolves when everything is on disk, or the disk refused. */
  async close(): Promise<void> {
    this.flush();
    (this.#gzip ?? this.#file).end();
    // the failure is kept by the listener above
    await finished(this.#file).catch(() => undefined);
    if (this.#failure !== null) {
      this.#dropped += this.#written;
      this.#written = 0;
    }
  }
}
