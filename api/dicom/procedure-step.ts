// Modality Performed Procedure Step (PS3.4 Annex F): N-CREATE when an exam starts, N-SET when it ends.
import type { Vu } from '../sandbox/vu.ts';
import type { Association } from './association.ts';
import { nextStudy, Study } from './data.ts';
import { shared } from '../sandbox/shared.ts';
import type { Match, NormalisedResponse } from './types.ts';

const MPPS = '1.2.840.10008.3.1.2.3.3';

function stamp(): { date: string; time: string } {
  const iso = new Date().toISOString();
  return { date: iso.slice(0, 10).replace(/-/g, ''), time: iso.slice(11, 19).replace(/:/g, '') };
}

/** One Modality Performed Procedure Step, from its start to its end. */
export class ProcedureStep {
  /** SOP Instance UID of the step. */
  readonly uid: string;
  readonly #item: Match;

  constructor(_vu: Vu, what: Match | Study) {
    const number = String(shared.boot.studies.first + nextStudy()).padStart(13, '0');
    this.uid = `2.25.1${shared.boot.runNumber}${number}9999000001`;
    this.#item = what instanceof Study ? unscheduled(what) : what;
  }

  /** N-CREATE with status IN PROGRESS (PS3.4 §F.7.2.1). 0x0111: it was started before. */
  start(association: Association, attributes: Match = {}): Promise<NormalisedResponse> {
    return association.create(MPPS, this.uid, { ...this.#created(), ...attributes });
  }

  /**
   * N-SET with status COMPLETED and the series of the study (PS3.4 §F.7.2.2). 0x0110: it has ended
   * already.
   */
  complete(
    association: Association,
    study: Study,
    attributes: Match = {},
  ): Promise<NormalisedResponse> {
    return association.set(MPPS, this.uid, {
      ...ended('COMPLETED', seriesOf(study)),
      ...attributes,
    });
  }

  /** N-SET with status DISCONTINUED (PS3.4 §F.7.2.2). 0x0110: it has ended already. */
  discontinue(association: Association, reason: Match = {}): Promise<NormalisedResponse> {
    return association.set(MPPS, this.uid, { ...ended('DISCONTINUED', []), ...reason });
  }

  /** Type 1 and 2 attributes of the N-CREATE (PS3.4 Table F.7.2-1). */
  #created(): Match {
    const { date, time } = stamp();
    const item = this.#item;
    const step = (item['ScheduledProcedureStepSequence'] as Match[] | undefined)?.[0] ?? {};
    return {
      PatientName: text(item['PatientName']),
      PatientID: text(item['PatientID']),
      PatientBirthDate: text(item['PatientBirthDate']),
      PatientSex: text(item['PatientSex']),
      ReferencedPatientSequence: [],
      ScheduledStepAttributesSequence: [scheduled(item, step)],
      PerformedProcedureStepID: `P${time}`,
      PerformedStationAETitle: text(step['ScheduledStationAETitle'] ?? 'DICOMRUN'),
      PerformedStationName: '',
      PerformedLocation: '',
      PerformedProcedureStepStartDate: date,
      PerformedProcedureStepStartTime: time,
      PerformedProcedureStepStatus: 'IN PROGRESS',
      PerformedProcedureStepDescription: text(step['ScheduledProcedureStepDescription']),
      PerformedProcedureTypeDescription: '',
      ProcedureCodeSequence: [],
      PerformedProcedureStepEndDate: '',
      PerformedProcedureStepEndTime: '',
      Modality: text(step['Modality'] ?? 'OT'),
      StudyID: '',
      PerformedProtocolCodeSequence: [],
      PerformedSeriesSequence: [],
    };
  }
}

const text = (value: unknown): unknown => value ?? '';

function scheduled(item: Match, step: Match): Match {
  return {
    StudyInstanceUID: text(item['StudyInstanceUID']),
    ReferencedStudySequence: [],
    AccessionNumber: text(item['AccessionNumber']),
    RequestedProcedureID: text(item['RequestedProcedureID']),
    RequestedProcedureDescription: text(item['RequestedProcedureDescription']),
    ScheduledProcedureStepID: text(step['ScheduledProcedureStepID']),
    ScheduledProcedureStepDescription: text(step['ScheduledProcedureStepDescription']),
    ScheduledProtocolCodeSequence: [],
  };
}

/** What an order would have said (PS3.4 F.7.2.1.1, unscheduled case). */
function unscheduled(study: Study): Match {
  const taken = ['PatientName', 'PatientID', 'PatientBirthDate', 'PatientSex', 'AccessionNumber'];
  const item: Match = Object.fromEntries(taken.map((keyword) => [keyword, study.get(keyword)]));
  item['StudyInstanceUID'] = study.uid;
  item['ScheduledProcedureStepSequence'] = [{ Modality: study.get('Modality') }];
  return item;
}

function seriesOf(study: Study): Match[] {
  const series = new Map<number, Match[]>();
  const uids = new Map<number, unknown>();
  for (const image of study.images) {
    const list = series.get(image.series) ?? [];
    if (list.length === 0) uids.set(image.series, image.get('SeriesInstanceUID'));
    list.push({ ReferencedSOPClassUID: image.sopClass, ReferencedSOPInstanceUID: image.uid });
    series.set(image.series, list);
  }
  return [...series.entries()].map(([number, images]) => ({
    PerformingPhysicianName: '',
    OperatorsName: '',
    ProtocolName: 'DICOMRUN',
    SeriesInstanceUID: uids.get(number) ?? '',
    SeriesDescription: '',
    RetrieveAETitle: '',
    ReferencedImageSequence: images,
    ReferencedNonImageCompositeSOPInstanceSequence: [],
  }));
}

/** Final state (PS3.4 F.7.2.2.2): a completed step names its series. */
function ended(status: string, series: Match[]): Match {
  const { date, time } = stamp();
  return {
    PerformedProcedureStepStatus: status,
    PerformedProcedureStepEndDate: date,
    PerformedProcedureStepEndTime: time,
    PerformedSeriesSequence: series,
  };
}
