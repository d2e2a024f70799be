// What the archive holds as instances that C-MOVE and C-GET can send: as they came, nothing changed.
import type { StoredInstance as Sendable } from '../../dicom/scp/sub-operations.ts';
import { StoreImages } from '../../dicom/scu/store-image.ts';
import type { StoredInstance } from './store.ts';

/** Frames stored instances; one for the archive. */
export class Retrieval {
  private readonly images = new StoreImages({ run: '0'.repeat(15), oddLength: 'send' });

  /** An instance whose data set was not kept counts as a failed sub-operation. */
  sendable(instance: StoredInstance): Sendable {
    const { sopClass, sopInstance, header, dataset } = instance;
    return {
      sopClass,
      sopInstance,
      transferSyntax: header.transferSyntax,
      message: (contextId, maxPdu, originator) => {
        if (dataset === null) return null;
        const channel = { contextId, maxPdu };
        const to = originator === undefined ? channel : { ...channel, originator };
        return this.images.frame(dataset, instance, to);
      },
    };
  }
}
