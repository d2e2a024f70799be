// The SOP classes of the archive's services (PS3.4 Annexes C, F, J, K).
import { isStorage, VERIFICATION } from '../stations/contexts.ts';

export const WORKLIST = '1.2.840.10008.5.1.4.31';
export const PROCEDURE_STEP = '1.2.840.10008.3.1.2.3.3';
const COMMITMENT = '1.2.840.10008.1.20.1';

/** Patient Root, Study Root, Patient/Study Only (retired): FIND, MOVE, GET. */
const QUERY_RETRIEVE = new Set(
  ['1', '2', '3'].flatMap((model) =>
    ['1', '2', '3'].map((service) => `1.2.840.10008.5.1.4.1.2.${model}.${service}`),
  ),
);

/** What the archive answers to. */
export function isArchiveService(sopClass: string): boolean {
  return (
    sopClass === VERIFICATION ||
    sopClass === WORKLIST ||
    sopClass === PROCEDURE_STEP ||
    sopClass === COMMITMENT ||
    QUERY_RETRIEVE.has(sopClass) ||
    isStorage(sopClass)
  );
}
