// The one instance that a rehearsal sends: made by hand, since the dictionary is heavy.
import { TransferSyntax } from '../dicom/element/transfer-syntax.ts';
import type { PoolShare } from '../dicom/pool/share.ts';

const SC_IMAGE = '1.2.840.10008.5.1.4.1.1.7';
const INSTANCE = '2.25.1';
const PIXEL_BYTES = 4096;

/** How its script asks for it, and by what it is known. */
export const REHEARSED = { modality: 'SC' };

export function rehearsalPool(): PoolShare {
  const pixels = Buffer.alloc(12 + PIXEL_BYTES);
  pixels.writeUInt16LE(0x7fe0, 0);
  pixels.writeUInt16LE(0x0010, 2);
  pixels.write('OW', 4, 'latin1');
  pixels.writeUInt32LE(PIXEL_BYTES, 8);
  const header = Buffer.concat([
    uidElement(0x0008, 0x0016, SC_IMAGE),
    uidElement(0x0008, 0x0018, INSTANCE),
    pixels.subarray(0, 12),
  ]);
  const bytes = header.length + PIXEL_BYTES;
  const segment = new SharedArrayBuffer(bytes);
  header.copy(Buffer.from(segment));
  const key = JSON.stringify({ kind: 'synthetic', options: REHEARSED });
  const member = {
    sopClass: SC_IMAGE,
    sopInstance: INSTANCE,
    studyUid: INSTANCE,
    seriesUid: INSTANCE,
    patientId: '',
    modality: 'SC',
    transferSyntax: TransferSyntax.EXPLICIT_LE,
    datasetBytes: bytes,
    fileBytes: bytes,
    headerBytes: header.length,
    rows: 0,
    columns: 0,
    numberOfFrames: 1,
    location: { kind: 'memory', segment: 0, offset: 0 },
    slots: [],
    pixelHash: '',
    datasetHash: '',
    oddLength: false,
    origin: 'rehearsal',
  } as const;
  return { id: 0, key, segments: [segment], members: [member], skipped: [], notes: [] };
}

/** In explicit VR little endian. */
function uidElement(group: number, element: number, uid: string): Buffer {
  const value = uid.length % 2 === 0 ? uid : `${uid}\0`;
  const bytes = Buffer.alloc(8 + value.length);
  bytes.writeUInt16LE(group, 0);
  bytes.writeUInt16LE(element, 2);
  bytes.write('UI', 4, 'latin1');
  bytes.writeUInt16LE(value.length, 6);
  bytes.write(value, 8, 'latin1');
  return bytes;
}
