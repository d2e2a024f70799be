// C-ECHO again and again on one kept association per VU.
import dicom, { type Association } from 'dicom';

const peer = dicom.peer({});

export async function vuInit() {
  return peer.associate({ for: 'Verification', keep: true });
}

export default async function (_data: unknown, association: Association) {
  await association.echo();
}
