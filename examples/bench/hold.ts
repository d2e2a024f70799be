// Associations that are opened and held.
import dicom from 'dicom';
import { sleep } from 'k6';

const peer = dicom.peer({});

export default async function () {
  await peer.associate({ keep: true });
  await sleep(Number(__ENV.HOLD ?? 5));
}
