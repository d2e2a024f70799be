// A status of a service in words: its own first, then those of PS3.7 Annex C.
import { serviceWords } from './services.ts';
import { statusClass } from './status.ts';
import { STATUS_WORDS } from './status-words.ts';
import type { StatusWords } from './status-words.ts';

/** A7xx, A9xx and Cxxx have the words of their head. */
function headOf(status: number): number {
  if (status >> 12 === 0xc) return 0xc000;
  const head = status & 0xff00;
  return head === 0xa700 || head === 0xa900 ? head : status;
}

function wordsOf(status: number, service: string): StatusWords | undefined {
  const own = serviceWords(service);
  const head = headOf(status);
  return own.get(status) ?? STATUS_WORDS.get(status) ?? own.get(head) ?? STATUS_WORDS.get(head);
}

/**
 * A status in the standard's words; of a range (A7xx, A9xx, Cxxx) those of its head.
 *
 * @param service as in the tag `service` (`C-FIND`): some statuses mean another thing there.
 */
export function statusName(status: number, service: string): string {
  const words = wordsOf(status, service);
  if (words !== undefined) return words[0];
  return status >> 12 === 0xb ? 'warning' : statusClass(status);
}

/** What to try about a status of a service, null where nothing general can be said. */
export function statusHint(status: number, service: string): string | null {
  return wordsOf(status, service)?.[1] ?? null;
}
