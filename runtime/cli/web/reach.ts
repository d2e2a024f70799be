// Whether a DICOMweb server is there and answers as one: one QIDO-RS request, judged.
import type { Problem } from '../../errors.ts';
import type { Whole } from '../../web/auth.ts';
import { mustBeJson } from '../../web/json-model.ts';
import { statusOutcome } from '../../web/status-words.ts';
import { statusProblem, type WebPeer } from './web-peer.ts';

const QIDO = 'QIDO-RS';
/** One study: enough to see that it answers. */
const ONE_STUDY = { path: '/studies?limit=1', accept: 'application/dicom+json' };

/** Asks for one study. @throws WebFailure */
export function askStudy(peer: WebPeer, anonymous = false): Promise<Whole> {
  return peer.whole({ ...ONE_STUDY, anonymous });
}

/** What is wrong with the answer; null for one of the service. */
export function studyProblem(peer: WebPeer, answer: Whole): Problem | null {
  const { status, headers, text } = answer;
  if (statusOutcome(status) === 'failure') return statusProblem(peer.name, QIDO, answer);
  if (status === 204 || text === '') return null;
  try {
    mustBeJson(headers['content-type'] ?? '', text);
    return null;
  } catch (error) {
    return peer.problem(error, QIDO);
  }
}
