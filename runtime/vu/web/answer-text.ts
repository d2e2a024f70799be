// An answer on its way into the sandbox, as one text that is quickly made, and read there only as far as a
// script looks at it (api/dicomweb/answer.ts):
//   200 success 12,0,0,310,4210,95     status, outcome, phases in units of 100 ns but for the duration
//   {"warnings":["…"]}                 what else is said of it; empty for nothing
//   …                                  the body, as it came
import type { WebHeaders } from '../../web/http-client.ts';
import type { WebPhases } from './web-metrics.ts';

/** What an answer is, whatever the service. */
interface Told {
  readonly status: number;
  readonly outcome: string;
  readonly phases: WebPhases;
}

/** Whole numbers are written and read in a fifth of the time. */
const UNITS_PER_MS = 10_000;
const units = (ms: number): number => Math.round(ms * UNITS_PER_MS);

/** @param more '' or JSON of the members of an answer that not every answer has */
export function answerText({ status, outcome, phases }: Told, more: string, body: string): string {
  const { blocked, connecting, tls, sending, waiting, receiving } = phases;
  const before = `${units(blocked)},${units(connecting)},${units(tls)}`;
  const after = `${units(sending)},${units(waiting)},${units(receiving)}`;
  return `${status} ${outcome} ${before},${after}\n${more}\n${body}`;
}

/** What else is said of an answer that may come with a warning and nothing more. */
export function warningText({ warning }: WebHeaders): string {
  return warning === undefined ? '' : JSON.stringify({ warnings: [warning] });
}
