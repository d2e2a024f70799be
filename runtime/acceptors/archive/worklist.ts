// A modality worklist (PS3.4 Annex K): scheduled steps that match until they are done.
import type { JsonDataset } from '../../dicom/element/json.ts';
import { isItems, matches, project } from '../../dicom/scp/matching.ts';
import type { ProcedureSteps } from './procedure-steps.ts';

/** The items a modality may ask for. */
export class Worklist {
  readonly #items: readonly JsonDataset[];
  readonly #steps: ProcedureSteps;

  /** @param items plain objects by keyword, as `dicomrun find` prints them */
  constructor(items: readonly Readonly<Record<string, unknown>>[], steps: ProcedureSteps) {
    this.#items = items as readonly JsonDataset[];
    this.#steps = steps;
  }

  /** The answers to a worklist query, one by one. */
  *find(keys: JsonDataset): Generator<JsonDataset> {
    const done = this.#steps.done();
    for (const item of this.#items) {
      if (!isDone(item, done) && matches(keys, item)) yield project(keys, item);
    }
  }
}

function isDone(item: JsonDataset, done: ReadonlySet<string>): boolean {
  const steps = item['ScheduledProcedureStepSequence'];
  if (done.size === 0 || !isItems(steps)) return false;
  return steps.every((step) => done.has(String(step['ScheduledProcedureStepID'] ?? '')));
}
