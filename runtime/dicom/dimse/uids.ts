// SOP classes of the services (PS3.4; services.ts has which service they have), and of storage: the
// only list of these.

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

const STORAGE = '1.2.840.10008.5.1.4.1.1.';

/** Storage SOP classes (PS3.4 Table B.5-1) by the short names used in tags and scripts. */
export const StorageClass = {
  CR: `${STORAGE}1`,
  DXPresentation: `${STORAGE}1.1`,
  DXProcessing: `${STORAGE}1.1.1`,
  MGPresentation: `${STORAGE}1.2`,
  MGProcessing: `${STORAGE}1.2.1`,
  CT: `${STORAGE}2`,
  EnhancedCT: `${STORAGE}2.1`,
  USMultiFrame: `${STORAGE}3.1`,
  MR: `${STORAGE}4`,
  EnhancedMR: `${STORAGE}4.1`,
  US: `${STORAGE}6.1`,
  SC: `${STORAGE}7`,
  SCMultiFrameByte: `${STORAGE}7.2`,
  SCMultiFrameWord: `${STORAGE}7.3`,
  SCMultiFrameTrueColor: `${STORAGE}7.4`,
  GrayscalePresentationState: `${STORAGE}11.1`,
  XA: `${STORAGE}12.1`,
  RF: `${STORAGE}12.2`,
  BreastTomosynthesis: `${STORAGE}13.1.3`,
  NM: `${STORAGE}20`,
  VLEndoscopic: `${STORAGE}77.1.1`,
  VideoEndoscopic: `${STORAGE}77.1.1.1`,
  VLMicroscopic: `${STORAGE}77.1.2`,
  VLPhotographic: `${STORAGE}77.1.4`,
  OphthalmicPhotography8: `${STORAGE}77.1.5.1`,
  OphthalmicPhotography16: `${STORAGE}77.1.5.2`,
  OphthalmicTomography: `${STORAGE}77.1.5.4`,
  VLWholeSlide: `${STORAGE}77.1.6`,
  OphthalmicVisualField: `${STORAGE}80.1`,
  BasicTextSR: `${STORAGE}88.11`,
  EnhancedSR: `${STORAGE}88.22`,
  ComprehensiveSR: `${STORAGE}88.33`,
  KeyObjectSelection: `${STORAGE}88.59`,
  EncapsulatedPDF: `${STORAGE}104.1`,
  PET: `${STORAGE}128`,
  RTImage: `${STORAGE}481.1`,
  RTDose: `${STORAGE}481.2`,
  RTStruct: `${STORAGE}481.3`,
  RTPlan: `${STORAGE}481.5`,
} as const;

/** Those without a short name: a tag has their UID. */
const UnnamedStorage = {
  SINGLE_BIT_SC: `${STORAGE}7.1`,
  VIDEO_PHOTOGRAPHIC: `${STORAGE}77.1.4.1`,
  X_RAY_DOSE_SR: `${STORAGE}88.67`,
  SEGMENTATION: `${STORAGE}66.4`,
} as const;

/** Storage SOP classes that a C-GET proposes by default, the common ones first. */
export const STORAGE_CLASSES: readonly string[] = [
  StorageClass.CT,
  StorageClass.MR,
  StorageClass.US,
  StorageClass.USMultiFrame,
  StorageClass.CR,
  StorageClass.DXPresentation,
  StorageClass.DXProcessing,
  StorageClass.MGPresentation,
  StorageClass.MGProcessing,
  StorageClass.SC,
  UnnamedStorage.SINGLE_BIT_SC,
  StorageClass.SCMultiFrameByte,
  StorageClass.SCMultiFrameWord,
  StorageClass.SCMultiFrameTrueColor,
  StorageClass.VLEndoscopic,
  StorageClass.VideoEndoscopic,
  StorageClass.VLPhotographic,
  UnnamedStorage.VIDEO_PHOTOGRAPHIC,
  StorageClass.VLMicroscopic,
  StorageClass.VLWholeSlide,
  StorageClass.XA,
  StorageClass.RF,
  StorageClass.EnhancedCT,
  StorageClass.EnhancedMR,
  StorageClass.NM,
  StorageClass.PET,
  StorageClass.BreastTomosynthesis,
  StorageClass.BasicTextSR,
  StorageClass.EnhancedSR,
  StorageClass.ComprehensiveSR,
  UnnamedStorage.X_RAY_DOSE_SR,
  StorageClass.GrayscalePresentationState,
  StorageClass.EncapsulatedPDF,
  UnnamedStorage.SEGMENTATION,
  StorageClass.RTImage,
  StorageClass.RTDose,
  StorageClass.RTStruct,
  StorageClass.RTPlan,
];

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
  return uid.startsWith(STORAGE) || OTHER_STORAGE.has(uid);
}
