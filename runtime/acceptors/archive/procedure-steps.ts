// Modality performed procedure steps as provider (PS3.4 Annex F): created in progress, then ended.
import { Status } from '../../dicom/dimse/status.ts';
import { changeRefused, creationRefused, hasEnded } from '../../dicom/scp/procedure-step-rules.ts';
import type { JsonDataset } from '../../dicom/element/json.ts';

/** Steps remembered; the oldest ended ones go first. */
const MOST_STEPS = 100_000;

/** All steps of an archive, by SOP Instance UID. */
export class ProcedureSteps {
  private readonly steps = new Map<string, JsonDataset>();

  /** N-CREATE: the status of the response. */
  create(uid: string, attributes: JsonDataset): number {
    if (uid === '') return Status.INVALID_OBJECT_INSTANCE;
    if (this.steps.has(uid)) return Status.DUPLICATE_SOP_INSTANCE;
    const refused = creationRefused(attributes);
    if (refused !== null) return refused.status;
    if (this.steps.size >= MOST_STEPS) this.forgetEnded();
    this.steps.set(uid, { ...attributes });
    return Status.SUCCESS;
  }

  /** N-SET: the status of the response. */
  set(uid: string, attributes: JsonDataset): number {
    const step = this.steps.get(uid);
    if (step === undefined) return Status.NO_SUCH_SOP_INSTANCE;
    const refused = changeRefused(step, attributes);
    if (refused !== null) return refused.status;
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
      if (!hasEnded(step)) continue;
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
      if (hasEnded(step)) this.steps.delete(uid);
      if (this.steps.size < MOST_STEPS / 2) return;
    }
  }
}
