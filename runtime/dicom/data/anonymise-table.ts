// Attribute confidentiality (PS3.15 Table E.1-1), as lists by action. What the lists do not name is
// decided by VR, see `anonymise.ts`: person names, dates, UIDs and free text never pass unnoticed.

/** Replaced by an empty value. */
export const ZERO = new Set(
  `AccessionNumber PatientName PatientID PatientBirthDate PatientSex StudyID StudyDate StudyTime
  ReferringPhysicianName ConsultingPhysicianName ClinicalTrialCoordinatingCenterName
  ClinicalTrialSiteID ClinicalTrialSiteName ClinicalTrialProtocolName ClinicalTrialTimePointID
  FillerOrderNumberImagingServiceRequest PlacerOrderNumberImagingServiceRequest
  IssuerOfTheContainerIdentifierSequence SpecimenIdentifier BarcodeValue`.split(/\s+/),
);

/** Replaced by a dummy that fits the VR. */
export const DUMMY = new Set(
  `ContainerIdentifier ClinicalTrialSponsorName ClinicalTrialProtocolID ClinicalTrialSubjectID
  ClinicalTrialSubjectReadingID ClinicalTrialProtocolEthicsCommitteeName
  VerifyingOrganization AcquisitionFieldOfViewLabel`.split(/\s+/),
);

/** Identify a device: kept on `retainDevice`. */
export const DEVICE = new Set(
  `StationName DeviceSerialNumber DeviceUID PlateID GeneratorID CassetteID GantryID DetectorID
  DeviceDescription DeviceLabel ScheduledStationAETitle ScheduledStationName PerformedStationAETitle
  PerformedStationName ScheduledStationNameCodeSequence PerformedStationNameCodeSequence
  ScheduledStudyLocation ScheduledStudyLocationAETitle SourceSerialNumber LensSerialNumber
  XRaySourceID XRayDetectorID UnformattedTextValue DeviceAlternateIdentifier
  ManufacturerDeviceIdentifier UDISequence UniqueDeviceIdentifier
  ModifyingDeviceID PerformedStationGeographicLocationCodeSequence
  ScheduledStationGeographicLocationCodeSequence`.split(/\s+/),
);

/** Identify an institution: kept on `retainInstitution`. */
export const INSTITUTION = new Set(
  `InstitutionName InstitutionAddress InstitutionalDepartmentName InstitutionCodeSequence
  InstitutionalDepartmentTypeCodeSequence`.split(/\s+/),
);

/** Characteristics of a patient: kept on `retainPatientCharacteristics`. */
export const PATIENT = new Set(
  `PatientSex PatientAge PatientSize PatientWeight EthnicGroup EthnicGroupCodeSequence Allergies
  PatientState PatientSexNeutered PregnancyStatus SmokingStatus SpecialNeeds PreMedication
  PatientSizeCodeSequence`.split(/\s+/),
);

/** Descriptions that people write: kept on `retainDescriptions`. */
export const DESCRIPTORS = new Set(
  `StudyDescription SeriesDescription ProtocolName PerformedProcedureStepDescription
  RequestedProcedureDescription ScheduledProcedureStepDescription AdmittingDiagnosesDescription
  AdmittingDiagnosesCodeSequence DerivationDescription ImageComments PatientComments
  AcquisitionComments AcquisitionDeviceProcessingDescription AcquisitionProtocolDescription
  AdditionalPatientHistory ContributionDescription DecompositionDescription
  DischargeDiagnosisDescription FrameComments IdentifyingComments MedicalAlerts
  ModifiedImageDescription Occupation OverlayComments ReasonForStudy ReasonForTheRequestedProcedure
  ReasonForTheImagingServiceRequest RequestedContrastAgent RequestedProcedureComments
  RequestedProcedureCodeSequence PerformedProtocolCodeSequenceComments StudyComments VisitComments
  InterpretationDiagnosisDescription ServiceEpisodeDescription
  CommentsOnThePerformedProcedureStep ImagePresentationComments
  ClinicalTrialSeriesDescription ClinicalTrialTimePointDescription ContentDescription ContentLabel
  DeviceSettingDescription LensSpecification ContainerDescription SpecimenShortDescription
  SpecimenDetailedDescription TreatmentSite StructureSetDescription StructureSetName`.split(/\s+/),
);

/** Removed whatever is retained. */
export const REMOVE = new Set(
  `AdmissionID IssuerOfAdmissionID IssuerOfAdmissionIDSequence AffectedSOPInstanceUID Arbitrary
  AuthorObserverSequence BranchOfService CameraOwnerName ClinicalTrialSeriesID
  ClinicalTrialProtocolEthicsCommitteeApprovalNumber
  ConfidentialityConstraintOnPatientDataDescription ConsultingPhysicianIdentificationSequence
  ContentCreatorIdentificationCodeSequence ContainerComponentID CountryOfResidence
  CurrentPatientLocation CustodialOrganizationSequence DataSetTrailingPadding
  DigitalSignaturesSequence EncryptedAttributesSequence
  GraphicAnnotationSequence HumanPerformerName HumanPerformerOrganization
  IconImageSequence InsurancePlanIdentification IntendedRecipientsOfResultsIdentificationSequence
  InterpretationApproverSequence InterpretationAuthor InterpretationIDIssuer InterpretationRecorder
  InterpretationText InterpretationTranscriber IssuerOfAccessionNumberSequence IssuerOfPatientID
  IssuerOfPatientIDQualifiersSequence IssuerOfServiceEpisodeID IssuerOfServiceEpisodeIDSequence
  LastMenstrualDate MACParametersSequence MedicalRecordLocator MedicalRecordLocatorRETIRED
  MilitaryRank ModifiedAttributesSequence NonconformingModifiedAttributesSequence
  OperatorIdentificationSequence OriginalAttributesSequence
  OrderCallbackPhoneNumber OrderCallbackTelecomInformation OrderEntererLocation OtherPatientIDs
  OtherPatientIDsSequence ParticipantSequence
  PatientAddress PatientAlternativeCalendar PatientBirthDateInAlternativeCalendar
  PatientDeathDateInAlternativeCalendar PatientBirthTime PatientInstitutionResidence
  PatientInsurancePlanCodeSequence PatientPrimaryLanguageCodeSequence
  PatientPrimaryLanguageModifierCodeSequence PatientReligiousPreference
  PatientTelephoneNumbers PatientTelecomInformation PatientTransportArrangements PerformedLocation
  PerformedProcedureStepID PerformingPhysicianIdentificationSequence PersonAddress
  PersonIdentificationCodeSequence PersonTelephoneNumbers PersonTelecomInformation
  PhysiciansOfRecordIdentificationSequence PhysiciansReadingStudyIdentificationSequence
  ReferencedDigitalSignatureSequence ReferencedPatientAliasSequence ReferencedPatientPhotoSequence
  ReferencedPatientSequence ReferencedSOPInstanceMACSequence
  ReferringPhysicianAddress ReferringPhysicianIdentificationSequence
  ReferringPhysicianTelephoneNumbers RegionOfResidence RequestAttributesSequence
  RequestedProcedureID RequestedProcedureLocation RequestingService ResponsibleOrganization
  ResultsDistributionListSequence ResultsIDIssuer ScheduledPatientInstitutionResidence
  ScheduledPerformingPhysicianIdentificationSequence ScheduledProcedureStepID
  ScheduledProcedureStepLocation ServiceEpisodeID SourcePatientGroupIdentificationSequence
  GroupOfPatientsIdentificationSequence StudyIDIssuer TextComments TextString
  TimezoneOffsetFromUTC TopicAuthor TopicKeywords TopicSubject TopicTitle
  VerifyingObserverIdentificationCodeSequence ReferencedStudySequence
  ReferencedPerformedProcedureStepSequence GPSLatitude GPSLongitude GPSAltitude
  ScheduledHumanPerformersSequence ActualHumanPerformersSequence`.split(/\s+/),
);

/** UIDs that name a kind of thing, not a thing. */
export const KIND_UIDS = new Set(
  `SOPClassUID ReferencedSOPClassUID CodingSchemeUID ContextUID MappingResourceUID
  ContextGroupExtensionCreatorUID PrivateInformationCreatorUID RelatedGeneralSOPClassUID
  OriginalSpecializedSOPClassUID SOPClassesSupported SOPClassesInStudy EncryptedContentTransferSyntaxUID
  MACCalculationTransferSyntaxUID ImplementationClassUID AffectedSOPClassUID RequestedSOPClassUID
  ColorPaletteUID PixelCodecTransferSyntaxUID AvailableTransferSyntaxUID`.split(/\s+/),
);
