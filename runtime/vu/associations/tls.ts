// TLS of what a script connects to and listens with, as the script wrote it.
import { DicomError } from '../../dicom/errors.ts';
import type { TlsOptions } from '../../dicom/ul/associate-request.ts';
import { acceptorTlsOf, requestorTlsOf } from '../../dicom/ul/socket/tls-files.ts';
import { badArgument } from '../sandbox/host.ts';

/** What a peer is connected to with; null = no TLS. @throws RingFault */
export function peerTls(tls: object | boolean | undefined, folder: string): TlsOptions | null {
  return ringing(() => requestorTlsOf(tls, { name: 'peer()', folder }));
}

/** What a receiver listens with. @throws RingFault */
export function receiverTls(tls: object, folder: string): TlsOptions | null {
  return ringing(() => acceptorTlsOf(tls, { name: 'receiver()', folder }));
}

function ringing<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof DicomError)) throw error;
    throw badArgument(error.message, error.hint);
  }
}
