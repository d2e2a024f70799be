// Writes what arrives as DICOM files (PS3.10): `keep: 'files'`.
import { createWriteStream, rm } from 'node:fs';
import type { WriteStream } from 'node:fs';
import { join } from 'node:path';
import { makeFolder } from '../../dicom/file/make-folder.ts';
import { fileMeta } from '../../dicom/file/part10.ts';
import { safeName } from '../../dicom/file/portable-name.ts';
import type { IncomingRequest } from '../../dicom/dimse/incoming.ts';

/** How the data set came. */
export interface FileFacts {
  readonly transferSyntax: string;
  readonly callingAET: string;
}

/** One file being written. */
export interface OpenFile {
  /** A piece; copied, as the wire's buffer is used again. */
  write(piece: Buffer): void;
  /** No more pieces; `done` gets null, or what went wrong. */
  close(done: (error: string | null) => void): void;
  /** It will never be complete: what was written goes. */
  discard(): void;
}

/** Writes files named by SOP Instance UID, in one folder per association partner. */
export class FileKeeper {
  readonly #folder: string;
  readonly #onWritten: (ms: number) => void;
  readonly #folders = new Set<string>();
  #sequence = 0;

  constructor(folder: string, onWritten: (ms: number) => void) {
    this.#folder = folder;
    this.#onWritten = onWritten;
  }

  open(request: IncomingRequest, facts: FileFacts): OpenFile {
    const folder = join(this.#folder, safeName(facts.callingAET));
    const error = this.#folderError(folder);
    if (error !== null) return noFile(error);
    // why: a repeated instance is a finding, not a file to be overwritten
    const name = `${safeName(request.sopInstance())}.${++this.#sequence}.dcm`;
    const started = performance.now();
    const stream = createWriteStream(join(folder, name), { mode: 0o600 });
    stream.write(fileMeta(request.sopClass(), request.sopInstance(), facts.transferSyntax));
    return new StreamFile(stream, () => this.#onWritten(performance.now() - started));
  }

  /** Makes the folder at its first file; what went wrong, else null. */
  #folderError(folder: string): string | null {
    if (this.#folders.has(folder)) return null;
    try {
      makeFolder(folder, 0o700);
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
    this.#folders.add(folder);
    return null;
  }
}

/** Where no file can be: the store is answered with a failure, and the station goes on. */
function noFile(error: string): OpenFile {
  return { write: () => undefined, close: (done) => done(error), discard: () => undefined };
}

class StreamFile implements OpenFile {
  readonly #stream: WriteStream;
  readonly #onWritten: () => void;
  #error: string | null = null;

  constructor(stream: WriteStream, onWritten: () => void) {
    this.#stream = stream;
    this.#onWritten = onWritten;
    stream.on('error', (error) => (this.#error = error.message));
  }

  write(piece: Buffer): void {
    if (this.#error === null) this.#stream.write(Buffer.from(piece));
  }

  close(done: (error: string | null) => void): void {
    if (this.#stream.closed) return this.#finish(done);
    this.#stream.once('close', () => this.#finish(done));
    this.#stream.end();
  }

  /** What could not be written whole does not stay: its store is refused. */
  #finish(done: (error: string | null) => void): void {
    const error = this.#error ?? (this.#stream.writableFinished ? null : 'file closed');
    if (error === null) {
      this.#onWritten();
      done(null);
    } else {
      rm(this.#stream.path, { force: true }, () => done(error));
    }
  }

  discard(): void {
    const { path } = this.#stream;
    this.#stream.once('close', () => rm(path, { force: true }, () => {}));
    this.#stream.destroy();
  }
}
