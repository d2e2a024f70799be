// Modality performed procedure steps as provider (PS3.4 Annex F): created in progress, then ended.
import { Status } from '../../dicom/dimse/status.ts';
import type { JsonDataset } from '../../dicom/data/json.ts';

const IN_PROGRESS = 'IN PROGRESS';
const FINAL = new Set(['COMPLETED', 'DISCONTINUED']);
/** Steps remembered; the oldest ended ones go first. */
const MOST_STEPS = 100_000;

/** All steps of an archive, by SOP Instance UID. */
export class ProcedureSteps {
  private readonly steps = new Map<string, JsonDataset>();

  /** N-CREATE: the status of the response. */
  create(uid: string, attributes: JsonDataset): number {
    if (uid === '') return Status.INVALID_OBJECT_INSTANCE;
    if (this.steps.has(uid)) return Status.DUPLICATE_SOP_INSTANCE;
    const status = attributes['PerformedProcedureStepStatus'];
    if (status === undefined) return Status.MISSING_ATTRIBUTE;
    if (status !== IN_PROGRESS) return Status.INVALID_ATTRIBUTE_VALUE;
    if (this.steps.size >= MOST_STEPS) this.forgetEnded();
    this.steps.set(uid, { ...attributes });
    return Status.SUCCESS;
  }

  /** N-SET: a step that has ended can no longer change (PS3.4 F.7.2.2.2). */
  set(uid: string, attributes: JsonDataset): number {
    const step = this.steps.get(uid);
    if (step === undefined) return Status.NO_SUCH_SOP_INSTANCE;
    if (FINAL.has(String(step['PerformedProcedureStepStatus']))) return Status.PROCESSING_FAILURE;
    const status = attributes['PerformedProcedureStepStatus'];
    if (status !== undefined && status !== IN_PROGRESS && !FINAL.has(String(status))) {
      return Status.INVALID_ATTRIBUTE_VALUE;
    }
    Object.assign(step, attributes);
    return Status.SUCCESS;
  }

  get(uid: string): JsonDataset | undefined {
    return this.steps.get(uid);
  }

  /** Scheduled procedure steps (their IDs) that a completed step has done. */
  done(): ReadonlySet<string> {
    const ids = new Set<string>();
    for (const step of this.steps.values()) {
      if (!FINAL.has(String(step['PerformedProcedureStepStatus']))) continue;
      const sequence = step['ScheduledStepAttributesSequence'];
      if (!Array.isArray(sequence)) continue;
      for (const item of sequence) {
        const id = typeof item === 'object' ? item['ScheduledProcedureStepID'] : undefined;
        if (typeof id === 'string' && id !== '') ids.add(id);
      }
    }
    return ids;
  }

  private forgetEnded(): void {
    for (const [uid, step] of this.steps) {
      if (FINAL.has(String(step['PerformedProcedureStepStatus']))) this.steps.delete(uid);
      if (this.steps.size < MOST_STEPS / 2) return;
    }
  }
}
