// Further synthetic IODs: ophthalmology, nuclear medicine, PET, slides, key objects, presentation
// states (PS3.3 Annex A).
import {
  code,
  grey,
  colour,
  plane,
  type Iod,
  type IodRequest,
  type Values,
} from './synthetic-iods.ts';

const VL = {
  ImageType: ['ORIGINAL', 'PRIMARY'],
  LossyImageCompression: '00',
  BurnedInAnnotation: 'NO',
  AcquisitionContextSequence: [],
  PatientOrientation: ['L', 'F'],
};

const EYE = {
  AnatomicRegionSequence: [code('81745001', 'SCT', 'Eye')],
  ImageLaterality: 'R',
  HorizontalFieldOfView: '',
  PupilDilated: '',
  PatientEyeMovementCommanded: '',
  IntraOcularPressure: '',
  RefractiveStateSequence: [],
  EmmetropicMagnification: '',
};

/** Synchronization module (C.7.4.2). */
function synchronization(request: IodRequest): Values {
  return {
    SynchronizationFrameOfReferenceUID: request.uid(5),
    SynchronizationTrigger: 'NO TRIGGER',
    AcquisitionTimeSynchronized: 'N',
  };
}

/** Ophthalmic photography, 8-bit colour (A.41.2). */
const OP: Iod = {
  modality: 'OP',
  sopClass: '1.2.840.10008.5.1.4.1.1.77.1.5.1',
  pixels: colour(480, 640),
  photometric: 'RGB',
  images: 4,
  values: (request) => ({
    ...VL,
    ...EYE,
    ...multiFrame(request),
    ...synchronization(request),
    PixelSpacing: [0.01, 0.01],
    DetectorType: 'CCD',
    IlluminationTypeCodeSequence: [],
    LightPathFilterTypeStackCodeSequence: [],
    ImagePathFilterTypeStackCodeSequence: [],
    LensesCodeSequence: [],
    AcquisitionDeviceTypeCodeSequence: [code('409898007', 'SCT', 'Fundus Camera')],
    AcquisitionDateTime: '20260101120000',
  }),
};

/** Frames by time, also when there is only one: the IODs below are multi-frame. */
function multiFrame(request: IodRequest): Values {
  const frames = request.shape?.frames ?? 1;
  return { NumberOfFrames: frames, FrameIncrementPointer: 0x00181063, FrameTime: 33.3 };
}

/** Nuclear medicine, static (A.5). */
const NM: Iod = {
  modality: 'NM',
  sopClass: '1.2.840.10008.5.1.4.1.1.20',
  pixels: grey(128, 128, 16, 2),
  photometric: 'MONOCHROME2',
  images: 2,
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
  sopClass: '1.2.840.10008.5.1.4.1.1.128',
  pixels: grey(128, 128, 16),
  photometric: 'MONOCHROME2',
  images: 100,
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

/** Items of the functional groups of a tomographic volume (C.7.6.16). */
function frameGroups(frames: number, make: (frame: number) => Values): Values[] {
  return Array.from({ length: frames }, (_, frame) => make(frame));
}

const DIMENSION_STACK = 0x00209056;
const DIMENSION_POSITION = 0x00209057;
const FRAME_CONTENT = 0x00209111;

/** Ophthalmic tomography (A.52.4). */
const OPT: Iod = {
  modality: 'OPT',
  sopClass: '1.2.840.10008.5.1.4.1.1.77.1.5.4',
  pixels: grey(256, 256, 8, 8),
  photometric: 'MONOCHROME2',
  images: 2,
  values: (request) => ({
    FrameOfReferenceUID: request.uid(4),
    PositionReferenceIndicator: '',
    ...synchronization(request),
    ImageLaterality: 'R',
    AnatomicRegionSequence: [code('5665001', 'SCT', 'Retina')],
    // why: C.8.17.7 makes these type 1, and a concatenation has at least two parts
    InConcatenationNumber: 1,
    InConcatenationTotalNumber: 2,
    ConcatenationUID: request.uid(8),
    SOPInstanceUIDOfConcatenationSource: request.uid(9),
    ImageType: ['ORIGINAL', 'PRIMARY'],
    AcquisitionDateTime: '20260101120000',
    AcquisitionDuration: 1,
    AcquisitionNumber: 1,
    LossyImageCompression: '00',
    BurnedInAnnotation: 'NO',
    PresentationLUTShape: 'IDENTITY',
    ConcatenationFrameOffsetNumber: 0,
    SamplesPerPixel: 1,
    NumberOfFrames: request.shape?.frames ?? 1,
    AcquisitionContextSequence: [],
    ...opticalDevice(),
    DimensionOrganizationSequence: [{ DimensionOrganizationUID: request.uid(6) }],
    DimensionIndexSequence: [DIMENSION_STACK, DIMENSION_POSITION].map((tag) => ({
      DimensionOrganizationUID: request.uid(6),
      DimensionIndexPointer: tag,
      FunctionalGroupPointer: FRAME_CONTENT,
    })),
    ...opticalGroups(request),
  }),
};

function opticalDevice(): Values {
  return {
    LightPathFilterPassThroughWavelength: '',
    LightPathFilterTypeStackCodeSequence: [],
    AcquisitionDeviceTypeCodeSequence: [
      code('392012008', 'SCT', 'Optical Coherence Tomography Scanner'),
    ],
    AxialLengthOfTheEye: '',
    HorizontalFieldOfView: '',
    RefractiveStateSequence: [],
    EmmetropicMagnification: '',
    IntraOcularPressure: '',
    PupilDilated: '',
    DetectorType: 'CCD',
    IlluminationWaveLength: 840,
    IlluminationPower: 1,
    IlluminationBandwidth: 50,
    DepthSpatialResolution: 5,
    MaximumDepthDistortion: 1,
    AlongScanSpatialResolution: 10,
    MaximumAlongScanDistortion: 1,
    AcrossScanSpatialResolution: 10,
    MaximumAcrossScanDistortion: 1,
  };
}

function opticalGroups(request: IodRequest): Values {
  return {
    SharedFunctionalGroupsSequence: [
      {
        PixelMeasuresSequence: [{ PixelSpacing: [0.01, 0.01], SliceThickness: 0.01 }],
        PlaneOrientationSequence: [{ ImageOrientationPatient: [1, 0, 0, 0, 1, 0] }],
        FrameAnatomySequence: [
          {
            FrameLaterality: 'R',
            AnatomicRegionSequence: [code('5665001', 'SCT', 'Retina')],
          },
        ],
      },
    ],
    PerFrameFunctionalGroupsSequence: frameGroups(request.shape?.frames ?? 1, (frame) => ({
      FrameContentSequence: [
        {
          FrameAcquisitionDateTime: '20260101120000',
          FrameReferenceDateTime: '20260101120000',
          FrameAcquisitionDuration: 10,
          StackID: '1',
          InStackPositionNumber: frame + 1,
          DimensionIndexValues: [1, frame + 1],
        },
      ],
      PlanePositionSequence: [{ ImagePositionPatient: [0, frame * 0.1, 0] }],
    })),
  };
}

/** Whole slide microscopy (A.32.8): one level of tiles. */
const SM: Iod = {
  modality: 'SM',
  sopClass: '1.2.840.10008.5.1.4.1.1.77.1.6',
  pixels: colour(256, 256, 16),
  photometric: 'RGB',
  images: 1,
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

const OTHER_INSTANCE = '1.2.840.10008.5.1.4.1.1.2';

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
  sopClass: '1.2.840.10008.5.1.4.1.1.88.59',
  pixels: null,
  photometric: '',
  images: 1,
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
  sopClass: '1.2.840.10008.5.1.4.1.1.11.1',
  pixels: null,
  photometric: '',
  images: 1,
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

/** Ophthalmic visual field static perimetry (A.62). */
const OPV: Iod = {
  modality: 'OPV',
  sopClass: '1.2.840.10008.5.1.4.1.1.80.1',
  pixels: null,
  photometric: '',
  images: 1,
  values: () => ({
    MeasurementLaterality: 'R',
    PerformedProtocolCodeSequence: [code('111802', 'DCM', 'Visual Field 24-2 Test Pattern')],
    VisualFieldHorizontalExtent: 48,
    VisualFieldVerticalExtent: 48,
    VisualFieldShape: 'CIRCLE',
    ScreeningTestModeCodeSequence: [code('111841', 'DCM', 'Single luminance')],
    BackgroundLuminance: 10,
    MaximumStimulusLuminance: 3183,
    StimulusColorCodeSequence: [code('371251000', 'SCT', 'White')],
    BackgroundIlluminationColorCodeSequence: [code('371251000', 'SCT', 'White')],
    StimulusArea: 4,
    StimulusPresentationTime: 200,
    ...fieldReliability(),
    ...fieldPoints(),
  }),
};

function fieldReliability(): Values {
  return {
    FixationSequence: [
      {
        FixationMonitoringCodeSequence: [code('111843', 'DCM', 'Automated Optical')],
        ExcessiveFixationLossesDataFlag: 'NO',
        FixationCheckedQuantity: 10,
        PatientNotProperlyFixatedQuantity: 0,
      },
    ],
    VisualFieldCatchTrialSequence: [
      {
        CatchTrialsDataFlag: 'NO',
        FalseNegativesEstimateFlag: 'NO',
        FalsePositivesEstimateFlag: 'NO',
        ExcessiveFalseNegativesDataFlag: 'NO',
        ExcessiveFalsePositivesDataFlag: 'NO',
      },
    ],
    FovealSensitivityMeasured: 'NO',
    FovealPointNormativeDataFlag: 'NO',
    ScreeningBaselineMeasured: 'NO',
    BlindSpotLocalized: 'NO',
    CommentsOnPatientPerformanceOfVisualField: '',
  };
}

function fieldPoints(): Values {
  return {
    VisualFieldTestPointSequence: [
      {
        VisualFieldTestPointXCoordinate: 3,
        VisualFieldTestPointYCoordinate: 3,
        StimulusResults: 'SEEN',
      },
    ],
    MinimumSensitivityValue: 0,
    PresentedVisualStimuliDataFlag: 'NO',
    TestPointNormalsDataFlag: 'NO',
    VisualFieldTestNormalsFlag: 'NO',
    CorrectedLocalizedDeviationFromNormalCalculated: 'NO',
    CorrectedLocalizedDeviationFromNormalProbabilityCalculated: 'NO',
    ShortTermFluctuationCalculated: 'NO',
    ShortTermFluctuationProbabilityCalculated: 'NO',
    GlobalDeviationProbabilityNormalsFlag: 'NO',
    LocalizedDeviationProbabilityNormalsFlag: 'NO',
    VisualFieldTestDuration: 300,
    RefractiveParametersUsedOnPatientSequence: [],
    OphthalmicPatientClinicalInformationRightEyeSequence: [clinical()],
  };
}

function clinical(): Values {
  return {
    RefractiveParametersUsedOnPatientSequence: [],
    PupilSize: '',
    PupilDilated: '',
    IntraOcularPressure: '',
  };
}

/** The second part of the table. */
export const MORE_IODS: Readonly<Record<string, Iod>> = { NM, PT, OP, OPT, OPV, SM, KO, PR };
