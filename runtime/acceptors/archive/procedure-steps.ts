// Modality performed procedure steps as provider (PS3.4 Annex F): created in progress, then ended.
import type { ResponseFields } from '../../dicom/dimse/incoming.ts';
import { Status } from '../../dicom/dimse/status.ts';
import { changeRefused, creationRefused, hasEnded } from '../../dicom/scp/procedure-step-rules.ts';
import type { JsonDataset } from '../../dicom/element/json.ts';

/** Steps remembered; the oldest ended ones go first. */
const MOST_STEPS = 100_000;

/** All steps of an archive, by SOP Instance UID. */
export class ProcedureSteps {
  readonly #steps = new Map<string, JsonDataset>();

  /** N-CREATE: the response. */
  create(uid: string, attributes: JsonDataset): ResponseFields {
    const refused = this.#mayCreate(uid, attributes);
    if (refused !== null) return refused;
    if (this.#steps.size >= MOST_STEPS) this.#forgetEnded();
    this.#steps.set(uid, { ...attributes });
    return { status: Status.SUCCESS };
  }

  #mayCreate(uid: string, attributes: JsonDataset): ResponseFields | null {
    if (uid === '') {
      const errorComment = 'the request has no Affected SOP Instance UID';
      return { status: Status.INVALID_OBJECT_INSTANCE, errorComment };
    }
    if (!this.#steps.has(uid)) return creationRefused(attributes);
    return { status: Status.DUPLICATE_SOP_INSTANCE, errorComment: 'this step exists already' };
  }

  /** N-SET: the response. */
  set(uid: string, attributes: JsonDataset): ResponseFields {
    const step = this.#steps.get(uid);
    if (step === undefined) {
      return { status: Status.NO_SUCH_SOP_INSTANCE, errorComment: 'no such step was created' };
    }
    const refused = changeRefused(step, attributes);
    if (refused !== null) return refused;
    Object.assign(step, attributes);
    return { status: Status.SUCCESS };
  }

  get(uid: string): JsonDataset | undefined {
    return this.#steps.get(uid);
  }

  /** Scheduled procedure steps (their IDs) that a completed step has done. */
  done(): ReadonlySet<string> {
    const ids = new Set<string>();
    for (const step of this.#steps.values()) {
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

  #forgetEnded(): void {
    for (const [uid, step] of this.#steps) {
      if (hasEnded(step)) this.#steps.delete(uid);
      if (this.#steps.size < MOST_STEPS / 2) return;
    }
  }
}
