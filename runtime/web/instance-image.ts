// Instances as parts of a STOW-RS request: one small head each, with the identity's digits patched in
// place, and the pixel data as it lies in memory or on disk. Pixel data is never copied.
import { open } from 'node:fs/promises';
import type { CompiledEdits } from '../dicom/edit/edits.ts';
import { deflateDataset } from '../dicom/element/deflate.ts';
import { encodingOf } from '../dicom/element/transfer-syntax.ts';
import { fileMeta } from '../dicom/file/part10.ts';
import { type Identity, sopUid } from '../dicom/pool/identity.ts';
import { type Prototype, putSlot, type Template } from '../dicom/pool/prototype.ts';
import { SlotField } from '../dicom/pool/share.ts';
import { partHead } from './multipart-writer.ts';

/** What is sent of one prototype. */
export interface InstanceSpec {
  readonly prototype: Prototype;
  /** Null keeps its own. */
  readonly identity: Identity | null;
  readonly edits: CompiledEdits | null;
}

/** Bytes of one part: those in memory, then a range of a file. */
export interface PartBytes {
  readonly pieces: readonly Buffer[];
  readonly file: { readonly path: string; readonly offset: number; readonly bytes: number } | null;
  readonly bytes: number;
}

/** Head of a fresh instance without edits: boundary, Part 10 meta, header; copied for every send. */
interface KnownHead {
  readonly head: Buffer;
  /** [field, offset, …] in the head. */
  readonly slots: readonly number[];
}

const FILE_BLOCK_BYTES = 1024 ** 2;
/** Slices of a tile in one part of the body: larger values repeat a block of that size. */
const TILE_BLOCK_BYTES = 1024 ** 2;

export class InstanceImages {
  readonly #run: string;
  readonly #partHead: Buffer;
  readonly #known = new WeakMap<Prototype, KnownHead>();
  readonly #blocks = new WeakMap<Prototype, Buffer>();

  constructor(run: string, boundary: string) {
    this.#run = run;
    // Without a parameter for the transfer syntax: the meta says it, and Orthanc 1.10 drops parts with
    // one, and answers 200 all the same.
    this.#partHead = partHead(boundary, 'application/dicom');
  }

  /** @throws DataError where edits do not fit the data set */
  part({ prototype, identity, edits }: InstanceSpec): PartBytes {
    const { share } = prototype;
    if (identity === null && edits === null) {
      const meta = fileMeta(share.sopClass, share.sopInstance, share.transferSyntax);
      return this.#withValue(prototype, Buffer.concat([this.#partHead, meta, prototype.header]));
    }
    if (encodingOf(share.transferSyntax).deflated)
      return this.#deflated(prototype, identity, edits);
    if (edits !== null) return this.#edited(prototype, identity, edits);
    const known = this.#knownHead(prototype);
    const head = Buffer.from(known.head);
    if (identity !== null) patch(head, known.slots, identity);
    return this.#withValue(prototype, head);
  }

  #knownHead(prototype: Prototype): KnownHead {
    let known = this.#known.get(prototype);
    if (known === undefined) {
      known = this.#withMeta(prototype, prototype.template(this.#run), sopUid(this.#run, 0, 0));
      this.#known.set(prototype, known);
    }
    return known;
  }

  /** Boundary and meta before a header; slots of the header and of the meta's UID. */
  #withMeta({ share }: Prototype, template: Template, uid: string, fresh = true): KnownHead {
    const before = this.#partHead;
    const meta = fileMeta(share.sopClass, uid, share.transferSyntax);
    const at = before.length + meta.length;
    const slots: number[] = [];
    if (fresh)
      slots.push(SlotField.SOP_INSTANCE_UID, before.length + meta.indexOf(uid, 0, 'latin1'));
    for (let i = 0; i + 2 < template.slots.length; i += 3) {
      slots.push(template.slots[i] ?? 0, at + (template.slots[i + 1] ?? 0));
    }
    return { head: Buffer.concat([before, meta, template.header]), slots };
  }

  #edited(prototype: Prototype, identity: Identity | null, edits: CompiledEdits): PartBytes {
    const template =
      identity === null
        ? { header: prototype.editedHeader(edits), slots: [] }
        : prototype.editedTemplate(this.#run, edits);
    const own = editedUid(edits);
    const { sopInstance } = prototype.share;
    const uid = own ?? (identity === null ? sopInstance : sopUid(this.#run, 0, 0));
    const fresh = own === null && identity !== null;
    const { head, slots } = this.#withMeta(prototype, template, uid, fresh);
    if (identity !== null) patch(head, slots, identity);
    return this.#withValue(prototype, head);
  }

  #deflated(
    prototype: Prototype,
    identity: Identity | null,
    edits: CompiledEdits | null,
  ): PartBytes {
    const { share } = prototype;
    const template = this.#plain(prototype, identity !== null, edits);
    const header = Buffer.from(template.header);
    if (identity !== null) {
      for (let i = 0; i + 2 < template.slots.length; i += 3) {
        putSlot(header, template.slots[i + 1] ?? 0, template.slots[i] ?? -1, identity);
      }
    }
    const fresh =
      identity === null ? share.sopInstance : sopUid(this.#run, identity.study, identity.member);
    const uid = (edits === null ? null : editedUid(edits)) ?? fresh;
    const meta = fileMeta(share.sopClass, uid, share.transferSyntax);
    const head = Buffer.concat([this.#partHead, meta, deflateDataset(header)]);
    return { pieces: [head], file: null, bytes: head.length };
  }

  #plain(prototype: Prototype, fresh: boolean, edits: CompiledEdits | null): Template {
    if (edits === null) return prototype.template(this.#run);
    if (fresh) return prototype.editedTemplate(this.#run, edits);
    return { header: prototype.editedHeader(edits), slots: [] };
  }

  /** The pixel data value behind a head, from wherever it is. */
  #withValue(prototype: Prototype, head: Buffer): PartBytes {
    const { share, dataset } = prototype;
    const value = share.datasetBytes - share.headerBytes;
    const bytes = head.length + value;
    if (value === 0) return { pieces: [head], file: null, bytes };
    if (dataset !== null) {
      return { pieces: [head, dataset.subarray(share.headerBytes)], file: null, bytes };
    }
    const { location } = share;
    if (location.kind === 'file') {
      const offset = location.fileOffset + share.headerBytes;
      return { pieces: [head], file: { path: location.path, offset, bytes: value }, bytes };
    }
    return { pieces: [head, ...this.#repeated(prototype, value)], file: null, bytes };
  }

  /** A generated value: blocks of whole tiles, the same memory again and again. */
  #repeated(prototype: Prototype, value: number): Buffer[] {
    const { tile, share } = prototype;
    if (tile === null) throw new RangeError(`${share.origin}: has no bytes`);
    let block = this.#blocks.get(prototype);
    if (block === undefined) {
      const times = Math.max(1, Math.floor(Math.min(TILE_BLOCK_BYTES, value) / tile.length));
      block = times === 1 ? tile : Buffer.alloc(times * tile.length, tile);
      this.#blocks.set(prototype, block);
    }
    const pieces: Buffer[] = [];
    for (let left = value; left > 0; left -= block.length) {
      pieces.push(left >= block.length ? block : block.subarray(0, left));
    }
    return pieces;
  }
}

function patch(head: Buffer, slots: readonly number[], identity: Identity): void {
  for (let i = 0; i + 1 < slots.length; i += 2) {
    putSlot(head, slots[i + 1] ?? 0, slots[i] ?? -1, identity);
  }
}

/** The SOP Instance UID that edits give, null when they give none. */
function editedUid(edits: CompiledEdits): string | null {
  const node = edits.level.find((one) => one.tag === 0x00080018);
  return node === undefined || node.kind !== 'set' ? null : String(node.value);
}

/** All bytes of a body in turn; a file is read a block at a time. */
export async function* bodyPieces(
  parts: readonly PartBytes[],
  end: Buffer,
): AsyncGenerator<Buffer, void, undefined> {
  for (const { pieces, file } of parts) {
    yield* pieces;
    if (file === null) continue;
    const handle = await open(file.path, 'r');
    try {
      for (let done = 0; done < file.bytes;) {
        const block = Buffer.allocUnsafe(Math.min(FILE_BLOCK_BYTES, file.bytes - done));
        const { bytesRead } = await handle.read(block, 0, block.length, file.offset + done);
        if (bytesRead === 0) throw new RangeError(`${file.path}: is shorter than it was at init`);
        done += bytesRead;
        yield block.subarray(0, bytesRead);
      }
    } finally {
      await handle.close();
    }
  }
  yield end;
}
