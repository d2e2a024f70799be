// Synthetic IODs of ophthalmology (PS3.3 A.41, A.52, A.62).
import {
  cine,
  code,
  colour,
  grey,
  type Iod,
  type IodRequest,
  type Values,
} from './synthetic-iods.ts';
import { StorageClass } from '../dimse/uids.ts';

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
  manyFrames: true,
  sopClass: StorageClass.OphthalmicPhotography8,
  pixels: colour(480, 640),
  photometric: 'RGB',
  values: (request) => ({
    ...VL,
    ...EYE,
    ...cine(request),
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
  manyFrames: true,
  sopClass: StorageClass.OphthalmicTomography,
  pixels: grey(256, 256, 8, 8),
  photometric: 'MONOCHROME2',
  values: (request) => ({
    FrameOfReferenceUID: request.uid(4),
    PositionReferenceIndicator: '',
    ...synchronization(request),
    ImageLaterality: 'R',
    AnatomicRegionSequence: [code('5665001', 'SCT', 'Retina')],
    // why: C.8.17.7 makes them 1 for an instance that is no part of a concatenation
    InConcatenationNumber: 1,
    InConcatenationTotalNumber: 1,
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

/** Ophthalmic visual field static perimetry (A.62). */
const OPV: Iod = {
  modality: 'OPV',
  sopClass: StorageClass.OphthalmicVisualField,
  pixels: null,
  photometric: '',
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

/** Photography, tomography, visual fields. */
export const EYE_IODS: Readonly<Record<string, Iod>> = { OP, OPT, OPV };
