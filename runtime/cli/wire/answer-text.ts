// A status that a peer answered with, as a command prints it.
import { statusHex } from '../../dicom/dimse/status.ts';
import { statusHint, statusName } from '../../dicom/dimse/status-text.ts';
import { printable } from '../problem-text.ts';

export interface AnswerText {
  /** `A801 move destination unknown, "not in my list"`. */
  readonly text: string;
  /** What to try about it. */
  readonly hint?: string;
}

/** @param comment Error Comment (0000,0902), '' without one */
export function answerText(service: string, status: number, comment: string): AnswerText {
  const words = comment === '' ? '' : `, "${printable(comment)}"`;
  const text = `${statusHex(status)} ${statusName(status, service)}${words}`;
  const hint = statusHint(status, service);
  return hint === null ? { text } : { text, hint };
}
