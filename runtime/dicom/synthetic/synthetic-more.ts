// Further synthetic IODs: nuclear medicine, PET, slides, key objects, presentation states
// (PS3.3 Annex A).
import {
  code,
  colour,
  grey,
  type Iod,
  type IodRequest,
  plane,
  type Values,
} from './synthetic-iods.ts';
import { StorageClass } from '../dimse/uids.ts';

/** Nuclear medicine, static (A.5). */
const NM: Iod = {
  modality: 'NM',
  manyFrames: true,
  sopClass: StorageClass.NM,
  pixels: grey(128, 128, 16, 2),
  photometric: 'MONOCHROME2',
  values: (request) => ({
    ImageType: ['ORIGINAL', 'PRIMARY', 'STATIC', 'EMISSION'],
    PatientOrientationCodeSequence: [],
    PatientGantryRelationshipCodeSequence: [],
    NumberOfFrames: request.shape?.frames ?? 1,
    FrameIncrementPointer: [0x00540010, 0x00540020],
    EnergyWindowVector: Array.from({ length: request.shape?.frames ?? 1 }, () => 1),
    NumberOfEnergyWindows: 1,
    DetectorVector: Array.from({ length: request.shape?.frames ?? 1 }, () => 1),
    NumberOfDetectors: 1,
    PixelSpacing: [2, 2],
    EnergyWindowInformationSequence: [
      {
        EnergyWindowRangeSequence: [{ EnergyWindowLowerLimit: 126, EnergyWindowUpperLimit: 154 }],
      },
    ],
    RadiopharmaceuticalInformationSequence: [{ RadionuclideCodeSequence: [] }],
    DetectorInformationSequence: [
      {
        CollimatorType: 'PARA',
        FocalDistance: 0,
        ImageOrientationPatient: '',
        ImagePositionPatient: '',
      },
    ],
    CountsAccumulated: '',
    AcquisitionTerminationCondition: '',
    ActualFrameDuration: 1000,
    LossyImageCompression: '00',
  }),
};

/** PET (A.21). */
const PT: Iod = {
  modality: 'PT',
  sopClass: StorageClass.PET,
  pixels: grey(128, 128, 16),
  photometric: 'MONOCHROME2',
  values: (request) => ({
    ...plane(request),
    ImageType: ['ORIGINAL', 'PRIMARY'],
    PatientOrientationCodeSequence: [],
    PatientGantryRelationshipCodeSequence: [],
    Units: 'BQML',
    CountsSource: 'EMISSION',
    SeriesType: ['STATIC', 'IMAGE'],
    NumberOfSlices: 100,
    CorrectedImage: ['DECY', 'ATTN'],
    DecayCorrection: 'START',
    CollimatorType: '',
    RadiopharmaceuticalInformationSequence: [{ RadionuclideCodeSequence: [] }],
    RescaleIntercept: 0,
    RescaleSlope: 1,
    FrameReferenceTime: 0,
    ActualFrameDuration: 60000,
    AcquisitionTime: '120000',
    DecayFactor: 1,
    ImageIndex: request.instance,
    LossyImageCompression: '00',
    RandomsCorrectionMethod: 'NONE',
    AttenuationCorrectionMethod: '',
  }),
};

/** Whole slide microscopy (A.32.8): one level of tiles. */
const SM: Iod = {
  modality: 'SM',
  manyFrames: true,
  sopClass: StorageClass.VLWholeSlide,
  pixels: colour(256, 256, 16),
  photometric: 'RGB',
  values: (request) => slide(request),
};

function slide(request: IodRequest): Values {
  const shape = request.shape ?? colour(256, 256, 16);
  const across = Math.ceil(Math.sqrt(shape.frames));
  const down = Math.ceil(shape.frames / across);
  return {
    FrameOfReferenceUID: request.uid(4),
    PositionReferenceIndicator: 'SLIDE_CORNER',
    ImageType: ['ORIGINAL', 'PRIMARY', 'VOLUME', 'NONE'],
    AcquisitionDateTime: '20260101120000',
    LossyImageCompression: '00',
    BurnedInAnnotation: 'NO',
    SpecimenLabelInImage: 'NO',
    VolumetricProperties: 'VOLUME',
    NumberOfFrames: shape.frames,
    ImagedVolumeWidth: 10,
    ImagedVolumeHeight: 10,
    ImagedVolumeDepth: 1,
    TotalPixelMatrixColumns: across * shape.columns,
    TotalPixelMatrixRows: down * shape.rows,
    TotalPixelMatrixOriginSequence: [
      { XOffsetInSlideCoordinateSystem: 20, YOffsetInSlideCoordinateSystem: 40 },
    ],
    ImageOrientationSlide: [0, -1, 0, -1, 0, 0],
    FocusMethod: 'AUTO',
    ExtendedDepthOfField: 'NO',
    AcquisitionContextSequence: [],
    ...specimen(request),
    ...opticalPath(request),
  };
}

function opticalPath(request: IodRequest): Values {
  return {
    OpticalPathSequence: [
      {
        OpticalPathIdentifier: '1',
        IlluminationColorCodeSequence: [code('414298005', 'SCT', 'Full Spectrum')],
        IlluminationTypeCodeSequence: [code('111744', 'DCM', 'Brightfield illumination')],
        ICCProfile: [iccProfile()],
      },
    ],
    NumberOfOpticalPaths: 1,
    TotalPixelMatrixFocalPlanes: 1,
    DimensionOrganizationSequence: [{ DimensionOrganizationUID: request.uid(6) }],
    DimensionOrganizationType: 'TILED_FULL',
    SharedFunctionalGroupsSequence: [
      {
        PixelMeasuresSequence: [{ PixelSpacing: [0.0005, 0.0005], SliceThickness: 0.001 }],
        WholeSlideMicroscopyImageFrameTypeSequence: [
          { FrameType: ['ORIGINAL', 'PRIMARY', 'VOLUME', 'NONE'] },
        ],
        OpticalPathIdentificationSequence: [{ OpticalPathIdentifier: '1' }],
      },
    ],
  };
}

/** The smallest ICC profile: a header of 128 bytes for RGB, and no tags. */
function iccProfile(): ArrayBuffer {
  const profile = Buffer.alloc(132);
  profile.writeUInt32BE(132, 0);
  profile.write('mntrRGB XYZ ', 12, 'latin1');
  profile.write('acsp', 36, 'latin1');
  return profile.buffer.slice(profile.byteOffset, profile.byteOffset + 132);
}

function specimen(request: IodRequest): Values {
  return {
    ContainerIdentifier: 'SLIDE1',
    IssuerOfTheContainerIdentifierSequence: [],
    ContainerTypeCodeSequence: [code('433466003', 'SCT', 'Microscope slide')],
    SpecimenDescriptionSequence: [
      {
        SpecimenIdentifier: 'SPECIMEN1',
        IssuerOfTheSpecimenIdentifierSequence: [],
        SpecimenUID: request.uid(7),
        SpecimenPreparationSequence: [],
      },
    ],
  };
}

const OTHER_INSTANCE = StorageClass.CT;

function references(request: IodRequest): Values {
  return {
    ReferencedSeriesSequence: [
      {
        SeriesInstanceUID: request.uid(2000),
        ReferencedSOPSequence: [
          { ReferencedSOPClassUID: OTHER_INSTANCE, ReferencedSOPInstanceUID: request.uid(3000) },
        ],
      },
    ],
  };
}

/** The same, as presentation states have it. */
function referencedImages(request: IodRequest): Values {
  return {
    ReferencedSeriesSequence: [
      {
        SeriesInstanceUID: request.uid(2000),
        ReferencedImageSequence: [
          { ReferencedSOPClassUID: OTHER_INSTANCE, ReferencedSOPInstanceUID: request.uid(3000) },
        ],
      },
    ],
  };
}

/** Key object selection (A.35.4). */
const KO: Iod = {
  modality: 'KO',
  sopClass: StorageClass.KeyObjectSelection,
  pixels: null,
  photometric: '',
  values: (request) => ({
    ReferencedPerformedProcedureStepSequence: [],
    CurrentRequestedProcedureEvidenceSequence: [
      { StudyInstanceUID: request.uid(1), ...references(request) },
    ],
    ValueType: 'CONTAINER',
    ConceptNameCodeSequence: [code('113000', 'DCM', 'Of Interest')],
    ContinuityOfContent: 'SEPARATE',
    ContentTemplateSequence: [{ MappingResource: 'DCMR', TemplateIdentifier: '2010' }],
    ContentSequence: [
      {
        RelationshipType: 'CONTAINS',
        ValueType: 'IMAGE',
        ReferencedSOPSequence: [
          { ReferencedSOPClassUID: OTHER_INSTANCE, ReferencedSOPInstanceUID: request.uid(3000) },
        ],
      },
    ],
  }),
};

/** Grayscale softcopy presentation state (A.33.1). */
const PR: Iod = {
  modality: 'PR',
  sopClass: StorageClass.GrayscalePresentationState,
  pixels: null,
  photometric: '',
  values: (request) => ({
    ContentLabel: 'DICOMRUN',
    ContentDescription: '',
    PresentationCreationDate: '20260101',
    PresentationCreationTime: '120000',
    ContentCreatorName: '',
    Laterality: '',
    ...referencedImages(request),
    DisplayedAreaSelectionSequence: [
      {
        DisplayedAreaTopLeftHandCorner: [1, 1],
        DisplayedAreaBottomRightHandCorner: [512, 512],
        PresentationSizeMode: 'SCALE TO FIT',
        PresentationPixelAspectRatio: [1, 1],
      },
    ],
    SoftcopyVOILUTSequence: [{ WindowCenter: 2048, WindowWidth: 4096 }],
    PresentationLUTShape: 'IDENTITY',
  }),
};

/** The second part of the table. */
export const MORE_IODS: Readonly<Record<string, Iod>> = { NM, PT, SM, KO, PR };
