// What a performed procedure step may become: created in progress, ended once (PS3.4 F.7.2).
import type { JsonDataset } from '../element/json.ts';
import type { ResponseFields } from '../dimse/incoming.ts';
import { Status } from '../dimse/status.ts';

const STATUS = 'PerformedProcedureStepStatus';
const IN_PROGRESS = 'IN PROGRESS';
const FINAL: readonly unknown[] = ['COMPLETED', 'DISCONTINUED'];

/** Whether a step is completed or discontinued. */
export function hasEnded(step: JsonDataset): boolean {
  return FINAL.includes(step[STATUS]);
}

/** Why a step may not be created so; null = it may (PS3.4 F.7.2.1.2). */
export function creationRefused(attributes: JsonDataset): ResponseFields | null {
  const status = attributes[STATUS];
  if (status === IN_PROGRESS) return null;
  return {
    status: status === undefined ? Status.MISSING_ATTRIBUTE : Status.INVALID_ATTRIBUTE_VALUE,
    errorComment: `${STATUS} must be ${IN_PROGRESS}`,
  };
}

/** Why a step may not be changed so; null = it may (PS3.4 F.7.2.2.2). */
export function changeRefused(step: JsonDataset, attributes: JsonDataset): ResponseFields | null {
  if (hasEnded(step)) {
    const errorComment = 'performed procedure step may no longer be updated';
    return { status: Status.PROCESSING_FAILURE, errorComment };
  }
  const status = attributes[STATUS];
  if (status === undefined || status === IN_PROGRESS || FINAL.includes(status)) return null;
  const errorComment = `${STATUS} is neither ${IN_PROGRESS} nor an end`;
  return { status: Status.INVALID_ATTRIBUTE_VALUE, errorComment };
}
