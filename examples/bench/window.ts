// Several stores under way on one association. WINDOW (default 8), BYTES, CA (a certificate file:
// TLS); a study of 50 per iteration.
import dicom, { type Association } from 'dicom';

const ca = __ENV.CA ?? '';
const secure = ca === '' ? {} : { tls: { ca: open(ca) } };
const peer = dicom.peer({ asyncOps: Number(__ENV.WINDOW ?? 8), ...secure });
const bytes = Number(__ENV.BYTES ?? 5000);
const window = Number(__ENV.WINDOW ?? 8);
const pool = dicom.synthetic({ modality: bytes < 20_000 ? 'SR' : 'MR', bytes });

export async function vuInit() {
  return peer.associate({ for: pool, keep: true });
}

export default async function (_data: unknown, association: Association) {
  await association.storeAll(dicom.study({ from: pool, images: 50 }), { window });
}
