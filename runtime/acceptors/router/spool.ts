// Messages too large for memory: each in a temporary file that has lost its name already, so that
// it is gone with its last user, and with the process, however that ends.
import { randomUUID } from 'node:crypto';
import { closeSync, openSync, readSync, readv, unlinkSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ReadableFile } from '../../dicom/scu/payload-sources.ts';

/** Of each file that is being written. */
const SLAB_BYTES = 256 * 1024;

/** The files of one router. */
export class Spool {
  readonly #folder: string;
  readonly #files = new Set<SpoolFile>();

  /** @param folder default the system's folder for temporary files */
  constructor(folder = tmpdir()) {
    this.#folder = folder;
  }

  /** A file for one message, with its first bytes. */
  open(parts: readonly Buffer[]): SpoolFile {
    const file = new SpoolFile(this.#folder, () => this.#files.delete(file));
    this.#files.add(file);
    for (const part of parts) file.write(part, 0, part.length);
    return file;
  }

  /** Lets go of everything. */
  close(): void {
    for (const file of this.#files) file.release();
  }
}

/**
 * One message. Written once, then read by any number of senders; closed when it is released, and
 * nobody reads it. Written synchronously: the disk then slows the sender, and nothing piles up.
 */
export class SpoolFile {
  bytes = 0;
  /** What went wrong while writing, null when nothing did. */
  error: string | null = null;
  #fd = -1;
  /** Where a file that is open cannot lose its name (Windows), it goes when it is closed. */
  #named = false;
  readonly #path: string;
  #slab = Buffer.alloc(0);
  #used = 0;
  #wanted = true;
  #readers = 0;
  readonly #onClosed: () => void;

  /** @param forget takes the name of the open file; unlink unless told */
  constructor(folder: string, onClosed: () => void, forget: (path: string) => void = unlinkSync) {
    this.#path = join(folder, `dicomrun-spool-${randomUUID()}`);
    this.#onClosed = onClosed;
    this.#attempt(() => {
      this.#fd = openSync(this.#path, 'wx+', 0o600);
      this.#named = !attempted(() => forget(this.#path));
      this.#slab = Buffer.allocUnsafeSlow(SLAB_BYTES);
    });
  }

  write(buffer: Buffer, start: number, end: number): void {
    for (let at = start; at < end && this.error === null;) {
      const n = Math.min(end - at, this.#slab.length - this.#used);
      buffer.copy(this.#slab, this.#used, at, at + n);
      at += n;
      this.#used += n;
      this.bytes += n;
      if (this.#used === this.#slab.length) this.#flush();
    }
  }

  /** All is written. */
  end(): void {
    this.#flush();
    this.#slab = Buffer.alloc(0);
  }

  /** Inverts the byte at `position`: damage on purpose. */
  flip(position: number): void {
    this.#attempt(() => {
      const byte = this.read(position, 1);
      writeSync(this.#fd, Buffer.of((byte[0] ?? 0) ^ 0xff), 0, 1, position);
    });
  }

  /** A few bytes. */
  read(position: number, length: number): Buffer {
    const bytes = Buffer.alloc(length);
    if (this.#fd >= 0) readSync(this.#fd, bytes, 0, length, position);
    return bytes;
  }

  /** Nobody needs it any more; whoever reads it now reads on. */
  release(): void {
    this.#wanted = false;
    this.#closeUnread();
  }

  /** Opened once more; it stays open as long as somebody reads. */
  reader = (): Promise<ReadableFile> => {
    this.#readers++;
    return Promise.resolve({
      readv: (views, position) =>
        new Promise((resolve, reject) => {
          readv(this.#fd, views, position, (error, bytesRead) => {
            if (error === null) resolve({ bytesRead });
            else reject(error);
          });
        }),
      close: () => {
        this.#readers--;
        this.#closeUnread();
        return Promise.resolve();
      },
    });
  };

  #closeUnread(): void {
    if (this.#wanted || this.#readers > 0) return;
    if (this.#fd >= 0) closeSync(this.#fd);
    this.#fd = -1;
    if (this.#named) this.#named = !attempted(() => unlinkSync(this.#path));
    this.error ??= 'the spool is closed';
    this.#onClosed();
  }

  #flush(): void {
    let at = 0;
    this.#attempt(() => {
      while (at < this.#used) at += writeSync(this.#fd, this.#slab, at, this.#used - at);
    });
    this.#used = 0;
  }

  #attempt(run: () => void): void {
    if (this.error !== null) return;
    try {
      run();
    } catch (error) {
      this.error = `spool ${this.#path}: ${error instanceof Error ? error.message : String(error)}`;
    }
  }
}

function attempted(act: () => void): boolean {
  try {
    act();
    return true;
  } catch {
    return false;
  }
}
