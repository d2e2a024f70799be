// Writes what arrives as DICOM files (PS3.10): `keep: 'files'`.
import { createWriteStream, mkdirSync } from 'node:fs';
import type { WriteStream } from 'node:fs';
import { join } from 'node:path';
import type { IncomingRequest } from '../dicom/dimse/incoming.ts';

const IMPLEMENTATION_UID = '2.25.268435456000000000000000000000001';
const LONG_VR_HEADER = 12;

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
    stream.write(fileMeta(request, facts));
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
}

function safeName(text: string): string {
  const safe = text.replace(/[^A-Za-z0-9._-]/g, '_').replace(/^\.+/, '_');
  return safe === '' ? '_' : safe;
}

/** Preamble and File Meta Information (PS3.10 §7.1), explicit VR little endian. */
export function fileMeta(request: IncomingRequest, facts: FileFacts): Buffer {
  const elements = Buffer.concat([
    longElement(0x0001, 'OB', Buffer.of(0, 1)),
    uid(0x0002, request.sopClass()),
    uid(0x0003, request.sopInstance()),
    uid(0x0010, facts.transferSyntax),
    uid(0x0012, IMPLEMENTATION_UID),
    text(0x0013, 'SH', 'DICOMRUN', ' '),
    text(0x0016, 'AE', facts.callingAET, ' '),
  ]);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(elements.length);
  const preamble = Buffer.alloc(132);
  preamble.write('DICM', 128, 'latin1');
  return Buffer.concat([preamble, shortElement(0x0000, 'UL', length), elements]);
}

function shortElement(element: number, vr: string, value: Buffer): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt16LE(0x0002, 0);
  head.writeUInt16LE(element, 2);
  head.write(vr, 4, 'latin1');
  head.writeUInt16LE(value.length, 6);
  return Buffer.concat([head, value]);
}

function longElement(element: number, vr: string, value: Buffer): Buffer {
  const head = Buffer.alloc(LONG_VR_HEADER);
  head.writeUInt16LE(0x0002, 0);
  head.writeUInt16LE(element, 2);
  head.write(vr, 4, 'latin1');
  head.writeUInt32LE(value.length, 8);
  return Buffer.concat([head, value]);
}

function uid(element: number, value: string): Buffer {
  return text(element, 'UI', value, '\0');
}

function text(element: number, vr: string, value: string, pad: string): Buffer {
  const padded = value.length % 2 === 0 ? value : value + pad;
  return shortElement(element, vr, Buffer.from(padded, 'latin1'));
}
