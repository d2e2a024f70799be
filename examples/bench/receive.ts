// What a receiver takes: stores straight to one of our own. LEVEL counts | pixels | full; BYTES, or
// SYNTAX for images of half a megabyte in that transfer syntax.
import dicom, { type Association } from 'dicom';

const LEVEL = (__ENV.LEVEL ?? 'pixels') as 'counts' | 'pixels' | 'full';
const bytes = Number(__ENV.BYTES ?? 5000);
const transferSyntax = __ENV.SYNTAX ?? '';
const pool = dicom.synthetic(
  transferSyntax === ''
    ? { modality: bytes < 20_000 ? 'SR' : 'MR', bytes }
    : { modality: 'US', rows: 416, columns: 420, transferSyntax },
);
const sink = dicom.receiver({ aet: 'SINK', verify: LEVEL, keep: 'nothing' });

export async function vuInit() {
  const peer = dicom.peer({
    host: sink.host,
    port: sink.port,
    calledAET: 'SINK',
    deliversTo: sink,
  });
  return peer.associate({ for: pool, keep: true });
}

export default async function (_data: unknown, association: Association) {
  await association.store(pool);
}
