// WADO-RS of a study, a series or an instance, into files or as its metadata.
import { DicomRunError, ExitCode } from '../../errors.ts';
import type { Whole } from '../../web/auth.ts';
import { FileSink } from '../../web/file-sink.ts';
import type { WebHeaders } from '../../web/http-client.ts';
import { mustBeJson } from '../../web/json-model.ts';
import { resourcePath, type Resource } from '../../web/paths.ts';
import { Retrieved } from '../../web/retrieved.ts';
import { RetrievedBody } from '../../web/retrieved-body.ts';
import { statusOutcome } from '../../web/http-status.ts';
import { transferSyntaxOf } from '../../vu/names.ts';
import type { WebPeer } from './web-peer.ts';

/** STUDY [SERIES [INSTANCE]]. @throws DicomRunError 104 */
export function resourceOf(uids: readonly string[]): Resource {
  const bad = uids.find((uid) => !/^[\d.]{1,64}$/.test(uid));
  const [study, series, instance, ...more] = uids;
  if (bad !== undefined || study === undefined || more.length > 0) {
    throw new DicomRunError(ExitCode.CONFIG, {
      code: 'CONFIG_VALUE',
      message:
        bad === undefined
          ? 'web get: takes a Study Instance UID, and below it those of a series and an instance'
          : `web get: "${bad}" is no UID (PS3.5 §9)`,
      hint: 'dicomrun web get STUDY [SERIES [INSTANCE]]; `dicomrun web find today` lists studies',
    });
  }
  return {
    study,
    ...(series === undefined ? {} : { series }),
    ...(instance === undefined ? {} : { instance }),
  };
}

/** The Accept header. @throws DicomRunError 104 for a transfer syntax that nobody knows */
function acceptOf(transferSyntax: string): string {
  const uid = transferSyntax === '*' ? '*' : transferSyntaxOf(transferSyntax);
  if (uid !== null) return `multipart/related; type="application/dicom"; transfer-syntax=${uid}`;
  throw new DicomRunError(ExitCode.CONFIG, {
    code: 'CONFIG_VALUE',
    message: `flag --transfer-syntax: "${transferSyntax}" is no transfer syntax`,
    hint: "a UID, a name such as ExplicitVRLittleEndian, or '*' for the one it is stored in",
  });
}

export interface Got {
  readonly status: number;
  readonly headers: WebHeaders;
  readonly retrieved: Retrieved;
}

export interface FilesWish {
  readonly folder: string;
  readonly transferSyntax: string;
  /** Ends it: what is there whole stays. */
  readonly interrupted?: AbortSignal;
}

/** What it writes as it comes. @throws WebFailure */
export async function getFiles(
  peer: WebPeer,
  resource: Resource,
  { folder, transferSyntax, interrupted }: FilesWish,
): Promise<Got> {
  const sink = new FileSink(folder);
  interrupted?.addEventListener('abort', () => sink.close());
  const retrieved = new Retrieved(null, sink);
  const body = new RetrievedBody(retrieved, true);
  const ask = { path: resourcePath(resource).path, accept: acceptOf(transferSyntax) };
  try {
    const { status, headers } = await peer.stream(ask, {
      begin: (given) => body.begin(given['content-type'] ?? ''),
      data: (chunk) => {
        if (interrupted?.aborted !== true) body.data(chunk);
      },
    });
    if (statusOutcome(status) === 'success' && status !== 204) body.end();
    return { status, headers, retrieved };
  } finally {
    sink.close();
  }
}

/** DICOM JSON as it comes. @throws WebFailure */
export async function getMetadata(peer: WebPeer, resource: Resource): Promise<Whole> {
  const { path } = resourcePath(resource);
  const answer = await peer.whole({ path: `${path}/metadata`, accept: 'application/dicom+json' });
  if (answer.status === 200) mustBeJson(answer.headers['content-type'] ?? '', answer.text);
  return answer;
}
