// What became of each instance of a STOW-RS request, by its answer (PS3.18 §10.5.3).
import { statusName } from '../dicom/dimse/status-text.ts';
import { statusOutcome } from './http-status.ts';
import { storeAnswer, type StoreAnswer, type ToldInstance } from './store-answer.ts';

/** An instance that was not stored. */
export interface FailedItem {
  /** Place in the request. */
  readonly index: number;
  /** (0008,1197) Failure Reason, 0 where it is not told. */
  readonly reason: number;
  /** In words, '' for none. */
  readonly text: string;
}

export interface StoreFates {
  readonly outcome: 'success' | 'warning' | 'failure';
  readonly failed: readonly FailedItem[];
  /** `success`, `warning` or `failure` of each. */
  readonly each: readonly string[];
  readonly warned: readonly ToldInstance[];
}

/** An answer to a store. */
interface Answer {
  readonly status: number;
  readonly contentType: string;
  readonly text: string;
}

/** @param uids SOP Instance UIDs of the request, in its order */
export function storeFates(
  uids: readonly string[],
  { status, contentType, text }: Answer,
): StoreFates {
  const told = storeAnswer(contentType, text);
  const { warned } = told;
  if (status === 200 && isAllStored(uids, told)) {
    return { outcome: 'success', failed: [], each: uids.map(() => 'success'), warned };
  }
  if (statusOutcome(status) === 'failure') {
    const failed = failures(uids, told);
    // Not told one by one: all of them.
    const all = failed.length === 0 ? uids.map((_, index) => none(index)) : failed;
    return { outcome: 'failure', failed: all, each: uids.map(() => 'failure'), warned };
  }
  // A login page that answers 200 has stored nothing (a success says what it stored).
  const isOther = !told.told && text.trim() !== '';
  const failed = isOther ? uids.map((_, index) => unnamed(index)) : failures(uids, told);
  const bad = new Set(failed.map(({ index }) => index));
  const warnings = new Set(warned.map(({ uid }) => uid));
  const each = uids.map((uid, index) =>
    bad.has(index) ? 'failure' : warnings.has(uid) ? 'warning' : 'success',
  );
  const isWarning = bad.size > 0 || status === 202 || warned.length > 0;
  const outcome = bad.size > 0 && bad.size === uids.length ? 'failure' : 'warning';
  return { outcome: isWarning ? outcome : 'success', failed, each, warned };
}

/** One by one, and nothing else: what almost every answer says. */
function isAllStored(uids: readonly string[], { stored, failed, warned }: StoreAnswer): boolean {
  const isSaid = failed.length === 0 && warned.length === 0 && stored.length === uids.length;
  return isSaid && uids.length > 0 && uids.every((uid, index) => stored[index] === uid);
}

/** A failure without a UID, or with one that nobody sent, is that of one of those not named. */
function failures(uids: readonly string[], told: StoreAnswer): FailedItem[] {
  const indexOf = new Map(uids.map((uid, index) => [uid, index]));
  const stored = new Set(told.stored);
  const free = uids.flatMap((uid, index) => (stored.has(uid) ? [] : [index]));
  const failed = new Map<number, FailedItem>();
  for (const { uid, reason } of told.failed) {
    const index = indexOf.get(uid) ?? free.find((one) => !failed.has(one));
    if (index === undefined) continue;
    const text = reason === 0 ? '' : statusName(reason, 'C-STORE');
    failed.set(index, { index, reason, text });
  }
  // Who lists what was stored, and leaves some out, did not store these (PS3.18 Table I.2-1).
  if (told.told) for (const index of free) failed.set(index, failed.get(index) ?? unnamed(index));
  return [...failed.values()];
}

const none = (index: number): FailedItem => ({ index, reason: 0, text: '' });
const unnamed = (index: number): FailedItem => ({
  ...none(index),
  text: 'the answer does not name it among those that were stored',
});
