// Reads a recording: when its associations began, and each of them when it is asked for.
import { closeSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { FORMAT_VERSION, TRAFFIC_FILE } from './format.ts';
import type { RecordedAssociation, RecordingHeader, RecordingLine } from './format.ts';

const CHUNK_BYTES = 1_048_576;
const NEWLINE = 0x0a;

/** A line of the file, and where it stands. */
interface Line {
  readonly offset: number;
  readonly bytes: Buffer;
}

/** What cannot be replayed, and why. */
export class RecordingError extends Error {}

/** One association and where its line is. */
export interface IndexedAssociation {
  readonly offset: number;
  readonly length: number;
  readonly association: RecordedAssociation;
}

/**
 * Calls `each` with every association. A last line that was cut off is left out.
 *
 * @throws RecordingError when the folder holds no recording
 */
export function readRecording(
  folder: string,
  each: (one: IndexedAssociation) => void,
): RecordingHeader {
  let header: RecordingHeader | null = null;
  for (const { offset, bytes } of linesOf(join(folder, TRAFFIC_FILE))) {
    const line = parse(bytes);
    if (header === null) header = headerOf(line);
    else if (line?.kind === 'association') {
      each({ offset, length: bytes.length, association: line });
    }
  }
  if (header === null) throw new RecordingError(`${TRAFFIC_FILE} is empty`);
  return header;
}

function headerOf(line: RecordingLine | null): RecordingHeader {
  if (line?.kind !== 'recording') throw new RecordingError('its first line is no header');
  if (line.version === FORMAT_VERSION) return line;
  throw new RecordingError(`is of version ${line.version}, this is for ${FORMAT_VERSION}`);
}

function parse(bytes: Buffer): RecordingLine | null {
  try {
    return JSON.parse(bytes.toString('utf8')) as RecordingLine;
  } catch {
    return null;
  }
}

/** One association again. */
export function readAssociation(file: number, offset: number, length: number): RecordedAssociation {
  const bytes = Buffer.alloc(length);
  for (let had = 0; had < length;) {
    const n = readSync(file, bytes, had, length - had, offset + had);
    if (n === 0) throw new RecordingError('has become shorter');
    had += n;
  }
  return JSON.parse(bytes.toString('utf8')) as RecordedAssociation;
}

function* linesOf(path: string): Generator<Line> {
  const file = openSync(path, 'r');
  try {
    let held: Buffer = Buffer.alloc(0);
    let heldAt = 0;
    for (;;) {
      const chunk = Buffer.alloc(CHUNK_BYTES);
      const n = readSync(file, chunk, 0, CHUNK_BYTES, heldAt + held.length);
      if (n === 0) return;
      held = Buffer.concat([held, chunk.subarray(0, n)]);
      let from = 0;
      for (let at = held.indexOf(NEWLINE); at >= 0; at = held.indexOf(NEWLINE, from)) {
        yield { offset: heldAt + from, bytes: held.subarray(from, at) };
        from = at + 1;
      }
      held = held.subarray(from);
      heldAt += from;
    }
  } finally {
    closeSync(file);
  }
}
