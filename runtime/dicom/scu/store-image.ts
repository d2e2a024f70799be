// C-STORE requests as wire images: one buffer per (instance, context, peer's maximum PDU), framed
// once; identity digits and Message ID are patched in place, so that a send is one write.
import { DataError } from '../element/data-error.ts';
import type { EditShape, SlotValue } from '../edit/edit-shape.ts';
import type { CompiledEdits } from '../edit/edits.ts';
import { deflateDataset } from '../element/deflate.ts';
import { type Identity, sopUid } from '../pool/identity.ts';
import { padOddDataset } from '../element/pad-odd.ts';
import { type Prototype, slotsOf, type Template } from '../pool/prototype.ts';
import { encodingOf } from '../element/transfer-syntax.ts';
import type { Outgoing, PayloadSource } from '../ul/outgoing.ts';
import { EditedImages } from './edited-images.ts';
import { type FramableBase, MAX_ONE_TIME_BYTES, oddBytes, withTemplate } from './framable.ts';
import { ImageCache } from './image-cache.ts';
import { type FileRange, FileSource, type PayloadPlan, SliceSource } from './payload-sources.ts';
import {
  type Framable,
  ImageState,
  makeImage,
  MAX_IMAGE_BYTES,
  putSlots,
  type StoreChannel,
  type StoreImage,
} from './wire-image.ts';

export type { StoreChannel, StoreImage } from './wire-image.ts';

export const DEFAULT_CACHE_BYTES = 256 * 1024 ** 2;

export interface StoreImagesOptions {
  /** Run number: 15 digits, the root of fresh UIDs. */
  readonly run: string;
  /** Limit of the images kept (bytes, default 256 MB). */
  readonly cacheBytes?: number;
  /**
   * What to do with a data set of odd length: `refuse` (default; DCMTK aborts on it), `pad` its
   * odd values, or `send` it as it is to a peer that is known to take it.
   */
  readonly oddLength?: 'refuse' | 'pad' | 'send';
}

/** The end of a data set that is in a file. */
export interface DatasetTail {
  readonly range: FileRange;
  readonly bytes: number;
}

/** Makes and keeps the images of one worker. */
export class StoreImages {
  readonly run: string;
  readonly cache: ImageCache;
  readonly #oddLength: 'refuse' | 'pad' | 'send';
  readonly #seen = new WeakSet<CompiledEdits>();
  readonly #edited: EditedImages;

  constructor(options: StoreImagesOptions) {
    this.run = options.run;
    this.cache = new ImageCache(options.cacheBytes ?? DEFAULT_CACHE_BYTES);
    this.#oddLength = options.oddLength ?? 'refuse';
    this.#edited = new EditedImages(options.run, this.cache);
  }

  /**
   * A C-STORE-RQ of an instance. It must be sent, or dropped, before the same instance is
   * prepared again for speed, not for safety: an image in use is cloned.
   *
   * @param identity null keeps the identity of the instance (`asIs`)
   * @throws DataError `DATA_ODD_LENGTH`, `DATA_BAD_VALUE`, `DATA_BAD_PATH`, `DATA_MALFORMED`
   */
  prepare(
    prototype: Prototype,
    identity: Identity | null,
    edits: CompiledEdits | null,
    channel: StoreChannel,
  ): Outgoing {
    let image = this.cache.find(prototype, identity !== null, edits, channel);
    if (image === null) image = this.#make(prototype, identity, edits, channel);
    else if (image.state !== ImageState.FREE) image = this.cache.another(image);
    if (identity !== null) image.patch(identity);
    image.state = ImageState.PREPARED;
    return image.outgoing();
  }

  /**
   * The same for edits of a shape, whose values are written into an image of that shape; null where
   * they have to be applied by {@link prepare} (deflated data sets, odd lengths, rare values).
   *
   * @throws DataError `DATA_BAD_VALUE`, `DATA_BAD_PATH`, `DATA_MALFORMED`
   */
  prepareShaped(
    prototype: Prototype,
    identity: Identity | null,
    edits: { readonly shape: EditShape; readonly values: readonly SlotValue[] },
    channel: StoreChannel,
  ): Outgoing | null {
    const { oddLength: odd, transferSyntax } = prototype.share;
    if (odd || encodingOf(transferSyntax).deflated) return null;
    return this.#edited.prepare(prototype, identity, edits, channel);
  }

  /**
   * A C-STORE-RQ of any data set: forwarded, sub-operation of a C-GET or C-MOVE. What is in memory
   * before a `tail` must be of even length.
   */
  frame(
    dataset: Buffer | readonly Buffer[],
    sop: {
      readonly sopClass: string;
      readonly sopInstance: string;
      readonly name?: string;
      /** What follows the bytes in memory. */
      readonly tail?: DatasetTail | null;
    },
    channel: StoreChannel,
  ): Outgoing {
    const parts = Buffer.isBuffer(dataset) ? [dataset] : dataset;
    const { tail = null } = sop;
    const total = parts.reduce((sum, part) => sum + part.length, tail?.bytes ?? 0);
    if (total % 2 === 1 && this.#oddLength !== 'send') throw oddLength(sop.name ?? sop.sopInstance);
    const { sopClass, sopInstance } = sop;
    const common = { sopClass, sopInstance, slots: [], fresh: false };
    if (tail !== null) {
      const rest = (plan: PayloadPlan): PayloadSource => new FileSource(tail.range, plan);
      return makeImage({ ...common, parts, rest, restBytes: tail.bytes }, channel, null).outgoing();
    }
    if (total <= MAX_ONE_TIME_BYTES) {
      return makeImage({ ...common, parts, rest: null, restBytes: 0 }, channel, null).outgoing();
    }
    const rest = (plan: PayloadPlan): PayloadSource => new SliceSource(parts, 0, plan);
    return makeImage({ ...common, parts: [], rest, restBytes: total }, channel, null).outgoing();
  }

  #make(
    prototype: Prototype,
    identity: Identity | null,
    edits: CompiledEdits | null,
    channel: StoreChannel,
  ): StoreImage {
    const keep = this.#worthKeeping(prototype, edits, channel);
    const copyLimit = keep ? MAX_IMAGE_BYTES : MAX_ONE_TIME_BYTES;
    const framable = this.#framable(prototype, identity, edits, copyLimit);
    const sopClass = channel.sopClass ?? framable.sopClass;
    const image = makeImage({ ...framable, sopClass }, channel, identity);
    if (!keep) return image;
    if (image.slots.length === 0 && identity !== null) return image;
    const { contextId, maxPdu } = channel;
    this.cache.add(image, { prototype, fresh: identity !== null, edits, contextId, maxPdu });
    return image;
  }

  /** Edits met for the first time may be met never again: their image is not kept. */
  #worthKeeping(prototype: Prototype, edits: CompiledEdits | null, channel: StoreChannel): boolean {
    if (channel.originator !== undefined) return false;
    if (channel.sopClass !== undefined && channel.sopClass !== prototype.share.sopClass)
      return false;
    if (edits === null || this.#seen.has(edits)) return true;
    this.#seen.add(edits);
    return false;
  }

  #framable(
    prototype: Prototype,
    identity: Identity | null,
    edits: CompiledEdits | null,
    copyLimit: number,
  ): Framable {
    const { share } = prototype;
    const fresh = identity !== null;
    const sopInstance =
      identity === null ? share.sopInstance : sopUid(this.run, identity.study, identity.member);
    const base = {
      sopClass: share.sopClass,
      sopInstance,
      fresh,
      rest: null,
      restBytes: 0,
      copyLimit,
    };
    if (!fresh && edits === null && !(share.oddLength && this.#oddLength === 'pad')) {
      return this.#checked(share.origin, asIs(prototype, base));
    }
    if (encodingOf(share.transferSyntax).deflated) {
      const plain = this.#template(prototype, fresh, edits);
      if (identity !== null) putSlots([plain.header], plain.slots, identity);
      const uid = editedUid(plain.header, edits) ?? sopInstance;
      const parts = [deflateDataset(plain.header)];
      return { ...base, sopInstance: uid, parts, slots: [], fresh: false };
    }
    const template = this.#template(prototype, fresh, edits);
    const uid = editedUid(template.header, edits);
    const named = uid === null ? base : { ...base, sopInstance: uid, fresh: false };
    const framable = withTemplate(prototype, template, named);
    if (oddBytes(framable) && this.#oddLength === 'pad') return padded(prototype, template, named);
    return this.#checked(share.origin, framable);
  }

  #template(prototype: Prototype, fresh: boolean, edits: CompiledEdits | null): Template {
    if (fresh) {
      if (edits === null) return copyOf(prototype.template(this.run));
      return prototype.editedTemplate(this.run, edits);
    }
    const header = edits === null ? prototype.header : prototype.editedHeader(edits);
    return { header, slots: [] };
  }

  #checked(origin: string, framable: Framable): Framable {
    if (oddBytes(framable) && this.#oddLength !== 'send') throw oddLength(origin);
    return framable;
  }
}

/** Slots are patched before framing (deflated, tiny PDUs): never in the shared template. */
function copyOf(template: Template): Template {
  return { header: Buffer.from(template.header), slots: template.slots };
}

function oddLength(name: string): DataError {
  return new DataError(
    'DATA_ODD_LENGTH',
    `${name}: the data set has an odd number of bytes, which many peers abort on (PS3.5 §7.1.1)`,
    'ask for padOdd to pad its odd values, or leave the file out',
  );
}

/** The SOP Instance UID that edits gave, null when they gave none. */
function editedUid(header: Buffer, edits: CompiledEdits | null): string | null {
  if (edits === null) return null;
  const node = edits.level.find((one) => one.tag === 0x00080018);
  if (node === undefined || node.kind !== 'set' || header.length === 0) return null;
  return String(node.value);
}

function asIs(prototype: Prototype, base: FramableBase): Framable {
  return withTemplate(prototype, { header: prototype.header, slots: [] }, base);
}

/** With `oddLength: 'pad'`: all of the data set in memory, its odd values padded. */
function padded(prototype: Prototype, template: Template, base: FramableBase): Framable {
  const { share } = prototype;
  const whole = Buffer.concat([template.header, prototype.read().subarray(share.headerBytes)]);
  const bytes = padOddDataset(whole, share.transferSyntax);
  const fields = new Set(template.slots.filter((_, i) => i % 3 === 0));
  const slots = fields.size === 0 ? [] : slotsOf(bytes, share.transferSyntax);
  const kept: number[] = [];
  for (let i = 0; i < slots.length; i += 3) {
    if (fields.has(slots[i] ?? -1)) kept.push(...slots.slice(i, i + 3));
  }
  return { ...base, parts: [bytes], slots: kept };
}
