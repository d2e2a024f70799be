// Whether a DICOMweb server is there and answers as one: one QIDO-RS request, judged.
import type { Problem } from '../../errors.ts';
import type { Whole } from '../../web/auth.ts';
import { WebFailure } from '../../web/failure.ts';
import { datasetsOf, mustBeJson } from '../../web/json-model.ts';
import { statusOutcome } from '../../web/http-status.ts';
import { statusProblem, type WebPeer } from './web-peer.ts';

const QIDO = 'QIDO-RS';
const NO_ROOT =
  'is the URL the root of the DICOMweb service, and not that of another one? e.g. http://host:8042/dicom-web';
/** A UID that is derived from a UUID (PS3.5 §B.2), of which there is none. */
const NOBODYS = '2.25.1';
/** One study: enough to see that it answers. */
const ONE_STUDY = { path: '/studies?limit=1', accept: 'application/dicom+json' };

/** Asks for one study. @throws WebFailure */
export function askStudy(peer: WebPeer, anonymous = false): Promise<Whole> {
  return peer.whole({ ...ONE_STUDY, anonymous });
}

/** For a server that wants to be asked for something: a study that nobody has. @throws WebFailure */
export function askNoStudy(peer: WebPeer): Promise<Whole> {
  return peer.whole({ ...ONE_STUDY, path: `/studies?StudyInstanceUID=${NOBODYS}` });
}

/** What is wrong with the answer; null for one of the service. */
export function studyProblem(peer: WebPeer, answer: Whole): Problem | null {
  const { status, headers, text } = answer;
  if (statusOutcome(status) === 'failure') return statusProblem(peer.name, QIDO, answer);
  if (status === 204 || text === '') return null;
  try {
    mustBeJson(headers['content-type'] ?? '', text);
    mustBeDatasets(text);
    return null;
  } catch (error) {
    return peer.problem(error, QIDO);
  }
}

/** Many a server has JSON for whoever asks, and none of it is DICOM's. @throws WebFailure */
function mustBeDatasets(text: string): void {
  try {
    datasetsOf(text);
  } catch (error) {
    if (!(error instanceof WebFailure)) throw error;
    throw new WebFailure(error.code, 'answered with JSON that is not DICOM JSON', {
      hint: NO_ROOT,
    });
  }
}
