// A worker's view of a pool: buffers over the shared segments, headers ready for fresh identities.
import { constants } from 'node:buffer';
import { readSync, openSync, closeSync } from 'node:fs';
import { EditRecipe } from '../edit/edit-recipe.ts';
import type { EditShape } from '../edit/edit-shape.ts';
import { type CompiledEdits, compileEdits } from '../edit/edits.ts';
import { DataError } from '../element/data-error.ts';
import { findElement, indexDataset } from '../element/element-index.ts';
import { patchHeader } from '../edit/header-patch.ts';
import { inflateDataset } from '../element/deflate.ts';
import {
  accessionNumber,
  frameOfReferenceMember,
  frameOfReferenceUid,
  instanceOf,
  memberNumber,
  patientId,
  putId,
  putSix,
  putUid,
  seriesMember,
  seriesOf,
  seriesUid,
  sopUid,
  studyUid,
  type Identity,
} from './identity.ts';
import { type PoolShare, type PrototypeShare, prototypeNumber, SlotField } from './share.ts';
import { encodingOf, TransferSyntax } from '../element/transfer-syntax.ts';

/** Tags of the slots, in the order of `SlotField`. */
export const SLOT_TAGS: readonly number[] = [
  0x00080018, 0x0020000d, 0x0020000e, 0x00100020, 0x00080050, 0x00200013, 0x00200052, 0x00200011,
];

/** A header whose identity values have their fixed width, so that digits are written in place. */
export interface Template {
  /** Up to the pixel data value; the whole inflated data set when deflated. */
  readonly header: Buffer;
  /** [field, offset, length, …] in order of offset. */
  readonly slots: readonly number[];
}

/** One instance of a pool, as one thread sees it. */
export class Prototype {
  readonly share: PrototypeShare;
  /** Number of the prototype in the run. */
  readonly number: number;
  /** Header bytes as they are (a view of shared memory: never write). */
  readonly header: Buffer;
  /** The whole data set, when it is in memory; null for files and generated tiles. */
  readonly dataset: Buffer | null;
  /** The bytes that a generated value repeats; null for any other. */
  readonly tile: Buffer | null;
  /** For whoever keeps framed images of it. */
  readonly images: Map<object | null, unknown> = new Map();
  #template: Template | null = null;
  #templateRun = '';

  constructor(share: PrototypeShare, number: number, segments: readonly Buffer[]) {
    this.share = share;
    this.number = number;
    const at = share.location;
    const segment = segments[at.segment];
    if (segment === undefined) throw new RangeError(`${share.origin}: no segment ${at.segment}`);
    this.header = segment.subarray(at.offset, at.offset + share.headerBytes);
    this.dataset =
      at.kind === 'memory' ? segment.subarray(at.offset, at.offset + share.datasetBytes) : null;
    this.tile =
      at.kind === 'tiled' ? segment.subarray(at.tileOffset, at.tileOffset + at.tileBytes) : null;
  }

  /** The header for fresh identities of a run; made once. */
  template(run: string): Template {
    if (this.#template === null || this.#templateRun !== run) {
      this.#template = makeTemplate(this, run);
      this.#templateRun = run;
    }
    return this.#template;
  }

  /** The header for fresh identities with edits; an edited identity value stays as edited. */
  editedTemplate(run: string, edits: CompiledEdits): Template {
    const syntax = encodingOf(this.share.transferSyntax).deflated
      ? EXPLICIT_LE
      : this.share.transferSyntax;
    const header = patchHeader(this.template(run).header, syntax, edits);
    return { header, slots: slotsOf(header, syntax, edits.tags) };
  }

  /**
   * The header compiled for edits of a shape; not for deflated data sets.
   *
   * @param run for fresh identities; null keeps the identity of the instance
   * @throws DataError, RangeError where its edits cannot be compiled
   */
  recipe(run: string | null, shape: EditShape): EditRecipe {
    const { transferSyntax } = this.share;
    const { compiled } = shape;
    if (run === null) return new EditRecipe(this.editedHeader(compiled), transferSyntax, shape, []);
    const { header, slots } = this.editedTemplate(run, compiled);
    return new EditRecipe(header, transferSyntax, shape, slots);
  }

  /** The header with edits and its own identity. */
  editedHeader(edits: CompiledEdits): Buffer {
    const { transferSyntax } = this.share;
    if (!encodingOf(transferSyntax).deflated)
      return patchHeader(this.header, transferSyntax, edits);
    return patchHeader(inflateDataset(this.header), EXPLICIT_LE, edits);
  }

  /** The first byte of the pixel data value of an instance on disk. */
  firstValueByte(): Buffer {
    const { location, headerBytes } = this.share;
    const byte = Buffer.alloc(1);
    if (location.kind === 'file') readRange(location.path, location.fileOffset + headerBytes, byte);
    return byte;
  }

  /** All of the data set, read from disk or repeated from its tile where need be. */
  read(): Buffer {
    const { location, datasetBytes, origin } = this.share;
    if (this.dataset !== null) return this.dataset;
    if (datasetBytes > constants.MAX_LENGTH) {
      throw new DataError(
        'DATA_UNSUPPORTED',
        `${origin}: ${datasetBytes} bytes do not fit in memory`,
      );
    }
    const bytes = Buffer.allocUnsafe(datasetBytes);
    if (location.kind === 'file') {
      readRange(location.path, location.fileOffset, bytes);
      return bytes;
    }
    this.header.copy(bytes);
    if (this.tile !== null) bytes.fill(this.tile, this.header.length);
    return bytes;
  }
}

const EXPLICIT_LE = TransferSyntax.EXPLICIT_LE;

function readRange(path: string, offset: number, target: Buffer): void {
  const file = openSync(path, 'r');
  try {
    for (let at = 0; at < target.length;) {
      const n = readSync(file, target, at, Math.min(target.length - at, 2 ** 30), offset + at);
      if (n === 0) throw new DataError('DATA_FILE', `${path}: is shorter than it was at init`);
      at += n;
    }
  } finally {
    closeSync(file);
  }
}

function makeTemplate(prototype: Prototype, run: string): Template {
  const { transferSyntax } = prototype.share;
  const encoding = encodingOf(transferSyntax);
  const plain = encoding.deflated ? inflateDataset(prototype.header) : prototype.header;
  const syntax = encoding.deflated ? EXPLICIT_LE : transferSyntax;
  const present = new Set(indexDataset(plain, encodingOf(syntax), true).elements.map((e) => e.tag));
  const header = patchHeader(plain, syntax, identityEdits(run, present));
  return { header, slots: slotsOf(header, syntax) };
}

/** Identity values of the right width; numbers and frame of reference only where they are. */
function identityEdits(run: string, present: ReadonlySet<number>): CompiledEdits {
  const optional: Record<string, string> = {};
  if (present.has(0x00200013)) optional['00200013'] = '000001';
  if (present.has(0x00200011)) optional['00200011'] = '000001';
  if (present.has(0x00200052)) optional['00200052'] = frameOfReferenceUid(run, 0, 1);
  return compileEdits({
    '00080018': sopUid(run, 0, memberNumber(1, 1)),
    '0020000d': studyUid(run, 0),
    '0020000e': seriesUid(run, 0, 1),
    '00100020': patientId(run, 0),
    '00080050': accessionNumber(run, 0),
    ...optional,
  });
}

/**
 * Where the identity values of a header are, as [field, offset, length, …].
 *
 * @param except tags to leave out
 */
export function slotsOf(
  header: Buffer,
  transferSyntax: string,
  except: ReadonlySet<number> = new Set(),
): number[] {
  const { elements } = indexDataset(header, encodingOf(transferSyntax), true);
  const slots: [number, number, number][] = [];
  SLOT_TAGS.forEach((tag, field) => {
    const element = except.has(tag) ? null : findElement(elements, tag);
    if (element !== null) slots.push([field, element.valueOffset, element.length]);
  });
  return slots.sort((a, b) => a[1] - b[1]).flat();
}

/**
 * Writes the digits of an identity into one slot whose prefix is there.
 *
 * @param at where the value starts in `target`
 */
export function putSlot(target: Uint8Array, at: number, field: number, identity: Identity): void {
  const { study, member } = identity;
  switch (field) {
    case SlotField.SOP_INSTANCE_UID:
      putUid(target, at, study, member);
      break;
    case SlotField.STUDY_INSTANCE_UID:
      putUid(target, at, study, 0);
      break;
    case SlotField.SERIES_INSTANCE_UID:
      putUid(target, at, study, seriesMember(member));
      break;
    case SlotField.PATIENT_ID:
      putId(target, at, identity.patient ?? study);
      break;
    case SlotField.ACCESSION_NUMBER:
      putId(target, at, study);
      break;
    case SlotField.INSTANCE_NUMBER:
      putSix(target, at, instanceOf(member));
      break;
    case SlotField.SERIES_NUMBER:
      putSix(target, at, seriesOf(member));
      break;
    case SlotField.FRAME_OF_REFERENCE_UID:
      putUid(target, at, study, frameOfReferenceMember(member));
      break;
  }
}

/** A pool, as one thread sees it. */
export class Pool {
  readonly share: PoolShare;
  readonly members: readonly Prototype[];

  constructor(share: PoolShare) {
    this.share = share;
    const segments = share.segments.map((segment) => Buffer.from(segment));
    this.members = share.members.map(
      (member, i) => new Prototype(member, prototypeNumber(share.id, i), segments),
    );
  }
}
