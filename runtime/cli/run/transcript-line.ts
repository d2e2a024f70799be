// A line of `--trace`: whose association it is, then what went over it.
import type { LogMessage } from '../../threads/samples.ts';
import { printable } from '../problem-text.ts';

export function transcriptLine({ vu, message }: LogMessage): string {
  return `trace:${vu === undefined ? '' : ` VU ${vu}`} ${printable(message)}`;
}
