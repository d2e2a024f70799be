// C-FIND: every study of the embedded archive, again and again. STUDIES (default 500).
import dicom from 'dicom';

const archive = dicom.peer({ use: 'verify' });
const pool = dicom.synthetic('KB005');
const studies = Number(__ENV.STUDIES ?? 500);

export async function setup() {
  await using association = await archive.associate({ for: pool });
  for (let i = 0; i < studies; i++) await association.store(pool);
}

export default async function () {
  const association = await archive.associate({ for: 'StudyRoot', keep: true });
  await association.find({
    StudyInstanceUID: '',
    PatientName: '',
    StudyDate: '',
    AccessionNumber: '',
  });
}
