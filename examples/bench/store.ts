// Stores on one kept association per VU. BYTES, THINK (seconds), REPEAT (1: the same instance).
import dicom from 'dicom';
import { sleep } from 'k6';

const peer = dicom.peer({});
const bytes = Number(__ENV.BYTES ?? 5000);
const pool = dicom.synthetic({ modality: bytes < 20_000 ? 'SR' : 'MR', bytes });
const think = Number(__ENV.THINK ?? 0);
const repeat = __ENV.REPEAT === '1';
const same = repeat ? pool.at(0).asIs() : null;

export default async function () {
  const association = await peer.associate({ for: pool, keep: true });
  await association.store(same ?? pool);
  if (think > 0) await sleep(think);
}
