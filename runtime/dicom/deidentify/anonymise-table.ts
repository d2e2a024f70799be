// Attribute confidentiality, row by row: PS3.15 Table E.1-1, edition 2024b. What no row names is
// decided by its VR, see `anonymise-rules.ts`.
import { tagOf } from '../element/dictionary.ts';

/**
 * What the Basic Profile does with an attribute: D dummy, Z empty, X removed, U another UID; of
 * several the one that the IOD asks for.
 */
export type BasicAction = 'D' | 'Z' | 'X' | 'U' | 'Z/D' | 'X/Z' | 'X/D' | 'X/Z/D' | 'X/Z/U*';

const ROWS: Readonly<Record<BasicAction, string>> = {
  D: `
    00080106 00080107 00120010 00120020 00120040 00120042 00120081 001811bb 00189074 00189151
    00189367 00189369 0018936a 00189371 00189623 00189701 00189804 00340001 00340002 00340005
    00340007 003a0314 00400512 00400551 00401101 0040a027 0040a030 0040a073 0040a075 0040a120
    0040a121 0040a122 0040a123 0040a13a 0040a730 00420011 00440104 00686226 00686270 006a0005
    00700001 0072000a 0072005e 0072005f 00720061 00720063 00720065 00720066 00720068 0072006a
    0072006b 0072006c 0072006d 0072006e 00720070 00720071 04000105 04000115 04000562 04000563
    04000565 21000140 30060002 30080024 30080025 30080162 30080164 30080166 30080168 300a0002
    300a022c 300a022e 300a0608 300a0619 300a0623 300a062a 300a067c 300a0734 300a0736 300a073a
    300a0741 300a0742 300a0760 300a0783 300c0127 3010002d 30100033 30100034 30100035 30100038
    30100054`,
  Z: `
    00080020 00080030 00080050 00080090 0008009c 00100010 00100030 00100040 00120021 00120030
    00120031 00120050 00120060 00181203 00200010 00400513 00400562 00400610 00402016 00402017
    0040a082 0040a088 04000564 30060008 30060009 30060026 300600a6 300a0611 300a0615 300a067d
    300e0004 300e0005 3010000f 30100017 3010001b 30100043 3010005a 3010005c 3010007a 3010007b
    3010007f 30100081`,
  X: `
    00001000 00080015 00080024 00080025 00080034 00080035 00080054 00080055 00080081 00080092
    00080094 00080096 0008009d 00080201 00081000 00081030 0008103e 00081040 00081041 00081048
    00081049 00081050 00081052 00081060 00081062 00081080 00081084 00081088 00081120 00082111
    00084000 00100021 00100032 00100050 00100101 00100102 00101000 00101001 00101002 00101005
    00101010 00101020 00101030 00101040 00101050 00101060 00101080 00101081 00101090 00101100
    00102000 00102110 00102150 00102152 00102154 00102155 00102160 00102180 001021a0 001021b0
    001021c0 001021d0 001021f0 00102297 00102299 00104000 00120022 00120023 00120032 00120041
    00120043 00120051 00120055 00120071 00120072 00120073 00120082 00120086 00120087 0014407c
    0014407e 0016002b 0016004b 0016004d 0016004e 0016004f 00160050 00160051 00160070 00160071
    00160072 00160073 00160074 00160075 00160076 00160077 00160078 00160079 0016007a 0016007b
    0016007c 0016007d 0016007e 0016007f 00160080 00160081 00160082 00160083 00160084 00160085
    00160086 00160087 00160088 00160089 0016008a 0016008b 0016008c 0016008d 0016008e 00180027
    00180035 00181004 00181005 00181007 00181008 00181009 0018100a 00181012 00181014 00181042
    00181043 00181072 00181073 00181078 00181079 00181200 00181201 00181202 00181204 00181205
    00184000 00185011 00189185 00189373 0018937b 0018937f 00189424 00189937 0018a002 0018a003
    00200027 00203401 00203403 00203405 00203406 00204000 00209158 00284000 00320012 00320032
    00320033 00320034 00320035 00321000 00321001 00321010 00321011 00321020 00321021 00321030
    00321032 00321033 00321040 00321041 00321050 00321051 00321066 00321067 00321070 00324000
    00380004 00380010 00380011 00380014 0038001a 0038001b 0038001c 0038001d 0038001e 00380020
    00380021 00380030 00380032 00380040 00380050 00380060 00380061 00380062 00380064 00380300
    00380400 00380500 00384000 003a0329 003a032b 00400001 00400002 00400003 00400004 00400005
    00400006 00400007 00400009 0040000b 00400010 00400011 00400012 00400241 00400242 00400243
    00400244 00400245 00400250 00400251 00400253 00400254 00400275 00400280 00400310 0040050a
    0040051a 00400600 00400602 004006fa 00401001 00401002 00401004 00401005 0040100a 00401010
    00401011 00401102 00401103 00401104 00401400 00402001 00402004 00402005 00402008 00402009
    00402010 00402011 00402400 00403001 00404005 00404008 00404010 00404011 00404025 00404027
    00404028 00404030 00404034 00404035 00404036 00404037 00404050 00404051 00404052 0040a023
    0040a024 0040a033 0040a078 0040a07a 0040a07c 0040a110 0040a112 0040a192 0040a193 0040a307
    0040a352 0040a353 0040a354 0040a358 0040db06 0040db07 0040e004 00440004 0044000b 00440010
    00440105 0050001b 00500020 00500021 006a0006 00700082 00700083 00700086 00741234 00741236
    00880200 00880904 00880906 00880910 00880912 01000420 04000310 04000402 04000403 04000404
    04000550 04000551 04000552 04000561 04000600 20300020 21000040 21000050 21000070 30020121
    30020123 30060004 30060006 30060028 3006002d 3006002e 30060038 3006004d 3006004e 30060085
    30060088 300a0003 300a0004 300a000b 300a000e 300a0016 300a0072 300a00c3 300a00dd 300a0196
    300a01a6 300a01b2 300a0216 300a02eb 300a0676 300a078e 300a0792 300a0794 300a079a 300c0113
    30100036 30100037 30100061 30100085 40000010 40004000 40080040 40080042 40080100 40080101
    40080102 40080108 40080109 4008010a 4008010b 4008010c 40080111 40080112 40080113 40080114
    40080115 40080118 40080119 4008011a 40080200 40080202 40080300 40084000 fffafffa fffcfffc`,
  U: `
    00001001 00020003 00041511 00080014 00080017 00080018 00080019 00080058 00081155 00081195
    00083010 00181002 0018100b 00182042 0020000d 0020000e 00200052 00200200 00209161 00209164
    00281199 00281214 003a0310 00400554 00404023 0040a124 0040a171 0040a172 0040a402 0040db0c
    0040db0d 00620021 00640003 006a0003 0070031a 00701101 00701102 00880140 04000100 30060024
    300600c2 300a0013 300a0083 300a0609 300a0650 300a0700 300a0785 30100006 3010000b 30100013
    30100015 30100031 3010003b 3010006e 3010006f`,
  'Z/D': `
    00080023 00080033 00100020 00180010 00189919 00700084`,
  'X/Z': `
    00080022 00080032 00081110 00102203 00321060 00400555 22000002 22000005 30080105 300a00b2
    300e0008`,
  'X/D': `
    00080012 00080021 00080031 00081072 00181030 00181400 0018700a 0018700c 0018700e 00189516
    00189517 0040a032 30080054 30080056 30080250 30080251 300a0006 300a0007 3010004c 3010004d
    30100056 30100077`,
  'X/Z/D': `
    00080013 0008002a 00080080 00080082 00081010 00081070 00081111 00181000`,
  'X/Z/U*': `
    00081140 00082112`,
};

/** Tag -> action. The rows (50xx,xxxx), (60xx,3000), (60xx,4000) and (gggg,eeee) private are code. */
export const BASIC: ReadonlyMap<number, BasicAction> = new Map(
  (Object.keys(ROWS) as BasicAction[]).flatMap((action) =>
    ROWS[action]
      .split(/\s+/)
      .flatMap((hex): [number, BasicAction][] => (hex === '' ? [] : [[parseInt(hex, 16), action]])),
  ),
);

/** Tags of keywords; looked up when they are first asked for. */
export interface TagSet {
  has(tag: number): boolean;
}

function tagsOf(keywords: string): TagSet {
  let tags: ReadonlySet<number> | null = null;
  return {
    has: (tag) => {
      tags ??= new Set(keywords.trim().split(/\s+/).map(tagOf));
      return tags.has(tag);
    },
  };
}

/** Retain UIDs (E.3.9): kept. */
export const UIDS = tagsOf(`
  AffectedSOPInstanceUID RequestedSOPInstanceUID MediaStorageSOPInstanceUID
  ReferencedSOPInstanceUIDInFile InstanceCreatorUID AcquisitionUID SOPInstanceUID PyramidUID
  FailedSOPInstanceUIDList ReferencedImageSequence ReferencedSOPInstanceUID TransactionUID
  SourceImageSequence IrradiationEventUID DeviceUID ManufacturerDeviceClassUID TargetUID
  StudyInstanceUID SeriesInstanceUID FrameOfReferenceUID SynchronizationFrameOfReferenceUID
  ConcatenationUID DimensionOrganizationUID PaletteColorLookupTableUID
  LargePaletteColorLookupTableUID MultiplexGroupUID SpecimenUID
  ReferencedGeneralPurposeScheduledProcedureStepTransactionUID UID ObservationUID
  ReferencedObservationUIDTrial ObservationSubjectUIDTrial TemplateExtensionOrganizationUID
  TemplateExtensionCreatorUID TrackingUID SourceFrameOfReferenceUID AnnotationGroupUID FiducialUID
  PresentationDisplayCollectionUID PresentationSequenceCollectionUID StorageMediaFileSetUID
  ReferencedFrameOfReferenceUID RelatedFrameOfReferenceUID DoseReferenceUID
  ReferencedDoseReferenceUID TreatmentPositionGroupUID PatientSetupUID TreatmentSessionUID
  ReferencedTreatmentPositionGroupUID ConceptualVolumeUID ReferencedConceptualVolumeUID
  ConstituentConceptualVolumeUID SourceConceptualVolumeUID ReferencedFiducialsUID
  RTTreatmentPhaseUID DosimetricObjectiveUID ReferencedDosimetricObjectiveUID`);

/** Retain Longitudinal Temporal Information (E.3.6): kept, or moved by whole days. */
export const DATES = tagsOf(`
  InstanceCreationDate InstanceCreationTime InstanceCoercionDateTime StudyDate SeriesDate
  AcquisitionDate ContentDate OverlayDate CurveDate AcquisitionDateTime StudyTime SeriesTime
  AcquisitionTime ContentTime OverlayTime CurveTime ContextGroupVersion ContextGroupLocalVersion
  TimezoneOffsetFromUTC LastMenstrualDate EthicsCommitteeApprovalEffectivenessStartDate
  EthicsCommitteeApprovalEffectivenessEndDate CalibrationTime CalibrationDate GPSDateStamp
  InterventionDrugStopTime InterventionDrugStartTime DateOfSecondaryCapture TimeOfSecondaryCapture
  ContrastBolusStartTime ContrastBolusStopTime RadiopharmaceuticalStartTime
  RadiopharmaceuticalStopTime RadiopharmaceuticalStartDateTime RadiopharmaceuticalStopDateTime
  DateOfLastCalibration TimeOfLastCalibration DateTimeOfLastCalibration CalibrationDateTime
  DateOfManufacture DateOfInstallation DateOfLastDetectorCalibration TimeOfLastDetectorCalibration
  FrameAcquisitionDateTime FrameReferenceDateTime SourceStartDateTime SourceEndDateTime
  StartAcquisitionDateTime EndAcquisitionDateTime FunctionalSyncPulse DecayCorrectionDateTime
  ExclusionStartDateTime InstructionPerformedDateTime ContributionDateTime ModifiedImageDate
  ModifiedImageTime StudyVerifiedDate StudyVerifiedTime StudyReadDate StudyReadTime
  ScheduledStudyStartDate ScheduledStudyStartTime ScheduledStudyStopDate ScheduledStudyStopTime
  StudyArrivalDate StudyArrivalTime StudyCompletionDate StudyCompletionTime FrameOriginTimestamp
  ScheduledAdmissionDate ScheduledAdmissionTime ScheduledDischargeDate ScheduledDischargeTime
  AdmittingDate AdmittingTime DischargeDate DischargeTime ImpedanceMeasurementDateTime
  ScheduledProcedureStepStartDate ScheduledProcedureStepStartTime ScheduledProcedureStepEndDate
  ScheduledProcedureStepEndTime PerformedProcedureStepStartDate PerformedProcedureStepStartTime
  PerformedProcedureStepEndDate PerformedProcedureStepEndTime IssueDateOfImagingServiceRequest
  IssueTimeOfImagingServiceRequest ScheduledProcedureStepStartDateTime
  ScheduledProcedureStepExpirationDateTime ScheduledProcedureStepModificationDateTime
  ExpectedCompletionDateTime PerformedProcedureStepStartDateTime PerformedProcedureStepEndDateTime
  ProcedureStepCancellationDateTime FindingsGroupRecordingDateTrial
  FindingsGroupRecordingTimeTrial VerificationDateTime ObservationDateTime
  ObservationStartDateTime ParticipationDateTime DateOfDocumentOrVerbalTransactionTrial
  TimeOfDocumentCreationOrVerbalTransactionTrial DateTime Date Time ReferencedDateTime
  ObservationDateTrial ObservationTimeTrial TemplateVersion TemplateLocalVersion
  HL7DocumentEffectiveTime ApprovalStatusDateTime ProductExpirationDateTime
  SubstanceAdministrationDateTime AssertionDateTime AssertionExpirationDateTime EffectiveDateTime
  InformationIssueDateTime PresentationCreationDate PresentationCreationTime
  HangingProtocolCreationDateTime SelectorDAValue SelectorDTValue SelectorTMValue
  SOPAuthorizationDateTime DigitalSignatureDateTime AttributeModificationDateTime CreationDate
  CreationTime StructureSetDate StructureSetTime ROIDateTime ROIObservationDateTime
  TreatmentControlPointDate TreatmentControlPointTime FirstTreatmentDate MostRecentTreatmentDate
  SafePositionExitDate SafePositionExitTime SafePositionReturnDate SafePositionReturnTime
  TreatmentDate TreatmentTime RTPlanDate RTPlanTime SourceStrengthReferenceDate
  SourceStrengthReferenceTime TreatmentToleranceViolationDateTime RecordedRTControlPointDateTime
  InterlockDateTime OverrideDateTime BeamHoldTransitionDateTime ReviewDate ReviewTime
  IntendedPhaseStartDate IntendedPhaseEndDate IntendedFractionStartTime InterpretationRecordedDate
  InterpretationRecordedTime InterpretationTranscriptionDate InterpretationTranscriptionTime
  InterpretationApprovalDate InterpretationApprovalTime`);

/** Retain Device Identity (E.3.8): kept. */
export const DEVICE = tagsOf(`
  StationAETitle StationName LensSpecification LensMake LensModel LensSerialNumber
  DeviceSerialNumber DeviceUID PlateID GeneratorID CassetteID GantryID UniqueDeviceIdentifier
  UDISequence ManufacturerDeviceClassUID TransducerIdentificationSequence DetectorID XRaySourceID
  XRayDetectorID XRayDetectorLabel ModifyingDeviceID ScheduledStudyLocation
  ScheduledStudyLocationAETitle ScheduledStationAETitle ScheduledStationName
  PerformedStationAETitle PerformedStationName ScheduledStationNameCodeSequence
  ScheduledStationGeographicLocationCodeSequence PerformedStationNameCodeSequence
  PerformedStationGeographicLocationCodeSequence DeviceDescription LongDeviceDescription
  SourceSerialNumber TreatmentMachineName SourceManufacturer DeviceLabel
  ManufacturerDeviceIdentifier`);

/** Retain Institution Identity (E.3.11): kept. */
export const INSTITUTION = tagsOf(`
  InstitutionName InstitutionAddress InstitutionCodeSequence InstitutionalDepartmentName
  InstitutionalDepartmentTypeCodeSequence ClinicalTrialSiteID ClinicalTrialSiteName
  ClinicalTrialCoordinatingCenterName ClinicalTrialProtocolEthicsCommitteeName`);

/** Retain Patient Characteristics (E.3.7): kept. */
export const PATIENT = tagsOf(`
  PatientSex PatientAge PatientSize PatientWeight Allergies EthnicGroup SmokingStatus
  PregnancyStatus PatientSexNeutered SpecialNeeds PatientState PreMedication`);

/** Clean Descriptors (E.3.5). */
export const DESCRIPTORS = tagsOf(`
  StudyDescription SeriesDescription AdmittingDiagnosesDescription AdmittingDiagnosesCodeSequence
  PyramidDescription DerivationDescription IdentifyingComments MedicalAlerts Allergies Occupation
  AdditionalPatientHistory PatientComments ClinicalTrialTimePointDescription
  ClinicalTrialSeriesDescription DeviceSettingDescription ContrastBolusAgent ProtocolName
  AcquisitionFieldOfViewLabel AcquisitionDeviceProcessingDescription AcquisitionComments
  RespiratoryMotionCompensationTechniqueDescription MultienergyAcquisitionDescription
  DecompositionDescription AcquisitionProtocolDescription RequestedSeriesDescription
  ContributionDescription PyramidLabel ModifiedImageDescription ImageComments FrameComments
  ReasonForStudy RequestedProcedureDescription ReasonForVisit ReasonForVisitCodeSequence
  RequestedContrastAgent StudyComments DischargeDiagnosisDescription SpecialNeeds
  ServiceEpisodeDescription PatientState VisitComments WaveformFilterDescription
  FilterLookupTableDescription ScheduledProcedureStepDescription PreMedication
  PerformedProcedureStepDescription RequestAttributesSequence CommentsOnThePerformedProcedureStep
  CommentsOnRadiationDose ContainerDescription SpecimenShortDescription
  SpecimenDetailedDescription ReasonForTheRequestedProcedure
  ReasonForRequestedProcedureCodeSequence RequestedProcedureComments
  ReasonForTheImagingServiceRequest ImagingServiceRequestComments
  AnnotationGroupLabel
  AnnotationGroupDescription LabelText PositionAcquisitionTemplateName
  PositionAcquisitionTemplateDescription StructureSetLabel StructureSetName
  StructureSetDescription ROIName ROIDescription ROIGenerationDescription ROIObservationLabel
  ROIObservationDescription RTPlanLabel RTPlanName RTPlanDescription TreatmentSites
  PrescriptionDescription DoseReferenceDescription FractionGroupDescription BeamDescription
  BolusDescription FixationDeviceDescription ShieldingDeviceDescription SetupTechniqueDescription
  CompensatorDescription TreatmentPositionGroupLabel RadiationDoseIdentificationLabel
  RadiationDoseInVivoMeasurementLabel RTToleranceSetLabel EquipmentFrameOfReferenceDescription
  RadiationGenerationModeLabel RadiationGenerationModeDescription
  TreatmentToleranceViolationDescription InterlockDescription InterlockOriginDescription
  PatientTreatmentPreparationProcedureParameterDescription
  PatientTreatmentPreparationMethodDescription PatientSetupPhotoDescription
  DisplacementReferenceLabel ReasonForOmissionDescription ConceptualVolumeCombinationDescription
  ConceptualVolumeDescription UserContentLabel UserContentLongLabel EntityLabel EntityName
  EntityDescription EntityLongLabel RTPrescriptionLabel RTTreatmentApproachLabel
  RTPhysicianIntentNarrative ReasonForSuperseding PriorTreatmentDoseDescription TreatmentSite
  TreatmentTechniqueNotes PrescriptionNotes FractionationNotes InterpretationText
  InterpretationDiagnosisDescription Impressions ResultsComments`);

/** Clean Structured Content (E.3.4). */
export const STRUCTURED = tagsOf(`
  AcquisitionContextSequence SpecimenPreparationSequence ContentSequence`);

/** Clean Graphics (E.3.3). */
export const GRAPHICS = tagsOf('GraphicAnnotationSequence');

/** Of the patient characteristics those that people write: cleaned, not kept. */
export const WRITTEN = tagsOf('Allergies PatientState PreMedication SpecialNeeds');

/** No rows of the table, but of its kind: removed too. */
export const BEYOND = tagsOf(`
  EncryptedAttributesSequence MACParametersSequence IssuerOfAccessionNumberSequence
  IssuerOfPatientIDQualifiersSequence PatientAlternativeCalendar
  PatientBirthDateInAlternativeCalendar PatientDeathDateInAlternativeCalendar
  SourcePatientGroupIdentificationSequence GroupOfPatientsIdentificationSequence
  EthnicGroupCodeSequence ContentDescription`);
