// Exams in the shape of storescu's +IP, +IS and +IR, as the knobs IP, IS and IR say.
import dicom, { type Pool, type Study } from 'dicom';
import { number, scaled, text } from './scale.ts';

/** A new patient after so many studies. */
const STUDIES_PER_PATIENT = number('IP', 1);
/** A new study after so many series. */
const SERIES_PER_STUDY = number('IS', 2);
/** A new series after so many images. */
const IMAGES_PER_SERIES = number('IR', scaled(100, 5));

export const imagesPerExam = SERIES_PER_STUDY * IMAGES_PER_SERIES;

/** The size class that IMGSZ asks for. */
export const IMAGE_SIZE = text('IMGSZ', 'KB128');

/** Synthetic images of a size class, in the transfer syntax of the knob TS. */
export const image = (preset: string): Pool =>
  dicom.synthetic({ preset, transferSyntax: text('TS', 'implicit') });

let exams = 0;

/** The next exam of this VU. */
export function exam(from: Pool): Study {
  const shape = { series: SERIES_PER_STUDY, images: IMAGES_PER_SERIES, from };
  if (STUDIES_PER_PATIENT === 1) return dicom.study(shape);
  const patient = `P${__VU}-${Math.floor(exams++ / STUDIES_PER_PATIENT)}`;
  return dicom.study({ ...shape, patient: { PatientID: patient } });
}
