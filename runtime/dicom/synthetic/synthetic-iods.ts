// What makes a synthetic instance a valid one of its IOD (PS3.3 Annex A): types 1 and 2.
import type { PixelShape } from '../pixels/pixel-shape.ts';
import { StorageClass } from '../dimse/uids.ts';

/** Values by keyword, as dcmjs takes them; '' is an empty type 2 value. */
export type Values = Readonly<Record<string, unknown>>;

/** One kind of synthetic instance. */
export interface Iod {
  readonly modality: string;
  readonly sopClass: string;
  /** Null for instances without pixels. */
  readonly pixels: PixelShape | null;
  readonly photometric: string;
  /** Attributes beyond the common ones; told what is asked for. */
  readonly values: (request: IodRequest) => Values;
  /** An instance may have several frames; otherwise Number of Frames is no attribute of it. */
  readonly manyFrames?: true;
  /** Multi-frame instances of another SOP class. */
  readonly multiFrame?: string;
}

/** What an IOD's values depend on. */
export interface IodRequest {
  readonly shape: PixelShape | null;
  /** From 1, within the pool. */
  readonly instance: number;
  readonly uid: (n: number) => string;
}

function grey(rows: number, columns: number, bitsStored: number, frames = 1): PixelShape {
  const bitsAllocated = bitsStored > 8 ? 16 : 8;
  return { rows, columns, frames, samples: 1, bitsAllocated, bitsStored };
}

function colour(rows: number, columns: number, frames = 1): PixelShape {
  return { rows, columns, frames, samples: 3, bitsAllocated: 8, bitsStored: 8 };
}

const UNIT_ORIENTATION = [1, 0, 0, 0, 1, 0];

function plane(request: IodRequest): Values {
  return {
    FrameOfReferenceUID: request.uid(4),
    PositionReferenceIndicator: '',
    PixelSpacing: [0.5, 0.5],
    ImageOrientationPatient: UNIT_ORIENTATION,
    ImagePositionPatient: [0, 0, request.instance * 5],
    SliceThickness: 5,
  };
}

/** A cine's timing (PS3.3 C.7.6.5, C.7.6.6): by FrameTime. */
function cine(request: IodRequest): Values {
  const frames = request.shape?.frames ?? 1;
  return { NumberOfFrames: frames, FrameIncrementPointer: 0x00181063, FrameTime: 33.3 };
}

function ifCine(request: IodRequest): Values {
  return (request.shape?.frames ?? 1) > 1 ? cine(request) : {};
}

/** An item of a code sequence (PS3.3 Table 8.8-1). */
export function code(value: string, scheme: string, meaning: string): Values {
  return { CodeValue: value, CodingSchemeDesignator: scheme, CodeMeaning: meaning };
}

const DX_ANATOMY = {
  AnatomicRegionSequence: [code('51185008', 'SCT', 'Chest')],
  AcquisitionContextSequence: [],
};

const DX_IMAGE = {
  ImageType: ['ORIGINAL', 'PRIMARY', ''],
  PixelIntensityRelationship: 'LIN',
  PixelIntensityRelationshipSign: 1,
  RescaleIntercept: 0,
  RescaleSlope: 1,
  RescaleType: 'US',
  PresentationLUTShape: 'IDENTITY',
  LossyImageCompression: '00',
  BurnedInAnnotation: 'NO',
  PresentationIntentType: 'FOR PRESENTATION',
  DetectorType: 'DIRECT',
  DetectorConfiguration: 'AREA',
  DetectorDescription: '',
  ImagerPixelSpacing: [0.2, 0.2],
  WindowCenter: 2048,
  WindowWidth: 4096,
  PatientOrientation: ['L', 'F'],
};

const VL_IMAGE = {
  ImageType: ['ORIGINAL', 'PRIMARY'],
  LossyImageCompression: '00',
  AcquisitionContextSequence: [],
  AnatomicRegionSequence: [code('122865005', 'SCT', 'Gastrointestinal tract')],
  PatientOrientation: '',
};

const US_IMAGE = {
  ImageType: ['ORIGINAL', 'PRIMARY', '', '0001'],
  LossyImageCompression: '00',
  PatientOrientation: '',
};

const XRAY = {
  ImageType: ['ORIGINAL', 'PRIMARY', 'SINGLE PLANE'],
  PixelIntensityRelationship: 'LIN',
  KVP: 80,
  RadiationSetting: 'GR',
  XRayTubeCurrent: 5,
  ExposureTime: 10,
  Exposure: '',
  PatientOrientation: ['L', 'F'],
  LossyImageCompression: '00',
};

const CT: Iod = {
  modality: 'CT',
  sopClass: StorageClass.CT,
  pixels: grey(512, 512, 12),
  photometric: 'MONOCHROME2',
  values: (request) => ({
    ...plane(request),
    ImageType: ['ORIGINAL', 'PRIMARY', 'AXIAL'],
    RescaleIntercept: -1024,
    RescaleSlope: 1,
    KVP: 120,
    AcquisitionNumber: 1,
    PatientPosition: 'HFS',
  }),
};

const MR: Iod = {
  modality: 'MR',
  sopClass: StorageClass.MR,
  pixels: grey(256, 256, 12),
  photometric: 'MONOCHROME2',
  values: (request) => ({
    ...plane(request),
    ImageType: ['ORIGINAL', 'PRIMARY', 'OTHER'],
    ScanningSequence: 'SE',
    SequenceVariant: 'NONE',
    ScanOptions: '',
    MRAcquisitionType: '2D',
    RepetitionTime: 500,
    EchoTime: 15,
    EchoTrainLength: 1,
    PatientPosition: 'HFS',
  }),
};

const US: Iod = {
  modality: 'US',
  manyFrames: true,
  sopClass: StorageClass.US,
  multiFrame: StorageClass.USMultiFrame,
  pixels: colour(480, 640),
  photometric: 'RGB',
  values: (request) => ({ ...US_IMAGE, ...ifCine(request) }),
};

const CR: Iod = {
  modality: 'CR',
  sopClass: StorageClass.CR,
  pixels: grey(2048, 1760, 12),
  photometric: 'MONOCHROME2',
  values: () => ({
    ImageType: ['ORIGINAL', 'PRIMARY'],
    BodyPartExamined: 'CHEST',
    ViewPosition: 'PA',
    PatientOrientation: ['L', 'F'],
  }),
};

const ES: Iod = {
  modality: 'ES',
  manyFrames: true,
  sopClass: StorageClass.VLEndoscopic,
  multiFrame: StorageClass.VideoEndoscopic,
  pixels: colour(480, 640),
  photometric: 'RGB',
  values: (request) => ({ ...VL_IMAGE, ...ifCine(request) }),
};

const DX: Iod = {
  modality: 'DX',
  sopClass: StorageClass.DXPresentation,
  pixels: grey(2560, 2048, 12),
  photometric: 'MONOCHROME2',
  values: () => ({ ...DX_IMAGE, ...DX_ANATOMY, ImageLaterality: 'U' }),
};

const MG: Iod = {
  modality: 'MG',
  sopClass: StorageClass.MGPresentation,
  pixels: grey(3328, 2560, 12),
  photometric: 'MONOCHROME2',
  values: () => ({
    ...DX_IMAGE,
    AnatomicRegionSequence: [code('76752008', 'SCT', 'Breast')],
    AcquisitionContextSequence: [],
    ImageLaterality: 'L',
    PatientOrientation: ['A', 'F'],
    OrganExposed: 'BREAST',
    PositionerType: 'MAMMOGRAPHIC',
    BreastImplantPresent: 'NO',
    PartialView: 'NO',
    ViewCodeSequence: [
      { ...code('399162004', 'SCT', 'cranio-caudal'), ViewModifierCodeSequence: [] },
    ],
  }),
};

const XA: Iod = {
  modality: 'XA',
  manyFrames: true,
  sopClass: StorageClass.XA,
  pixels: grey(512, 512, 8, 10),
  photometric: 'MONOCHROME2',
  values: (request) => ({
    ...XRAY,
    PositionerMotion: 'STATIC',
    PositionerPrimaryAngle: 0,
    PositionerSecondaryAngle: 0,
    ...ifCine(request),
  }),
};

const RF: Iod = {
  modality: 'RF',
  manyFrames: true,
  sopClass: StorageClass.RF,
  pixels: grey(512, 512, 8),
  photometric: 'MONOCHROME2',
  values: (request) => ({ ...XRAY, ...ifCine(request) }),
};

const SC: Iod = {
  modality: 'OT',
  manyFrames: true,
  sopClass: StorageClass.SC,
  multiFrame: StorageClass.SCMultiFrameTrueColor,
  pixels: colour(480, 640),
  photometric: 'RGB',
  values: (request) => ({
    ConversionType: 'WSD',
    PatientOrientation: '',
    ImageType: ['DERIVED', 'SECONDARY'],
    ...((request.shape?.frames ?? 1) > 1
      ? { ...cine(request), BurnedInAnnotation: 'NO', LossyImageCompression: '00' }
      : {}),
  }),
};

/** Basic Text SR: a title, an observer and one finding (PS3.3 A.35.1). */
const SR: Iod = {
  modality: 'SR',
  sopClass: StorageClass.BasicTextSR,
  pixels: null,
  photometric: '',
  values: () => ({
    ReferencedPerformedProcedureStepSequence: [],
    PerformedProcedureCodeSequence: [],
    CompletionFlag: 'COMPLETE',
    VerificationFlag: 'UNVERIFIED',
    ValueType: 'CONTAINER',
    ConceptNameCodeSequence: [code('18748-4', 'LN', 'Diagnostic imaging report')],
    ContinuityOfContent: 'SEPARATE',
    ContentSequence: [
      {
        RelationshipType: 'HAS OBS CONTEXT',
        ValueType: 'CODE',
        ConceptNameCodeSequence: [code('121005', 'DCM', 'Observer Type')],
        ConceptCodeSequence: [code('121007', 'DCM', 'Device')],
      },
      {
        RelationshipType: 'CONTAINS',
        ValueType: 'TEXT',
        ConceptNameCodeSequence: [code('121071', 'DCM', 'Finding')],
        TextValue: 'Synthetic report without clinical meaning.',
      },
    ],
  }),
};

/** The first kinds: what most sites send. */
export const IODS: Readonly<Record<string, Iod>> = { CT, MR, US, CR, ES, DX, MG, XA, RF, SC, SR };

/** Shapes that the other tables are made of, too. */
export { cine, colour, grey, ifCine, plane, VL_IMAGE };
