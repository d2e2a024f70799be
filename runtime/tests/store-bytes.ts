// C-STORE of any bytes: what a test needs that no pool holds.
import { StoreImages } from '../dicom/scu/store-image.ts';
import type { Pending } from '../dicom/dimse/pending.ts';
import { associate } from '../dicom/ul/associate.ts';
import type { Association } from '../dicom/ul/association.ts';
import type { TlsOptions } from '../dicom/ul/associate-request.ts';

/** Secondary Capture Image Storage. */
export const SOP_CLASS = '1.2.840.10008.5.1.4.1.1.7';

export interface To {
  readonly port: number;
  readonly calledAET: string;
  readonly transferSyntax: string;
  readonly tls?: TlsOptions;
}

/** An association for {@link SOP_CLASS} in one transfer syntax. */
export function openFor({ port, calledAET, transferSyntax, tls }: To): Promise<Association> {
  const contexts = [{ abstractSyntax: SOP_CLASS, transferSyntaxes: [transferSyntax] }];
  const to = { host: '127.0.0.1', port, calledAET, callingAET: 'SENDER', contexts };
  return new Promise((resolve, reject) => {
    associate(tls === undefined ? to : { ...to, tls }, (outcome) => {
      if (outcome.kind === 'accepted') resolve(outcome.association);
      else reject(new Error(outcome.kind));
    });
  });
}

/** Sends a data set as it is; the status of the response. */
export function storeBytes(
  association: Association,
  dataset: Buffer,
  {
    sopInstance,
    transferSyntax,
  }: { readonly sopInstance: string; readonly transferSyntax: string },
): Promise<number> {
  const images = new StoreImages({ run: '0'.repeat(15), oddLength: 'send' });
  const contextId = association.contextFor(SOP_CLASS, transferSyntax);
  const channel = { contextId, maxPdu: association.maxPdu };
  const outgoing = images.frame(dataset, { sopClass: SOP_CLASS, sopInstance }, channel);
  return new Promise((resolve, reject) => {
    const pending: Pending = {
      ...{
        messageId: 0,
        commandField: 0,
        contextId: 0,
        sendStart: 0,
        sendEnd: 0,
        firstByte: 0,
        lastByte: 0,
      },
      onReply: (reply) => resolve(reply.status),
      onFailure: (failure) => reject(new Error(JSON.stringify(failure))),
    };
    association.send(outgoing, pending);
  });
}
