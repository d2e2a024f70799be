// What the archive holds as instances that C-MOVE and C-GET can send: as they came wherever the peer
// takes that, else with the same values in another encoding.
import { TransferSyntax } from '../../dicom/element/transfer-syntax.ts';
import { transcode } from '../../dicom/file/transcode.ts';
import type { StoredCopy as Sendable } from '../../dicom/scp/sub-operations.ts';
import { StoreImages } from '../../dicom/scu/store-image.ts';
import type { StoredInstance } from './store.ts';

const { EXPLICIT_LE, IMPLICIT_LE, EXPLICIT_BE, DEFLATED_LE, RLE } = TransferSyntax;
/** What can be converted here, and to what: nothing is compressed, nothing lossy undone. */
const FROM: readonly string[] = [EXPLICIT_LE, IMPLICIT_LE, EXPLICIT_BE, DEFLATED_LE, RLE];
const TO: readonly string[] = [EXPLICIT_LE, IMPLICIT_LE];

/** Frames stored instances; one for the archive. */
export class Retrieval {
  readonly #images = new StoreImages({ run: '0'.repeat(15), oddLength: 'send' });

  /** An instance whose data set was not kept counts as a failed sub-operation. */
  sendable(instance: StoredInstance): Sendable {
    const { sopClass, sopInstance, header, dataset } = instance;
    const { transferSyntax: kept } = header;
    return {
      sopClass,
      sopInstance,
      transferSyntax: kept,
      convertible: FROM.includes(kept) ? TO.filter((one) => one !== kept) : [],
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
