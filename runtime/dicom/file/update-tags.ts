// Edits files in place: what is asked for and nothing else, verified, never half-written.
import { copyFile, open, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { anonymise, type AnonymiseOptions } from '../deidentify/anonymise.ts';
import { DataError } from '../element/data-error.ts';
import { diffDatasets, type Difference } from './diff.ts';
import { type CompiledEdits, compileEdits, type EditNode, type Edits } from '../edit/edits.ts';
import { errorCode, findAllFiles } from './file-walk.ts';
import { patchHeader } from '../edit/header-patch.ts';
import { getValue, openDataset } from '../element/json.ts';
import { DICOMDIR, fileMeta, isPart10, readMeta } from './part10.ts';
import { TransferSyntax } from '../element/transfer-syntax.ts';
import { remapLevel } from '../edit/remap-uids.ts';

export interface UpdateRequest {
  /** Files, folders and globs. */
  readonly paths: readonly string[];
  readonly base: string;
  /** Values to set, by keyword, tag or path. */
  readonly set?: Edits;
  /** Elements to remove. */
  readonly remove?: readonly string[];
  readonly anonymise?: AnonymiseOptions;
  /** New UIDs that fit together over all files; equal seeds give equal UIDs. */
  readonly remapUids?: string;
  /** Change nothing, only say what would change. */
  readonly dryRun?: boolean;
  readonly onFile?: (report: FileReport, done: number, total: number) => void;
}

export interface FileReport {
  readonly path: string;
  readonly outcome: 'changed' | 'unchanged' | 'skipped' | 'failed';
  /** Why it was skipped or failed; '' otherwise. */
  readonly reason: string;
  readonly differences: readonly Difference[];
}

export interface UpdateResult {
  readonly changed: number;
  readonly unchanged: number;
  readonly skipped: number;
  readonly failed: number;
}

const DICOMDIR_TEXT =
  'a DICOMDIR: its records are found by byte offsets; make a new one (dcmmkdir) when the files have changed';

/** Files are held in memory while they are edited. */
const MAX_FILE_BYTES = 2 ** 31;

/**
 * Updates files one by one; a file that fails stays as it was and does not stop the others.
 *
 * @throws DataError for edits that no file can take (unknown keyword, bad value)
 */
export async function updateTags(request: UpdateRequest): Promise<UpdateResult> {
  const removed = Object.fromEntries((request.remove ?? []).map((name) => [name, null]));
  const edits = compileEdits({ ...request.set, ...removed });
  const { files } = findAllFiles(request.paths, request.base);
  const result = { changed: 0, unchanged: 0, skipped: 0, failed: 0 };
  for (const [i, file] of files.entries()) {
    const report = await updateFile(file.path, edits, request);
    result[report.outcome]++;
    request.onFile?.(report, i + 1, files.length);
  }
  return result;
}

async function updateFile(
  path: string,
  edits: CompiledEdits,
  request: UpdateRequest,
): Promise<FileReport> {
  const report = (outcome: FileReport['outcome'], reason = ''): FileReport => ({
    path,
    outcome,
    reason,
    differences: [],
  });
  try {
    if ((await stat(path)).size > MAX_FILE_BYTES) return report('failed', 'larger than 2 GiB');
    const before = await readAll(path);
    if (!isPart10(before)) return report('skipped', 'not DICOM');
    if (readMeta(before).sopClass === DICOMDIR) return report('skipped', DICOMDIR_TEXT);
    const after = applyEdits(before, edits, request);
    if (after.equals(before)) return report('unchanged');
    const differences = changes(before, after);
    if (request.dryRun !== true) await replaceFile(path, after, edits);
    return { path, outcome: 'changed', reason: '', differences };
  } catch (error) {
    if (error instanceof DataError) return report('failed', error.message);
    return report('failed', errorCode(error));
  }
}

async function readAll(path: string): Promise<Buffer> {
  const file = await open(path, 'r');
  try {
    return await file.readFile();
  } finally {
    await file.close();
  }
}

/**
 * The edited file: data set, and the UIDs of its meta information when they changed. Of an
 * anonymised file preamble and meta information are made anew (PS3.15 E.1.1).
 */
function applyEdits(file: Buffer, edits: CompiledEdits, request: UpdateRequest): Buffer {
  const { transferSyntax, datasetOffset, sopClass, sopInstance } = readMeta(file);
  let dataset = file.subarray(datasetOffset);
  if (request.anonymise !== undefined)
    dataset = anonymise(dataset, transferSyntax, request.anonymise);
  if (request.remapUids !== undefined) {
    const level = remapLevel(dataset, transferSyntax, request.remapUids);
    dataset = patchHeader(dataset, transferSyntax, { key: '', level, tags: new Set() });
  }
  dataset = patchHeader(dataset, transferSyntax, edits);
  const open = openDataset(dataset, transferSyntax);
  const uid = String(getValue(open, 'SOPInstanceUID') ?? '');
  if (request.anonymise !== undefined) {
    const kind = String(getValue(open, 'SOPClassUID') ?? sopClass);
    return Buffer.concat([fileMeta(kind, uid, transferSyntax), dataset]);
  }
  const meta = file.subarray(0, datasetOffset);
  return Buffer.concat([
    uid === '' || uid === sopInstance ? meta : withSopInstance(meta, uid),
    dataset,
  ]);
}

const META_START = 132;

function withSopInstance(meta: Buffer, uid: string): Buffer {
  const node: EditNode = { kind: 'set', tag: 0x00020003, vr: 'UI', value: uid };
  const patched = patchHeader(meta.subarray(META_START), TransferSyntax.EXPLICIT_LE, {
    key: '',
    level: [node],
    tags: new Set([node.tag]),
  });
  return Buffer.concat([meta.subarray(0, META_START), patched]);
}

function changes(before: Buffer, after: Buffer): readonly Difference[] {
  const part = (file: Buffer): { dataset: Buffer; transferSyntax: string } => {
    const { transferSyntax, datasetOffset } = readMeta(file);
    return { dataset: file.subarray(datasetOffset), transferSyntax };
  };
  return diffDatasets(part(before), part(after)).differences;
}

/** Writes beside the file, reads back, checks, then renames over it. */
async function replaceFile(path: string, bytes: Buffer, edits: CompiledEdits): Promise<void> {
  const temporary = join(dirname(path), `.${basename(path)}.${process.pid}.part`);
  try {
    await copyFile(path, temporary); // why: keeps the mode of the file
    const file = await open(temporary, 'r+');
    try {
      await file.truncate(0);
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    const written = await readAll(temporary);
    if (!written.equals(bytes)) throw new DataError('DATA_FILE', 'reads back differently');
    const { transferSyntax, datasetOffset } = readMeta(written);
    const dataset = written.subarray(datasetOffset);
    if (!patchHeader(dataset, transferSyntax, edits).equals(dataset)) {
      throw new DataError('DATA_FILE', 'does not hold the values that were set');
    }
    await rename(temporary, path);
  } finally {
    await rm(temporary, { force: true });
  }
}
