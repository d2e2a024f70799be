// Edits of a store: the image they give, and the UIDs that no longer follow from its numbers.
import type { StoreCall } from '../../../api/bridge.ts';
import { type CompiledEdits, compileEdits, type Edits, isTyped } from '../../dicom/edit/edits.ts';
import { EditShapes } from '../../dicom/edit/edit-shape.ts';
import type { Identity } from '../../dicom/pool/identity.ts';
import type { Prototype } from '../../dicom/pool/prototype.ts';
import type { StoreChannel, StoreImages } from '../../dicom/scu/store-image.ts';
import type { Outgoing } from '../../dicom/ul/outgoing.ts';
import type { DeliveryPort } from './delivery.ts';
import type { OwnUids } from '../observe/ledger.ts';

const MAX_COMPILED = 10_000;

/** What is sent, before its edits. */
interface Sent {
  readonly prototype: Prototype;
  /** Null where it keeps its own. */
  readonly identity: Identity | null;
  readonly channel: StoreChannel;
}

/** Edited images; what the edits of one place in a script have in common is compiled once. */
export class StoreEdits {
  readonly #compiledEdits = new Map<string, CompiledEdits>();
  readonly #shapes = new EditShapes();

  /** @throws DataError `DATA_*` where the edits do not fit the data set */
  image(images: StoreImages, { prototype, identity, channel }: Sent, edits: Edits): Outgoing {
    const shaped = this.#shapes.of(edits);
    const image =
      shaped === null ? null : images.prepareShaped(prototype, identity, shaped, channel);
    return image ?? images.prepare(prototype, identity, this.#compiled(edits), channel);
  }

  #compiled(edits: Edits): CompiledEdits {
    const key = JSON.stringify(edits);
    let compiled = this.#compiledEdits.get(key);
    if (compiled === undefined) {
      compiled = compileEdits(edits);
      if (this.#compiledEdits.size > MAX_COMPILED) this.#compiledEdits.clear();
      this.#compiledEdits.set(key, compiled);
    }
    return compiled;
  }
}

/** UIDs that do not follow from the numbers of a store; null where they do. */
export function ownUids(
  { share }: Prototype,
  call: StoreCall,
  numbers: Pick<DeliveryPort, 'uidOf' | 'studyUidOf'>,
): OwnUids | null {
  const fresh = call.asIs !== true;
  const own = textOf(call.edits?.['SOPInstanceUID']);
  const ownStudy = textOf(call.edits?.['StudyInstanceUID']);
  if (fresh && own === null && ownStudy === null) return null;
  const uid = fresh ? numbers.uidOf(call) : share.sopInstance;
  const study = fresh ? numbers.studyUidOf(call) : share.studyUid;
  return { uid: own ?? uid, studyUid: ownStudy ?? study };
}

function textOf(value: unknown): string | null {
  const text = isTyped(value) ? value.value : value;
  return typeof text === 'string' ? text : null;
}
