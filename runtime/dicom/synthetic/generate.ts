// Writes synthetic studies as Part 10 files; huge instances as a stream.
import { open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { initializeCodecs, needsCodecs } from '../pixels/codecs.ts';
import { DataError } from '../element/data-error.ts';
import { type Identity, memberNumber, sopUid } from '../pool/identity.ts';
import { errorCode } from '../file/file-walk.ts';
import { deflateDataset } from '../element/deflate.ts';
import { makeFolder } from '../file/make-folder.ts';
import { fileMeta } from '../file/part10.ts';
import { Pool, type Prototype, putSlot } from '../pool/prototype.ts';
import { type SyntheticSpec, syntheticPool } from './synthetic.ts';
import { encodingOf, transferSyntaxUid } from '../element/transfer-syntax.ts';

export interface GenerateRequest {
  /** Folder, made if need be. Files go to `study0001/series1/image0001.dcm` below it. */
  readonly out: string;
  /** What the instances are; `modality` is replaced by that of the exams. */
  readonly spec: SyntheticSpec;
  readonly exams: readonly Exam[];
  /** Equal seeds give equal files. */
  readonly seed?: number;
  readonly onProgress?: (done: number, total: number) => void;
  /** Ends it after the file under way. */
  readonly interrupted?: AbortSignal;
}

export interface Generated {
  readonly files: number;
  readonly bytes: number;
}

/**
 * Generates files. A file is complete or not there: it is written under a temporary name first.
 *
 * @throws DataError `DATA_BAD_OPTION`, `DATA_UNSUPPORTED`, `DATA_FILE`
 */
export async function generateFiles(request: GenerateRequest): Promise<Generated> {
  const syntax = transferSyntaxUid(request.spec.transferSyntax ?? 'explicit');
  if (syntax !== null && needsCodecs(syntax)) await initializeCodecs();
  const run = String(request.seed ?? 1)
    .padStart(15, '0')
    .slice(-15);
  const total = request.exams.reduce(
    (sum, exam) => sum + exam.series.reduce((a, b) => a + b, 0),
    0,
  );
  const prototypes = new Map<string, readonly Prototype[]>();
  let files = 0;
  let bytes = 0;
  for (const [study, exam] of request.exams.entries()) {
    const members = prototypesOf(prototypes, request, exam.modality);
    for (const [series, images] of exam.series.entries()) {
      const folder = join(request.out, `study${pad(study + 1)}`, `series${series + 1}`);
      makeFolder(folder);
      for (let image = 1; image <= images; image++) {
        if (request.interrupted?.aborted === true) return { files, bytes };
        const prototype = members[(image - 1) % members.length];
        if (prototype === undefined) continue;
        const identity = { study, member: memberNumber(series + 1, image) };
        const path = join(folder, `image${pad(image)}.dcm`);
        bytes += await writeInstance(path, prototype, identity, run);
        files++;
        request.onProgress?.(files, total);
      }
    }
  }
  return { files, bytes };
}

function pad(n: number): string {
  return String(n).padStart(4, '0');
}

function prototypesOf(
  known: Map<string, readonly Prototype[]>,
  request: GenerateRequest,
  modality: string,
): readonly Prototype[] {
  let members = known.get(modality);
  if (members === undefined) {
    const spec = { ...request.spec, modality, seed: request.seed ?? request.spec.seed ?? 1 };
    members = new Pool(syntheticPool(spec, { id: 0, key: modality }, 'none')).members;
    known.set(modality, members);
  }
  return members;
}

/** One examination to write. */
export interface Exam {
  readonly modality: string;
  /** Images of each series. */
  readonly series: readonly number[];
}

/** Writes one instance with an identity; returns the length of the file. */
export async function writeInstance(
  path: string,
  prototype: Prototype,
  identity: Identity,
  run: string,
): Promise<number> {
  const { sopClass, transferSyntax } = prototype.share;
  const meta = fileMeta(sopClass, sopUid(run, identity.study, identity.member), transferSyntax);
  const pieces = [meta, ...piecesOf(prototype, identity, run)];
  const temporary = `${path}.part`;
  const file = await open(temporary, 'w').catch((error: unknown) => {
    throw cannotWrite(path, error);
  });
  let bytes = 0;
  try {
    for (const piece of pieces) {
      await file.writev([piece]);
      bytes += piece.length;
    }
    await file.close();
    await rename(temporary, path);
  } catch (error) {
    await file.close().catch(() => undefined); // why: the first error is the one to tell
    await rm(temporary, { force: true });
    throw cannotWrite(path, error);
  }
  return bytes;
}

function cannotWrite(path: string, error: unknown): unknown {
  const code = errorCode(error);
  if (error instanceof DataError || !/^E[A-Z]+$/.test(code)) return error;
  return new DataError(
    'DATA_FILE',
    `${path}: cannot be written (${code})`,
    'name a folder that you may write to, with room for the files',
  );
}

/** The data set of a prototype under an identity, in pieces; tiles are repeated, not copied. */
export function* piecesOf(
  prototype: Prototype,
  identity: Identity,
  run: string,
): Generator<Buffer> {
  const { share, tile } = prototype;
  const template = prototype.template(run);
  const header = Buffer.from(template.header);
  for (let i = 0; i < template.slots.length; i += 3) {
    putSlot(header, template.slots[i + 1] ?? 0, template.slots[i] ?? 0, identity);
  }
  if (encodingOf(share.transferSyntax).deflated) {
    yield deflateDataset(header);
    return;
  }
  yield header;
  if (tile === null) {
    yield prototype.read().subarray(share.headerBytes);
    return;
  }
  for (let left = share.datasetBytes - share.headerBytes; left > 0; left -= tile.length) {
    yield left >= tile.length ? tile : tile.subarray(0, left);
  }
}
