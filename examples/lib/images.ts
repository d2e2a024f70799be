// Images to send: your own where the environment names them, else made ones.
import dicom, { type Pool, type SyntheticOptions } from 'dicom';
import { text } from './scale.ts';

/** Files below DICOM_ROOT_DIR, or synthetic images. */
export const filesOr = (made: string | SyntheticOptions): Pool =>
  text('DICOM_ROOT_DIR', '') === '' ? dicom.synthetic(made) : dicom.files();

/** The file TEST_DICOM_FILE, or a synthetic image. */
export const fileOr = (made: string | SyntheticOptions): Pool =>
  text('TEST_DICOM_FILE', '') === ''
    ? dicom.synthetic(made)
    : dicom.files(text('TEST_DICOM_FILE', ''));
