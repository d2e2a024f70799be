// Pools of instances from files: found by DICM magic whatever their names, read once, shared by all
// threads; large ones stay on disk.
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { sep } from 'node:path';
import { DataError } from '../element/data-error.ts';
import { errorCode, findFiles, type FoundFile } from '../file/file-walk.ts';
import { DatasetHasher } from '../file/hash.ts';
import { isPart10 } from '../file/part10.ts';
import { datasetStart, uidProblem } from '../file/instance-head.ts';
import { guessBareSyntax } from '../file/bare.ts';
import { headerFacts, PoolBuilder, type HeaderFacts, pixelValue } from './pool-builder.ts';
import { LARGE_FILE_BYTES, type PoolShare, sizeClass, type SkippedFiles } from './share.ts';
import { matchesTags } from '../element/json.ts';
import { isCompressed, transcode } from '../pixels/transcode.ts';
import { TransferSyntax } from '../element/transfer-syntax.ts';

/** Which instances are wanted. All conditions must hold. */
export interface FileFilter {
  readonly modality?: string | readonly string[];
  readonly sopClass?: string | readonly string[];
  readonly transferSyntax?: string | readonly string[];
  /** `small` < 1 MB, `medium` ≤ 10 MB, `large`. */
  readonly size?: string | readonly string[];
  /** Values by keyword or tag; a string may have `*` and `?`; null = absent. */
  readonly tags?: Readonly<Record<string, string | number | null>>;
}

export interface LoadRequest {
  /** Files, folders and globs. */
  readonly paths: readonly string[];
  /** What relative paths are relative to. */
  readonly base: string;
  readonly filter?: FileFilter;
  /** Only files of these names, as results call them: the end of their path, with slashes. */
  readonly only?: readonly string[];
  /** At most so many instances. */
  readonly limit?: number;
  /** Decompress encapsulated pixel data to explicit VR little endian. */
  readonly decompress?: boolean;
  /** Also take data sets without preamble and file meta information. */
  readonly bare?: boolean;
  readonly hash?: 'pixels' | 'full' | 'none';
  /** Files above this stay on disk (bytes, default 64 MB). */
  readonly largeBytes?: number;
  /** Told now and then: files looked at, files in all. */
  readonly onProgress?: (done: number, total: number) => void;
}

const FIRST_READ_BYTES = 1024 ** 2;
const MAX_HEADER_BYTES = 64 * 1024 ** 2;
const STREAM_BYTES = 4 * 1024 ** 2;
const EXAMPLES = 3;
const PROGRESS_EVERY = 256;
/** Read times kept of a pool. */
const MAX_TIMES = 10_000;

/** Counts files that are not in the pool. */
class Skips {
  readonly #byReason = new Map<string, { count: number; examples: string[] }>();

  /** @param reason where a colon separates what is the file's own from the kind of fault */
  add(reason: string, path: string): void {
    const [kind = '', own] = reason.split(/: (.*)/s);
    const entry = this.#byReason.get(kind) ?? { count: 0, examples: [] };
    entry.count++;
    const example = own === undefined ? path : `${path}: ${own}`;
    if (entry.examples.length < EXAMPLES) entry.examples.push(example);
    reason = kind;
    this.#byReason.set(reason, entry);
  }

  list(): SkippedFiles[] {
    return [...this.#byReason].map(([reason, entry]) => ({ reason, ...entry }));
  }
}

/**
 * Loads a pool.
 *
 * @throws DataError `DATA_NO_FILES` when nothing is left, saying what was looked at
 */
export function loadPool(
  request: LoadRequest,
  pool: { readonly id: number; readonly key: string },
): PoolShare {
  const skips = new Skips();
  const all: FoundFile[] = [];
  let unreadable = 0;
  for (const path of request.paths) {
    const found = findFiles(path, request.base);
    // why: no spread, a folder may hold more files than a call takes arguments
    for (const file of found.files) all.push(file);
    unreadable += found.unreadable.length;
    for (const one of found.unreadable) skips.add(`cannot be read (${one.reason})`, one.path);
  }
  const files = onlyOf(request, all);
  const largeBytes = request.largeBytes ?? LARGE_FILE_BYTES;
  const expectedBytes = files.reduce((sum, file) => sum + Math.min(file.bytes, largeBytes), 0);
  const { hash = 'pixels', limit = Infinity } = request;
  const builder = new PoolBuilder({ ...pool, expectedBytes, hash });
  const readMs: number[] = [];
  const loader: Loader = { request, builder, largeBytes, readMs, scratch: Buffer.alloc(0) };
  files.forEach((file, i) => {
    if (i % PROGRESS_EVERY === 0) request.onProgress?.(i, files.length);
    if (builder.length >= limit) return;
    const reason = loadFile(loader, file);
    if (reason !== null) skips.add(reason, file.path);
  });
  request.onProgress?.(files.length, files.length);
  const skipped = skips.list();
  if (builder.length === 0) throw nothing(request, files.length, skipped);
  return { ...builder.share(skipped, notesOf(files.length + unreadable, skipped)), readMs };
}

/** Of several files whose paths end with one name, that with the shortest path. */
function onlyOf({ only, paths }: LoadRequest, all: readonly FoundFile[]): readonly FoundFile[] {
  if (only === undefined) return all;
  const wanted = new Set<FoundFile>();
  for (const name of only) {
    const fits = all.filter(({ path }) => `/${path.split(sep).join('/')}`.endsWith(`/${name}`));
    const [first] = fits.sort((a, b) => a.path.length - b.path.length);
    if (first !== undefined) wanted.add(first);
  }
  if (wanted.size > 0) return all.filter((file) => wanted.has(file));
  throw new DataError(
    'DATA_NO_FILES',
    `files(${paths.map((path) => `"${path}"`).join(', ')}): none of the ${only.length} files that were lost is in it`,
    'run the script that lost them, with the folder as it was',
  );
}

function notesOf(total: number, skipped: readonly SkippedFiles[]): string[] {
  const count = skipped.reduce((sum, one) => sum + one.count, 0);
  if (count === 0) return [];
  return [`skipped ${count} of ${total} files: ${reasons(skipped)}`];
}

function reasons(skipped: readonly SkippedFiles[]): string {
  return skipped
    .map(
      ({ count, reason, examples }) =>
        `${count} ${reason} (${examples.join('; ')}${count > examples.length ? '; …' : ''})`,
    )
    .join('; ');
}

function nothing(request: LoadRequest, total: number, skipped: readonly SkippedFiles[]): DataError {
  const where = request.paths.map((path) => `"${path}"`).join(', ');
  const looked = total === 0 ? 'found no file' : `looked at ${total} files`;
  const why = skipped.length === 0 ? '' : `: ${reasons(skipped)}`;
  return new DataError(
    'DATA_NO_FILES',
    `files(${where}): no DICOM instance in ${request.base}; ${looked}${why}`,
    'give a folder, file or glob with Part 10 files; relative paths start at the script',
  );
}

interface Loader {
  readonly request: LoadRequest;
  readonly builder: PoolBuilder;
  readonly largeBytes: number;
  /** Time to open and read each small file into memory. */
  readonly readMs: number[];
  scratch: Buffer;
}

/** Adds a file to the pool; the reason when it was not. */
function loadFile(loader: Loader, file: FoundFile): string | null {
  if (file.bytes === 0) return 'empty';
  const began = performance.now();
  let descriptor: number;
  try {
    descriptor = openSync(file.path, 'r');
  } catch (error) {
    return `cannot be read (${errorCode(error)})`;
  }
  try {
    const size = fstatSync(descriptor).size;
    return size > loader.largeBytes
      ? loadLarge(loader, file, descriptor, size)
      : loadSmall(loader, file, { descriptor, size, began });
  } catch (error) {
    if (!(error instanceof DataError)) return `cannot be read (${errorCode(error)})`;
    if (error.code === 'DATA_NOT_DICOM') return 'not DICOM';
    return error.code === 'DATA_MALFORMED'
      ? `truncated or corrupt: ${error.message}`
      : error.message;
  } finally {
    closeSync(descriptor);
  }
}

function readAll(descriptor: number, target: Buffer, position: number): number {
  let at = 0;
  while (at < target.length) {
    const n = readSync(descriptor, target, at, target.length - at, position + at);
    if (n === 0) break;
    at += n;
  }
  return at;
}

/** Transfer syntax and offset of the data set in a file that starts with `bytes`. */
function startOf(loader: Loader, bytes: Buffer): { transferSyntax: string; datasetOffset: number } {
  if (isPart10(bytes)) return datasetStart(bytes);
  const syntax = loader.request.bare === true ? guessBareSyntax(bytes) : null;
  if (syntax === null) throw new DataError('DATA_NOT_DICOM', 'no DICM at offset 128');
  return { transferSyntax: syntax, datasetOffset: 0 };
}

function loadSmall(
  loader: Loader,
  file: FoundFile,
  opened: { readonly descriptor: number; readonly size: number; readonly began: number },
): string | null {
  const { descriptor, size, began } = opened;
  if (loader.scratch.length < size) loader.scratch = Buffer.allocUnsafeSlow(Math.max(size, 65536));
  const bytes = loader.scratch.subarray(0, size);
  if (readAll(descriptor, bytes, 0) < size) return 'truncated or corrupt';
  if (loader.readMs.length < MAX_TIMES) loader.readMs.push(performance.now() - began);
  const start = startOf(loader, bytes);
  let dataset = bytes.subarray(start.datasetOffset);
  let { transferSyntax } = start;
  if (loader.request.decompress === true && isCompressed(transferSyntax)) {
    ({ dataset, transferSyntax } = transcode(dataset, transferSyntax, TransferSyntax.EXPLICIT_LE));
  }
  const facts = headerFacts(dataset, transferSyntax);
  const rejected = judge(
    { facts, transferSyntax, header: dataset, datasetBytes: dataset.length },
    loader.request.filter,
  );
  if (rejected !== null) return rejected;
  pixelValue(dataset, facts, transferSyntax); // throws when it is truncated
  loader.builder.addDataset(dataset, { transferSyntax, origin: file.path, fileBytes: size });
  return null;
}

function loadLarge(
  loader: Loader,
  file: FoundFile,
  descriptor: number,
  size: number,
): string | null {
  const { header, transferSyntax, datasetOffset, facts } = readHeader(loader, descriptor, size);
  if (facts.pixelBytes === null) return 'above the limit for memory, without pixel data';
  const datasetBytes = size - datasetOffset;
  const rejected = judge({ facts, transferSyntax, header, datasetBytes }, loader.request.filter);
  if (rejected !== null) return rejected;
  if (facts.headerBytes + facts.pixelBytes > datasetBytes) return 'truncated or corrupt';
  const { hash = 'pixels' } = loader.request;
  const hashes =
    hash === 'none'
      ? { pixelHash: '', datasetHash: '', malformed: false }
      : hashFile(descriptor, datasetOffset, new DatasetHasher(transferSyntax, hash));
  if (hashes.malformed) return 'truncated or corrupt';
  const member = { transferSyntax, origin: file.path, fileBytes: size };
  const range = { path: file.path, offset: datasetOffset, datasetBytes };
  loader.builder.addFile(header, member, range, hashes);
  return null;
}

/** Reads more and more of a large file until its header is whole. */
function readHeader(
  loader: Loader,
  descriptor: number,
  size: number,
): { header: Buffer; transferSyntax: string; datasetOffset: number; facts: HeaderFacts } {
  for (let length = FIRST_READ_BYTES; ; length *= 4) {
    const bytes = Buffer.allocUnsafeSlow(Math.min(length, size));
    readAll(descriptor, bytes, 0);
    const { transferSyntax, datasetOffset } = startOf(loader, bytes);
    try {
      const header = bytes.subarray(datasetOffset);
      const facts = headerFacts(header, transferSyntax);
      // why: a header that happens to end where the bytes end has not met its pixel data
      if (facts.pixelBytes !== null || bytes.length === size) {
        return { header, transferSyntax, datasetOffset, facts };
      }
    } catch (error) {
      if (length >= MAX_HEADER_BYTES || bytes.length === size) throw error;
    }
    if (length >= MAX_HEADER_BYTES) throw new DataError('DATA_MALFORMED', 'no pixel data found');
  }
}

function hashFile(
  descriptor: number,
  offset: number,
  hasher: DatasetHasher,
): ReturnType<DatasetHasher['digest']> {
  const block = Buffer.allocUnsafeSlow(STREAM_BYTES);
  for (let at = offset; ;) {
    const n = readAll(descriptor, block, at);
    if (n === 0) return hasher.digest();
    hasher.update(block.subarray(0, n));
    at += n;
  }
}

/** An instance before it is in the pool. */
interface Candidate {
  readonly facts: HeaderFacts;
  readonly transferSyntax: string;
  readonly header: Buffer;
  readonly datasetBytes: number;
}

/** Why an instance is not wanted; null when it is. */
function judge(candidate: Candidate, filter: FileFilter | undefined): string | null {
  const { facts, transferSyntax, header, datasetBytes } = candidate;
  if (facts.sopClass === '' || facts.sopInstance === '') return 'without SOP class or instance UID';
  const bad = uidProblem(facts.sopClass) ?? uidProblem(facts.sopInstance);
  if (bad !== null) return `whose SOP class or instance UID ${bad}`;
  if (filter === undefined) return null;
  const wanted =
    matches(filter.modality, facts.modality) &&
    matches(filter.sopClass, facts.sopClass) &&
    matches(filter.transferSyntax, transferSyntax) &&
    matches(filter.size, sizeClass(datasetBytes)) &&
    (filter.tags === undefined || matchesTags(header, transferSyntax, filter.tags));
  return wanted ? null : 'filtered out';
}

function matches(wanted: string | readonly string[] | undefined, value: string): boolean {
  if (wanted === undefined) return true;
  return typeof wanted === 'string' ? wanted === value : wanted.includes(value);
}
