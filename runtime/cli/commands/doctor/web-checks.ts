// A DICOMweb server: the way to it, who it asks for, and which of its services answer.
import type { WebTarget } from '../../../config/types.ts';
import type { Problem } from '../../../errors.ts';
import type { Whole } from '../../../web/auth.ts';
import { datasetsOf } from '../../../web/json-model.ts';
import { resourcePath } from '../../../web/paths.ts';
import { Retrieved } from '../../../web/retrieved.ts';
import { RetrievedBody } from '../../../web/retrieved-body.ts';
import { statusOutcome } from '../../../web/http-status.ts';
import { shortName } from '../../../vu/names.ts';
import { askStudy, studyProblem } from '../../web/reach.ts';
import { statusProblem, statusText, WebPeer } from '../../web/web-peer.ts';
import type { FileOutcome } from '../../wire/send.ts';
import type { Diagnosis } from './finding.ts';
import { checkNetwork } from './peer-checks.ts';
import { checkHandshake } from './tls-check.ts';

export interface WebCheck {
  readonly target: WebTarget;
  readonly timeoutMs: number;
  readonly folder: string;
  readonly allowStore: boolean;
}

type Say = (...findings: readonly Diagnosis[]) => void;

const WHOLE_DICOM = 'multipart/related; type="application/dicom"; transfer-syntax=*';
/** A UID that nobody gave to a study. */
const NO_STUDY = '2.25.0';

export async function examineWeb(check: WebCheck, say: Say): Promise<void> {
  const { target, timeoutMs, folder } = check;
  const peer = new WebPeer(target, { folder, timeoutMs });
  try {
    if (!(await reached(peer, check, say))) return;
    const studies = await checkQuery(peer, say);
    if (studies === null) return;
    say(await checkAuth(peer), await checkRetrieve(peer, studies));
    say(await checkStow(peer, check));
  } finally {
    await peer.close();
  }
}

/** Name, TCP, TLS. */
async function reached(peer: WebPeer, { timeoutMs }: WebCheck, say: Say): Promise<boolean> {
  const [host = '', port = ''] = splitHost(peer.root.host);
  const at = { host, port: Number(port), calledAET: '', callingAET: '' };
  const network = await checkNetwork({ peer: at, timeoutMs, timeouts: {} });
  say(...network.map((finding) => ({ ...finding, check: `web ${finding.check}` })));
  if (network.some(({ state }) => state === 'fail')) return false;
  if (!peer.root.origin.startsWith('https:')) return true;
  const shown = await checkHandshake({ host, port: at.port, timeoutMs, tls: peer.tls ?? {} });
  say({ ...shown, check: 'web tls' });
  return true;
}

/** `[::1]:8042` and `host:8042`. */
function splitHost(text: string): string[] {
  const at = text.lastIndexOf(':');
  return [text.slice(0, at).replace(/^\[(.*)\]$/, '$1'), text.slice(at + 1)];
}

/** What was found of one study; null when it cannot be asked. */
async function checkQuery(peer: WebPeer, say: Say): Promise<Whole | null> {
  const check = 'QIDO-RS';
  const startedAt = performance.now();
  let problem: Problem | null;
  let answer: Whole | null = null;
  try {
    answer = await askStudy(peer);
    problem = studyProblem(peer, answer);
  } catch (error) {
    problem = peer.problem(error, check);
  }
  if (problem !== null || answer === null) {
    say(failed(check, problem));
    return null;
  }
  const ms = (performance.now() - startedAt).toFixed(1);
  const type = (answer.headers['content-type'] ?? '').split(';')[0] ?? '';
  const said = [statusText(answer.status), type, `in ${ms} ms`].filter((one) => one !== '');
  const count = answer.text === '' ? 0 : countOf(answer.text);
  const text = `${said.join(', ')}; ${count === 0 ? 'no study there' : 'studies are there'}`;
  if (count <= 1) say({ check, state: 'ok', text });
  else {
    const hint = 'a search in a script gets all that match: narrow it by keys';
    say({ check, state: 'warn', text: `${text}; it does not heed limit=1`, hint });
  }
  return answer;
}

function countOf(text: string): number {
  try {
    return datasetsOf(text).length;
  } catch {
    return 0;
  }
}

function failed(check: string, problem: Problem | null): Diagnosis {
  const { message, hint } = problem ?? { message: 'no answer' };
  return { check, state: 'fail', text: message, ...(hint === undefined ? {} : { hint }) };
}

/** Whether it would answer anybody. */
async function checkAuth(peer: WebPeer): Promise<Diagnosis> {
  const check = 'web auth';
  if (!peer.hasCredentials) {
    return { check, state: 'ok', text: 'it does not ask who we are, and we do not say' };
  }
  try {
    const { status } = await askStudy(peer, true);
    if (status === 401 || status === 403) {
      return { check, state: 'ok', text: `it takes what we show; without: ${statusText(status)}` };
    }
    const text = `it answers without credentials, too: ${statusText(status)}`;
    return { check, state: 'warn', text, hint: 'are they needed, and is this the right server?' };
  } catch (error) {
    return failed(check, peer.problem(error, 'QIDO-RS'));
  }
}

/** One instance in the transfer syntax that it is kept in; of an empty server, how it says so. */
async function checkRetrieve(peer: WebPeer, studies: Whole): Promise<Diagnosis> {
  const check = 'WADO-RS';
  try {
    const resource = await someInstance(peer, studies);
    if (resource === null) {
      const { path } = resourcePath({ study: NO_STUDY });
      const { status } = await peer.whole({ path, accept: WHOLE_DICOM });
      const isAbsence = status === 404 || status === 204 || status === 410;
      const text = `${statusText(status)} for a study that is not there`;
      return { check, state: isAbsence ? 'ok' : 'warn', text };
    }
    const retrieved = new Retrieved('pixels', null);
    const body = new RetrievedBody(retrieved, true);
    const { path } = resourcePath(resource);
    const answer = await peer.stream(
      { path, accept: WHOLE_DICOM },
      {
        begin: (headers) => body.begin(headers['content-type'] ?? ''),
        data: (chunk) => body.data(chunk),
      },
    );
    if (statusOutcome(answer.status) === 'failure') {
      return failed(check, statusProblem(peer.name, check, answer));
    }
    body.end();
    const [instance] = retrieved.instances;
    const syntax = shortName(instance?.transferSyntax ?? '');
    const text = `${statusText(answer.status)}, one instance of ${retrieved.bytes} bytes in ${syntax}`;
    return { check, state: 'ok', text };
  } catch (error) {
    return failed(check, peer.problem(error, check));
  }
}

/** UIDs of any instance, from the study that was found. @throws WebFailure */
async function someInstance(peer: WebPeer, { text }: Whole) {
  const uid = (dataset: object | undefined, keyword: string): string =>
    String((dataset as Record<string, unknown> | undefined)?.[keyword] ?? '');
  const study = uid(text === '' ? undefined : datasetsOf(text)[0], 'StudyInstanceUID');
  if (study === '') return null;
  const { path } = resourcePath({ study });
  const accept = 'application/dicom+json';
  const answer = await peer.whole({ path: `${path}/instances?limit=1`, accept });
  const [found] = answer.status === 200 ? datasetsOf(answer.text) : [];
  const [series, instance] = [uid(found, 'SeriesInstanceUID'), uid(found, 'SOPInstanceUID')];
  return series === '' || instance === '' ? null : { study, series, instance };
}

/** Stores one synthetic instance, where that was allowed. */
async function checkStow(peer: WebPeer, { allowStore }: WebCheck): Promise<Diagnosis> {
  const check = 'STOW-RS';
  if (!allowStore) {
    const text = 'not tried: it would leave an instance there';
    return { check, state: 'skip', text, hint: '--allow-store' };
  }
  const [{ withInstance }, { sendFilesOverWeb }] = await Promise.all([
    import('./store-check.ts'),
    import('../../web/send.ts'),
  ]);
  return await withInstance(async (folder) => {
    let finding: Diagnosis = { check, state: 'fail', text: 'nothing was sent' };
    const onFile = ({ state, detail, hint }: FileOutcome): void => {
      const text = `${detail}, patient DICOMRUN^TEST`;
      finding = {
        check,
        state: state === 'stored' ? 'ok' : 'fail',
        text,
        ...(hint === undefined ? {} : { hint }),
      };
    };
    await sendFilesOverWeb({ peer, paths: [folder], base: folder, perRequest: 1, onFile });
    return finding;
  });
}
