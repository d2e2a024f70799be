// What a performed procedure step may become: created in progress with what the standard asks for,
// ended once (PS3.4 F.7.2).
import type { JsonDataset, JsonValue } from '../element/json.ts';
import type { ResponseFields } from '../dimse/incoming.ts';
import { Status } from '../dimse/status.ts';

const STATUS = 'PerformedProcedureStepStatus';
const IN_PROGRESS = 'IN PROGRESS';
const FINAL: readonly unknown[] = ['COMPLETED', 'DISCONTINUED'];
const SCHEDULED = 'ScheduledStepAttributesSequence';

/** Type 1 of the N-CREATE (PS3.4 Table F.7.2-1). */
const AT_CREATION: readonly string[] = [
  STATUS,
  'PerformedProcedureStepID',
  'PerformedStationAETitle',
  'PerformedProcedureStepStartDate',
  'PerformedProcedureStepStartTime',
  'Modality',
  SCHEDULED,
];
/** Type 1 of a step that has ended (same table, final state). */
const AT_THE_END: readonly string[] = [
  'PerformedProcedureStepEndDate',
  'PerformedProcedureStepEndTime',
];

/** Whether a step is completed or discontinued. */
export function hasEnded(step: JsonDataset): boolean {
  return FINAL.includes(step[STATUS]);
}

/** Why a step may not be created so; null = it may (PS3.4 F.7.2.1.2). */
export function creationRefused(attributes: JsonDataset): ResponseFields | null {
  const lacking = lacks(attributes, AT_CREATION) ?? scheduledLacks(attributes[SCHEDULED]);
  if (lacking !== null) return lacking;
  if (attributes[STATUS] === IN_PROGRESS) return null;
  const errorComment = `${STATUS} must be ${IN_PROGRESS}`;
  return { status: Status.INVALID_ATTRIBUTE_VALUE, errorComment };
}

/** Why a step may not be changed so; null = it may (PS3.4 F.7.2.2.2). */
export function changeRefused(step: JsonDataset, attributes: JsonDataset): ResponseFields | null {
  if (hasEnded(step)) {
    const errorComment = 'performed procedure step may no longer be updated';
    return { status: Status.PROCESSING_FAILURE, errorComment };
  }
  const status = attributes[STATUS];
  if (FINAL.includes(status)) return lacks({ ...step, ...attributes }, AT_THE_END);
  if (status === undefined || status === IN_PROGRESS) return null;
  const errorComment = `${STATUS} is neither ${IN_PROGRESS} nor an end`;
  return { status: Status.INVALID_ATTRIBUTE_VALUE, errorComment };
}

function scheduledLacks(items: JsonValue | undefined): ResponseFields | null {
  const uids = ['StudyInstanceUID'];
  for (const item of Array.isArray(items) ? items : []) {
    const lacking = typeof item === 'object' && item !== null ? lacks(item, uids) : null;
    if (lacking !== null) return lacking;
  }
  return null;
}

/** Absent is 0120, without a value 0121 (PS3.7 C.5.13, C.5.14). The comment names it first: 64 characters. */
function lacks(attributes: JsonDataset, keywords: readonly string[]): ResponseFields | null {
  for (const keyword of keywords) {
    const value = attributes[keyword];
    if (value === undefined)
      return { status: Status.MISSING_ATTRIBUTE, errorComment: `${keyword} is missing` };
    if (isBlank(value))
      return { status: Status.MISSING_ATTRIBUTE_VALUE, errorComment: `${keyword} is empty` };
  }
  return null;
}

function isBlank(value: JsonValue): boolean {
  return value === null || value === '' || (Array.isArray(value) && value.length === 0);
}
