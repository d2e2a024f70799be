// The script that a recording ends with: it replays it, and is there to be edited.
import type { TrafficSummary } from '../../../recording/summary.ts';

/** AE titles that are written into it. */
const MOST_TITLES = 40;

/** @param summary what was recorded; its AE titles come from the network and are quoted as such */
export function replayScript({ titles, services }: TrafficSummary): string {
  const callers = new Set(titles.slice(0, MOST_TITLES).map(([pair]) => pair.split(' → ')[0] ?? ''));
  const named = [...callers].filter((title) => title !== '').map((title) => JSON.stringify(title));
  const seen = services.map(({ service, count }) => `${count} ${service}`).join(', ');
  return `// Replays what was recorded here: ${seen}.
//
//   dicomrun inspect replay.ts                              the plan, as a curve
//   dicomrun run replay.ts -c AET@host:port                 a test system, never a clinical one
//
// More: dicomrun help recording
import dicom from 'dicom';
import { check } from 'k6';
import type { Options } from 'k6/options';

const recording = dicom.recording('.');
const peer = dicom.peer({});

// Calling AE titles of the recording, and those to use instead.
const aets: Record<string, string> = {
${named.map((title) => `  [${title}]: ${title},\n`).join('')}};

export const options: Options = {
  scenarios: {
    recorded: { executor: 'recorded', recording, speed: 1 }, // from: '08:00', for: '1h', scale: 2
  },
  thresholds: {
    iteration_failed: ['rate==0'],
    dicom_req_failed: ['rate<0.01'],
    iterations_achieved: ['rate>0.99'],
    iteration_lag: ['p(95)<1000'],
  },
};

export default async function () {
  const replayed = await dicom.replay({ peer, from: recording, aets });
  check(replayed, { 'nothing failed': (r) => r.failed === 0 });
}
`;
}
