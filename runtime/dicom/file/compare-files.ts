// Files and folders as text and as differences: what `dump` and `dump --diff` show.
import { readFileSync, statSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import { DataError } from '../element/data-error.ts';
import { type Diff, diffDatasets, type DiffOptions } from './diff.ts';
import type { Comparable } from '../pixels/native-pixels.ts';
import { dumpDamaged } from './dump.ts';
import { errorCode, findFiles } from './file-walk.ts';
import { guessBareSyntax } from './bare.ts';
import { isPart10, PREAMBLE_BYTES, readMeta } from './part10.ts';
import { getValue, openDataset } from '../element/json.ts';
import { TransferSyntax } from '../element/transfer-syntax.ts';

interface Opened {
  /** One line about the file. */
  readonly meta: string;
  /** Its file meta information. */
  readonly head: string[];
  readonly datasetOffset: number;
}

/** Reads a Part 10 file or a bare data set. */
function readInstance(path: string): Comparable & Opened {
  let file: Buffer;
  try {
    file = readFileSync(path);
  } catch (error) {
    throw unreadable(path, errorCode(error));
  }
  if (isPart10(file)) {
    const { transferSyntax, datasetOffset } = readMeta(file);
    const meta = `# ${path}: ${file.length} bytes, data set from ${datasetOffset}, ${transferSyntax}`;
    const dataset = file.subarray(datasetOffset);
    const head = dumpDamaged(file.subarray(META_OFFSET, datasetOffset), META_SYNTAX, META_OFFSET);
    return { dataset, transferSyntax, meta, head: head.lines, datasetOffset };
  }
  const transferSyntax = guessBareSyntax(file);
  if (transferSyntax === null) {
    throw new DataError(
      'DATA_NOT_DICOM',
      `${path}: not DICOM (no DICM at offset 128, and no bare data set)`,
      'dicomrun dump takes DICOM files; dicomrun inspect takes a script',
    );
  }
  const meta = `# ${path}: ${file.length} bytes without file meta information, ${transferSyntax}`;
  return { dataset: file, transferSyntax, meta, head: [], datasetOffset: 0 };
}

/** Where file meta information starts, and how it is written (PS3.10 §7.1). */
const META_OFFSET = PREAMBLE_BYTES + 4;
const META_SYNTAX = TransferSyntax.EXPLICIT_LE;

function unreadable(path: string, code: string): DataError {
  if (code === 'EISDIR') {
    return new DataError(
      'DATA_FILE',
      `${path}: is a folder`,
      'name one of its files; two folders are compared: dicomrun dump A --diff B',
    );
  }
  if (code === 'ENOENT' || code === 'ENOTDIR') {
    return new DataError(
      'DATA_FILE',
      `${path}: there is no such file`,
      'paths are relative to the folder you are in; ls shows what is there',
    );
  }
  return new DataError(
    'DATA_FILE',
    `${path}: cannot be read (${code})`,
    'check that it is a file that you may read',
  );
}

/**
 * A file as lines of text, its file meta information first; of a damaged one what can be read, and
 * how many places cannot.
 *
 * @throws DataError `DATA_FILE`, `DATA_NOT_DICOM`, `DATA_MALFORMED` where nothing can be read
 */
export function dumpFile(path: string): { readonly lines: string[]; readonly damaged: number } {
  const { dataset, transferSyntax, meta, head, datasetOffset } = readInstance(path);
  const { lines, damages } = dumpDamaged(dataset, transferSyntax, datasetOffset);
  return { lines: [meta, ...head, ...lines], damaged: damages.length };
}

/** One pair of files. */
export interface FileDiff {
  /** Path below the first folder, or the first file. */
  readonly name: string;
  /** Null where one side has no such instance. */
  readonly diff: Diff | null;
  readonly missing: 'first' | 'second' | null;
}

/**
 * Compares two files, or two folders instance by instance (by SOP Instance UID, whatever the names).
 *
 * @throws DataError `DATA_FILE`, `DATA_NOT_DICOM`, `DATA_MALFORMED`
 */
export function diffFiles(
  a: string,
  b: string,
  options: DiffOptions = {},
  onProgress: (done: number, total: number) => void = () => undefined,
): FileDiff[] {
  const [first, second] = [a, b].map(isFolder);
  if (first !== second) {
    throw new DataError(
      'DATA_FILE',
      `${first === true ? a : b}: is a folder, ${first === true ? b : a} is a file`,
      'compare two files, or two folders',
    );
  }
  if (first !== true) {
    const diff = diffDatasets(readInstance(a), readInstance(b), options);
    return [{ name: a, diff, missing: null }];
  }
  const [left, right] = [instancesOf(a), instancesOf(b)];
  const result: FileDiff[] = [];
  for (const [uid, path] of left) {
    onProgress(result.length, left.size);
    const other = right.get(uid);
    const name = relative(a, path);
    if (other === undefined) result.push({ name, diff: null, missing: 'second' });
    else {
      const diff = diffDatasets(readInstance(path), readInstance(other), options);
      result.push({ name, diff, missing: null });
    }
  }
  for (const [uid, path] of right) {
    if (!left.has(uid)) result.push({ name: relative(b, path), diff: null, missing: 'first' });
  }
  return result;
}

/** @throws DataError `DATA_FILE` where there is nothing */
function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch (error) {
    throw unreadable(path, errorCode(error));
  }
}

/** SOP Instance UID -> path of the instances below a folder. */
function instancesOf(folder: string): Map<string, string> {
  const found = new Map<string, string>();
  const { files } = findFiles(resolve(folder), '/');
  for (const { path } of files) {
    try {
      const { dataset, transferSyntax } = readInstance(path);
      found.set(String(getValue(openDataset(dataset, transferSyntax), 'SOPInstanceUID')), path);
    } catch (error) {
      if (!(error instanceof DataError)) throw error;
      // why: a folder holds other files too; what is no instance is not compared
    }
  }
  if (found.size === 0) {
    throw new DataError(
      'DATA_NO_FILES',
      `${folder}: no DICOM instance among ${files.length} files`,
      'name a folder with DICOM files; those below it are found too',
    );
  }
  return found;
}
