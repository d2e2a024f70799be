// Association churn: connect, associate, echo, release.
import dicom from 'dicom';

const peer = dicom.peer({});

export default async function () {
  await peer.echo();
}
