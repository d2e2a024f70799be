// Stores on one kept association per VU. BYTES, THINK (seconds), REPEAT (1: the same instance),
// CA (a certificate file: TLS).
import dicom, { type Association } from 'dicom';
import { sleep } from 'k6';

const ca = __ENV.CA ?? '';
const peer = dicom.peer(ca === '' ? {} : { tls: { ca: open(ca) } });
const bytes = Number(__ENV.BYTES ?? 5000);
const pool = dicom.synthetic({ modality: bytes < 20_000 ? 'SR' : 'MR', bytes });
const think = Number(__ENV.THINK ?? 0);
const repeat = __ENV.REPEAT === '1';
const same = repeat ? pool.at(0).asIs() : null;

// Opened before t0 under an arrival rate, outside iteration time everywhere.
export async function vuInit() {
  return peer.associate({ for: pool, keep: true });
}

export default async function (_data: unknown, association: Association) {
  await association.store(same ?? pool);
  if (think > 0) await sleep(think);
}
