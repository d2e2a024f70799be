// Why associations did not open, in the standard's words (PS3.8 Table 9-21).
import { safe } from './paint.ts';

const RESULTS: Readonly<Record<string, string>> = { '1': 'permanent', '2': 'transient' };

const REASONS: Readonly<Record<string, string>> = {
  '1-1': 'no reason given',
  '1-2': 'application context name not supported',
  '1-3': 'calling AE title not recognized',
  '1-7': 'called AE title not recognized',
  '2-1': 'no reason given by the association service',
  '2-2': 'protocol version not supported',
  '3-1': 'temporary congestion',
  '3-2': 'local limit exceeded',
};

/** `status` is `result-source-reason` for a rejection, else empty. */
export function rejectionText(cause: {
  readonly outcome: string;
  readonly status: string;
}): string {
  const [result = '', source = '', reason = ''] = cause.status.split('-');
  const words = REASONS[`${source}-${reason}`];
  if (words === undefined) return safe(`${cause.outcome} ${cause.status}`);
  return `${safe(cause.outcome)}: ${words} (${RESULTS[result] ?? result}, source ${source}, reason ${reason})`;
}
