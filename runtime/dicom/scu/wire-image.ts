// A C-STORE request framed for one context and maximum PDU, its identity digits patched in place.
import type { Identity } from '../pool/identity.ts';
import { type Prototype, putSlot } from '../pool/prototype.ts';
import { SlotField } from '../pool/share.ts';
import { CommandField } from '../dimse/elements.ts';
import type { Outgoing, PayloadSource } from '../ul/outgoing.ts';
import {
  FRAGMENT_HEADER_BYTES,
  fragmentLimit,
  frameInto,
  framedOffset,
  planFragments,
} from './fragments.ts';
import { framedLength, type PayloadPlan } from './payload-sources.ts';
import { type MoveOriginator, type StoreCommand, storeCommand } from './store-command.ts';

/** Larger data sets are not copied into an image (bytes). */
export const MAX_IMAGE_BYTES = 4 * 1024 ** 2;

/** Where a store goes: an accepted presentation context and the peer's maximum PDU length. */
export interface StoreChannel {
  readonly contextId: number;
  /** 0 = unlimited. */
  readonly maxPdu: number;
  /** Affected SOP Class UID, when it is not that of the instance. */
  readonly sopClass?: string;
  readonly originator?: MoveOriginator;
}

/** States of an image: who may write to its buffer. */
export const ImageState = { FREE: 0, PREPARED: 1, SPENT: 2 } as const;

/** A framed C-STORE-RQ: all in one buffer, or up to what a source gives anew for every send. */
export class StoreImage implements Outgoing {
  readonly head: Buffer;
  readonly messageIdOffset: number;
  readonly commandField = CommandField.C_STORE_RQ;
  /** Always null: what has more to send goes out as {@link outgoing}. */
  readonly body = null;
  readonly source: (() => PayloadSource) | null;
  readonly bytes: number;
  /** [field, offset in head, …]; digits go there. */
  readonly slots: readonly number[];
  state: number = ImageState.FREE;
  /** Neighbours in the cache, by last use. */
  newer: StoreImage | null = null;
  older: StoreImage | null = null;
  key: ImageKey | null = null;
  /** Another of the same was still with a socket when this one was made. */
  twin = false;

  constructor(head: Buffer, parts: ImageParts) {
    this.head = head;
    this.messageIdOffset = parts.messageIdOffset;
    this.slots = parts.slots;
    this.source = parts.source;
    this.bytes = head.length + parts.sourceBytes;
  }

  /** The message of one send; it needs {@link written} before the image may be patched again. */
  outgoing(): Outgoing {
    return this.source === null ? this : new SourcedMessage(this, this.source());
  }

  /** See `Outgoing`: what was taken may be patched again, anything else is left to the socket. */
  written(taken: boolean): void {
    this.state = taken ? ImageState.FREE : ImageState.SPENT;
  }

  left(): void {
    if (this.state === ImageState.SPENT) this.state = ImageState.FREE;
  }

  /** Writes the digits of an identity. */
  patch(identity: Identity): void {
    const { slots, head } = this;
    for (let i = 0; i < slots.length; i += 2) {
      putSlot(head, slots[i + 1] ?? 0, slots[i] ?? 0, identity);
    }
  }

  clone(): StoreImage {
    const { messageIdOffset, slots, source } = this;
    const copy = Buffer.from(this.head);
    const sourceBytes = this.bytes - copy.length;
    return new StoreImage(copy, { messageIdOffset, slots, source, sourceBytes });
  }
}

/** One send of an image whose data set does not end with it. */
class SourcedMessage implements Outgoing {
  readonly head: Buffer;
  readonly messageIdOffset: number;
  readonly commandField = CommandField.C_STORE_RQ;
  readonly body: PayloadSource;
  readonly bytes: number;
  readonly #image: StoreImage;

  constructor(image: StoreImage, body: PayloadSource) {
    this.head = image.head;
    this.messageIdOffset = image.messageIdOffset;
    this.bytes = image.bytes;
    this.body = body;
    this.#image = image;
  }

  written(taken: boolean): void {
    this.#image.written(taken);
  }

  left(): void {
    this.#image.left();
  }
}

export interface ImageParts {
  readonly messageIdOffset: number;
  readonly slots: readonly number[];
  readonly source: (() => PayloadSource) | null;
  readonly sourceBytes: number;
}

/** What an image in the cache was made for. */
export interface ImageKey {
  /** The cache it is in: a prototype may serve several. */
  readonly owner: object;
  readonly prototype: Prototype;
  readonly fresh: boolean;
  /** What stands for its edits, null when it has none. */
  readonly edits: object | null;
  readonly contextId: number;
  readonly maxPdu: number;
}

/** A data set to be framed: bytes in memory, then perhaps more through a source. */
export interface Framable {
  readonly sopClass: string;
  readonly sopInstance: string;
  readonly parts: readonly Buffer[];
  /** [field, offset, length, …] in the parts. */
  readonly slots: readonly number[];
  /** The SOP Instance UID of the command follows the identity too. */
  readonly fresh: boolean;
  /** Field of the SOP Instance UID of the command, when it follows something else. */
  readonly uidField?: number;
  readonly rest: ((plan: PayloadPlan) => PayloadSource) | null;
  readonly restBytes: number;
}

/** Frames command and data set into one buffer; what is left goes through its source. */
export function makeImage(
  framable: Framable,
  channel: StoreChannel,
  identity: Identity | null,
): StoreImage {
  const limit = fragmentLimit(channel.maxPdu);
  const { sopClass, sopInstance, restBytes } = framable;
  const command = storeCommand(sopClass, sopInstance, channel.originator);
  const slots = planSlots(command, framable, limit);
  const { parts } = framable;
  if (slots === null && identity !== null) putSlots(parts, framable.slots, identity);
  const total = parts.reduce((sum, part) => sum + part.length, 0);
  const commandEnds = planFragments(command.bytes.length, limit, slots?.command ?? []) ?? [];
  const dataEnds = planFragments(total, limit, slots?.data ?? []) ?? [];
  const commandBytes = command.bytes.length + commandEnds.length * FRAGMENT_HEADER_BYTES;
  const hasHead = total > 0 || restBytes === 0;
  const headBytes = hasHead ? total + dataEnds.length * FRAGMENT_HEADER_BYTES : 0;
  const head = Buffer.allocUnsafeSlow(commandBytes + headBytes);
  const { contextId } = channel;
  const commandFraming = { ends: commandEnds, contextId, command: true, complete: true };
  frameInto(head, 0, [command.bytes], commandFraming);
  if (hasHead) {
    const complete = restBytes === 0;
    frameInto(head, commandBytes, parts, { ends: dataEnds, contextId, command: false, complete });
  }
  const framedSlots: number[] = [];
  const uidField = uidFieldOf(framable);
  if (slots !== null && uidField !== null) {
    framedSlots.push(uidField, framedOffset(commandEnds, command.sopInstanceAt));
  }
  pushFramed(framedSlots, slots?.data ?? [], dataEnds, commandBytes);
  const plan = { contextId, limit, length: restBytes };
  const { rest } = framable;
  return new StoreImage(head, {
    messageIdOffset: framedOffset(commandEnds, command.messageIdAt),
    slots: framedSlots,
    source: rest === null ? null : (): PayloadSource => rest(plan),
    sourceBytes: restBytes === 0 ? 0 : framedLength(plan),
  });
}

function uidFieldOf(framable: Framable): number | null {
  return framable.uidField ?? (framable.fresh ? SlotField.SOP_INSTANCE_UID : null);
}

/** Adds slots of the data set as [field, offset in the image, …]. */
function pushFramed(
  to: number[],
  slots: readonly number[],
  ends: readonly number[],
  base: number,
): void {
  for (let i = 0; i < slots.length; i += 3) {
    to.push(slots[i] ?? 0, base + framedOffset(ends, slots[i + 1] ?? 0));
  }
}

interface PlannedSlots {
  readonly command: readonly number[];
  readonly data: readonly number[];
}

/** The slots that framing must not cut; null when the peer's PDUs are too small for one of them. */
function planSlots(command: StoreCommand, framable: Framable, limit: number): PlannedSlots | null {
  const { sopInstanceAt, sopInstanceLength } = command;
  const uidField = uidFieldOf(framable);
  const commandSlots = uidField === null ? [] : [uidField, sopInstanceAt, sopInstanceLength];
  const total = framable.parts.reduce((sum, part) => sum + part.length, 0);
  const fits =
    planFragments(command.bytes.length, limit, commandSlots) !== null &&
    planFragments(total, limit, framable.slots) !== null;
  return fits ? { command: commandSlots, data: framable.slots } : null;
}

/** Writes an identity before framing: the header is the first part and is private to the caller. */
export function putSlots(
  parts: readonly Buffer[],
  slots: readonly number[],
  identity: Identity,
): void {
  const [header] = parts;
  if (header === undefined) return;
  for (let i = 0; i < slots.length; i += 3) {
    putSlot(header, slots[i + 1] ?? 0, slots[i] ?? 0, identity);
  }
}
