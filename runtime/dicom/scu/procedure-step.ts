// Modality Performed Procedure Step (PS3.4 Annex F): the attribute sets of N-CREATE and N-SET with
// everything of type 1 and 2 (Table F.7.2-1) that the caller did not give.
import type { Attributes } from '../dimse/model.ts';

export interface PerformedSeries {
  readonly seriesUid: string;
  readonly protocolName?: string;
  readonly description?: string;
  readonly instances: readonly { readonly sopClass: string; readonly sopInstance: string }[];
}

export interface StepStart {
  /** A worklist match by keyword, as C-FIND returned it; {} for an unscheduled step. */
  readonly worklist: Attributes;
  readonly studyUid: string;
  readonly stepId: string;
  readonly stationAET: string;
  readonly modality: string;
  readonly start: Date;
}

const pad = (value: number): string => String(value).padStart(2, '0');
const date = (at: Date): string =>
  `${at.getFullYear()}${pad(at.getMonth() + 1)}${pad(at.getDate())}`;
const time = (at: Date): string =>
  `${pad(at.getHours())}${pad(at.getMinutes())}${pad(at.getSeconds())}`;

function pick(from: Attributes, ...keywords: string[]): Record<string, unknown> {
  return Object.fromEntries(keywords.map((keyword) => [keyword, from[keyword] ?? '']));
}

function scheduledStep(worklist: Attributes): Attributes {
  const steps = worklist['ScheduledProcedureStepSequence'];
  const first: unknown = Array.isArray(steps) ? steps[0] : undefined;
  return typeof first === 'object' && first !== null ? (first as Attributes) : {};
}

const list = (value: unknown): unknown => (Array.isArray(value) ? value : []);

/** Attributes of the N-CREATE-RQ: status IN PROGRESS. */
export function startAttributes(step: StepStart): Attributes {
  const { worklist } = step;
  const scheduled = scheduledStep(worklist);
  return {
    ...pick(worklist, 'PatientName', 'PatientID', 'PatientBirthDate', 'PatientSex', 'StudyID'),
    ReferencedPatientSequence: list(worklist['ReferencedPatientSequence']),
    ScheduledStepAttributesSequence: [
      {
        StudyInstanceUID: step.studyUid,
        ReferencedStudySequence: list(worklist['ReferencedStudySequence']),
        ...pick(
          worklist,
          'AccessionNumber',
          'RequestedProcedureID',
          'RequestedProcedureDescription',
        ),
        ...pick(scheduled, 'ScheduledProcedureStepID', 'ScheduledProcedureStepDescription'),
        ScheduledProtocolCodeSequence: list(scheduled['ScheduledProtocolCodeSequence']),
      },
    ],
    PerformedProcedureStepID: step.stepId,
    PerformedStationAETitle: step.stationAET,
    PerformedStationName: '',
    PerformedLocation: '',
    PerformedProcedureStepStartDate: date(step.start),
    PerformedProcedureStepStartTime: time(step.start),
    PerformedProcedureStepStatus: 'IN PROGRESS',
    PerformedProcedureStepDescription: scheduled['ScheduledProcedureStepDescription'] ?? '',
    PerformedProcedureTypeDescription: '',
    ProcedureCodeSequence: [],
    PerformedProcedureStepEndDate: '',
    PerformedProcedureStepEndTime: '',
    Modality: step.modality,
    PerformedProtocolCodeSequence: [],
    PerformedSeriesSequence: [],
  };
}

function seriesItem(series: PerformedSeries): Attributes {
  return {
    PerformingPhysicianName: '',
    // Type 1 in the final state.
    ProtocolName: series.protocolName ?? 'DICOMRUN',
    OperatorsName: '',
    SeriesInstanceUID: series.seriesUid,
    SeriesDescription: series.description ?? '',
    RetrieveAETitle: '',
    ReferencedImageSequence: series.instances.map(({ sopClass, sopInstance }) => ({
      ReferencedSOPClassUID: sopClass,
      ReferencedSOPInstanceUID: sopInstance,
    })),
    ReferencedNonImageCompositeSOPInstanceSequence: [],
  };
}

/** Attributes of the N-SET-RQ that completes the step. */
export function completeAttributes(end: Date, series: readonly PerformedSeries[]): Attributes {
  return {
    PerformedProcedureStepStatus: 'COMPLETED',
    PerformedProcedureStepEndDate: date(end),
    PerformedProcedureStepEndTime: time(end),
    PerformedSeriesSequence: series.map(seriesItem),
  };
}

/** A reason for discontinuation, from CID 9300. */
export interface DiscontinuationReason {
  readonly value: string;
  readonly scheme: string;
  readonly meaning: string;
}

/** Attributes of the N-SET-RQ that ends the step without completing it. */
export function discontinueAttributes(
  end: Date,
  series: readonly PerformedSeries[],
  reason?: DiscontinuationReason,
): Attributes {
  const code = {
    CodeValue: reason?.value ?? '',
    CodingSchemeDesignator: reason?.scheme ?? '',
    CodeMeaning: reason?.meaning ?? '',
  };
  return {
    ...completeAttributes(end, series),
    PerformedProcedureStepStatus: 'DISCONTINUED',
    PerformedProcedureStepDiscontinuationReasonCodeSequence: reason === undefined ? [] : [code],
  };
}
