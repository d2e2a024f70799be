// Writes a recording, a line as each association ends: a process that is killed leaves all that had
// ended by then.
import { closeSync, existsSync, fstatSync, ftruncateSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolders } from '../make-folders.ts';
import { openToAppend } from '../own-file.ts';
import {
  FORMAT_VERSION,
  TRAFFIC_FILE,
  type RecordedAssociation,
  type RecordingHeader,
  type RecordingLine,
} from './format.ts';

const OWNER_ONLY = 0o700;

export class RecordingWriter {
  readonly header: RecordingHeader;
  readonly #file: number;
  /** Bytes of whole lines. */
  #length: number;

  private constructor(file: number, header: RecordingHeader) {
    this.#file = file;
    this.#length = fstatSync(file).size;
    this.header = header;
    this.#line(header);
  }

  /** Whether a folder holds a recording already. */
  static isThere(folder: string): boolean {
    const path = join(folder, TRAFFIC_FILE);
    return existsSync(path) && statSync(path).size > 0;
  }

  /**
   * Makes the folder and begins the file, which only its owner may read.
   *
   * @throws what the disk says
   */
  static begin(folder: string, what: { startedAt: Date; to: string; tool: string }) {
    makeFolders(folder, OWNER_ONLY);
    return new RecordingWriter(openToAppend(join(folder, TRAFFIC_FILE)), {
      kind: 'recording',
      version: FORMAT_VERSION,
      startedAt: what.startedAt.toISOString(),
      utcOffsetMinutes: -what.startedAt.getTimezoneOffset(),
      to: what.to,
      tool: what.tool,
    });
  }

  /** @throws what the disk says */
  write(association: RecordedAssociation): void {
    this.#line(association);
  }

  close(): void {
    closeSync(this.#file);
  }

  #line(line: RecordingLine): void {
    const bytes = Buffer.from(`${JSON.stringify(line)}\n`);
    try {
      for (let at = 0; at < bytes.length;) at += writeSync(this.#file, bytes, at);
    } catch (error) {
      // What fitted of it would spoil the next line, too.
      ftruncateSync(this.#file, this.#length);
      throw error;
    }
    this.#length += bytes.length;
  }
}
