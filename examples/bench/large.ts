// One large multi-frame instance. BYTES (default 2.4 GB).
import dicom from 'dicom';

const peer = dicom.peer({});
const pool = dicom.synthetic({ modality: 'US', frames: 100, bytes: Number(__ENV.BYTES ?? 2.4e9) });

export default async function () {
  await peer.store(pool);
}
