// Writes what arrives as DICOM files (PS3.10): `keep: 'files'`.
import { createWriteStream, mkdirSync, rm } from 'node:fs';
import type { WriteStream } from 'node:fs';
import { join } from 'node:path';
import { fileMeta } from '../dicom/data/part10.ts';
import type { IncomingRequest } from '../dicom/dimse/incoming.ts';

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
  private readonly folder: string;
  private readonly onWritten: (ms: number) => void;
  private readonly folders = new Set<string>();
  private sequence = 0;

  constructor(folder: string, onWritten: (ms: number) => void) {
    this.folder = folder;
    this.onWritten = onWritten;
  }

  open(request: IncomingRequest, facts: FileFacts): OpenFile {
    const folder = join(this.folder, safeName(facts.callingAET));
    if (!this.folders.has(folder)) {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      this.folders.add(folder);
    }
    // why: a repeated instance is a finding, not a file to be overwritten
    const name = `${safeName(request.sopInstance())}.${++this.sequence}.dcm`;
    const started = performance.now();
    const stream = createWriteStream(join(folder, name), { mode: 0o600 });
    stream.write(fileMeta(request.sopClass(), request.sopInstance(), facts.transferSyntax));
    return new StreamFile(stream, () => this.onWritten(performance.now() - started));
  }
}

class StreamFile implements OpenFile {
  private readonly stream: WriteStream;
  private readonly onWritten: () => void;
  private error: string | null = null;

  constructor(stream: WriteStream, onWritten: () => void) {
    this.stream = stream;
    this.onWritten = onWritten;
    stream.on('error', (error) => (this.error = error.message));
  }

  write(piece: Buffer): void {
    if (this.error === null) this.stream.write(Buffer.from(piece));
  }

  close(done: (error: string | null) => void): void {
    if (this.error !== null || this.stream.destroyed) return done(this.error ?? 'file closed');
    this.stream.once('close', () => {
      if (this.error === null) this.onWritten();
      done(this.error);
    });
    this.stream.end();
  }

  discard(): void {
    const { path } = this.stream;
    this.stream.once('close', () => rm(path, { force: true }, () => {}));
    this.stream.destroy();
  }
}

function safeName(text: string): string {
  const safe = text.replace(/[^A-Za-z0-9._-]/g, '_').replace(/^\.+/, '_');
  return safe === '' ? '_' : safe;
}
