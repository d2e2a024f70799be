// What the archive holds as instances that C-MOVE and C-GET can send: as they came wherever the peer
// takes that, else with the same values in another encoding.
import { TransferSyntax } from '../../dicom/element/transfer-syntax.ts';
import { codecsLoaded, initializeCodecs, isLossy, needsCodecs } from '../../dicom/pixels/codecs.ts';
import { transcode } from '../../dicom/pixels/transcode.ts';
import type { StoredCopy as Sendable } from '../../dicom/scp/sub-operations.ts';
import { StoreImages } from '../../dicom/scu/store-image.ts';
import type { StoredInstance } from './store.ts';

const { EXPLICIT_LE, IMPLICIT_LE, EXPLICIT_BE, DEFLATED_LE, RLE } = TransferSyntax;
/**
 * What can be converted here without codecs, and to what: nothing is compressed, nothing lossy
 * undone. What the JPEG family compressed without loss can, once its codecs are loaded.
 */
const FROM: readonly string[] = [EXPLICIT_LE, IMPLICIT_LE, EXPLICIT_BE, DEFLATED_LE, RLE];
const TO: readonly string[] = [EXPLICIT_LE, IMPLICIT_LE];

/** Frames stored instances; one for the archive. */
export class Retrieval {
  readonly #images = new StoreImages({ run: '0'.repeat(15), oddLength: 'send' });

  /** All of them; a promise while the codecs that one of them needs are being loaded. */
  sendables(instances: readonly StoredInstance[]): Sendable[] | Promise<Sendable[]> {
    const all = (): Sendable[] => instances.map((one) => this.sendable(one));
    const wait = !codecsLoaded() && instances.some((one) => undone(one.header.transferSyntax));
    // why: without its codecs an instance still goes to whoever takes it as it came
    return wait
      ? initializeCodecs()
          .catch(() => undefined)
          .then(all)
      : all();
  }

  /** An instance whose data set was not kept counts as a failed sub-operation. */
  sendable(instance: StoredInstance): Sendable {
    const { sopClass, sopInstance, header, dataset } = instance;
    const { transferSyntax: kept } = header;
    return {
      sopClass,
      sopInstance,
      transferSyntax: kept,
      convertible: canBeConverted(kept) ? TO.filter((one) => one !== kept) : [],
      message: ({ contextId, maxPdu, transferSyntax }, originator) => {
        const bytes = dataset === null ? null : inSyntax(dataset, kept, transferSyntax);
        if (bytes === null) return null;
        const channel = { contextId, maxPdu };
        const to = originator === undefined ? channel : { ...channel, originator };
        return this.#images.frame(bytes, instance, to);
      },
    };
  }
}

/** Whether codecs give back what they were given. */
function undone(transferSyntax: string): boolean {
  return needsCodecs(transferSyntax) && !isLossy(transferSyntax);
}

function canBeConverted(from: string): boolean {
  return FROM.includes(from) || (undone(from) && codecsLoaded());
}

/** null when it cannot be converted: the sub-operation fails, the others go on. */
export function inSyntax(dataset: Buffer, from: string, to: string): Buffer | null {
  try {
    return transcode(dataset, from, to).dataset;
  } catch {
    return null;
  }
}

/** In which order the archive chooses among the syntaxes offered for a class that it shall send. */
export function preferred(held: readonly string[]): readonly string[] {
  return [...held, ...TO];
}
