// SOP classes of the services (PS3.4; services.ts has which service they have), and the storage
// classes that a C-GET proposes by default.

export const SopClass = {
  VERIFICATION: '1.2.840.10008.1.1',
  STORAGE_COMMITMENT: '1.2.840.10008.1.20.1',
  MPPS: '1.2.840.10008.3.1.2.3.3',
  PATIENT_ROOT_FIND: '1.2.840.10008.5.1.4.1.2.1.1',
  PATIENT_ROOT_MOVE: '1.2.840.10008.5.1.4.1.2.1.2',
  PATIENT_ROOT_GET: '1.2.840.10008.5.1.4.1.2.1.3',
  STUDY_ROOT_FIND: '1.2.840.10008.5.1.4.1.2.2.1',
  STUDY_ROOT_MOVE: '1.2.840.10008.5.1.4.1.2.2.2',
  STUDY_ROOT_GET: '1.2.840.10008.5.1.4.1.2.2.3',
  WORKLIST_FIND: '1.2.840.10008.5.1.4.31',
  /** Meta SOP class of print management (PS3.4 H.3.2.2). */
  BASIC_GRAYSCALE_PRINT: '1.2.840.10008.5.1.1.9',
  INSTANCE_AVAILABILITY: '1.2.840.10008.5.1.4.33',
  UPS_PUSH: '1.2.840.10008.5.1.4.34.6.1',
} as const;

/** Well-known SOP instance of storage commitment (PS3.4 J.3.5). */
export const STORAGE_COMMITMENT_INSTANCE = '1.2.840.10008.1.20.1.1';

/** Storage SOP classes in use (PS3.4 Table B.5-1), the common ones first. */
export const STORAGE_CLASSES: readonly string[] = [
  '1.2.840.10008.5.1.4.1.1.2', // CT
  '1.2.840.10008.5.1.4.1.1.4', // MR
  '1.2.840.10008.5.1.4.1.1.6.1', // US
  '1.2.840.10008.5.1.4.1.1.3.1', // US multi-frame
  '1.2.840.10008.5.1.4.1.1.1', // CR
  '1.2.840.10008.5.1.4.1.1.1.1', // DX for presentation
  '1.2.840.10008.5.1.4.1.1.1.1.1', // DX for processing
  '1.2.840.10008.5.1.4.1.1.1.2', // MG for presentation
  '1.2.840.10008.5.1.4.1.1.1.2.1', // MG for processing
  '1.2.840.10008.5.1.4.1.1.7', // secondary capture
  '1.2.840.10008.5.1.4.1.1.7.1', // multi-frame single bit SC
  '1.2.840.10008.5.1.4.1.1.7.2', // multi-frame grayscale byte SC
  '1.2.840.10008.5.1.4.1.1.7.3', // multi-frame grayscale word SC
  '1.2.840.10008.5.1.4.1.1.7.4', // multi-frame true color SC
  '1.2.840.10008.5.1.4.1.1.77.1.1', // VL endoscopic
  '1.2.840.10008.5.1.4.1.1.77.1.1.1', // video endoscopic
  '1.2.840.10008.5.1.4.1.1.77.1.4', // VL photographic
  '1.2.840.10008.5.1.4.1.1.77.1.4.1', // video photographic
  '1.2.840.10008.5.1.4.1.1.77.1.2', // VL microscopic
  '1.2.840.10008.5.1.4.1.1.77.1.6', // VL whole slide
  '1.2.840.10008.5.1.4.1.1.12.1', // XA
  '1.2.840.10008.5.1.4.1.1.12.2', // RF
  '1.2.840.10008.5.1.4.1.1.2.1', // enhanced CT
  '1.2.840.10008.5.1.4.1.1.4.1', // enhanced MR
  '1.2.840.10008.5.1.4.1.1.20', // NM
  '1.2.840.10008.5.1.4.1.1.128', // PET
  '1.2.840.10008.5.1.4.1.1.13.1.3', // breast tomosynthesis
  '1.2.840.10008.5.1.4.1.1.88.11', // basic text SR
  '1.2.840.10008.5.1.4.1.1.88.22', // enhanced SR
  '1.2.840.10008.5.1.4.1.1.88.33', // comprehensive SR
  '1.2.840.10008.5.1.4.1.1.88.67', // X-ray radiation dose SR
  '1.2.840.10008.5.1.4.1.1.11.1', // grayscale softcopy presentation state
  '1.2.840.10008.5.1.4.1.1.104.1', // encapsulated PDF
  '1.2.840.10008.5.1.4.1.1.66.4', // segmentation
  '1.2.840.10008.5.1.4.1.1.481.1', // RT image
  '1.2.840.10008.5.1.4.1.1.481.2', // RT dose
  '1.2.840.10008.5.1.4.1.1.481.3', // RT structure set
  '1.2.840.10008.5.1.4.1.1.481.5', // RT plan
];

const STORAGE_PREFIX = '1.2.840.10008.5.1.4.1.1.';
/** Storage SOP classes outside the common root (PS3.4 B.5): hanging protocols, palettes, implants. */
const OTHER_STORAGE = new Set([
  '1.2.840.10008.5.1.4.34.7',
  '1.2.840.10008.5.1.4.38.1',
  '1.2.840.10008.5.1.4.39.1',
  '1.2.840.10008.5.1.4.43.1',
  '1.2.840.10008.5.1.4.44.1',
  '1.2.840.10008.5.1.4.45.1',
]);

/** Whether a SOP class is stored by C-STORE: a standard storage class, or a private one. */
export function isStorageClass(uid: string): boolean {
  if (!uid.startsWith('1.2.840.10008.')) return true;
  return uid.startsWith(STORAGE_PREFIX) || OTHER_STORAGE.has(uid);
}
