// Files by STOW-RS, byte for byte, some in a request.
import { statSync } from 'node:fs';
import { statusHex } from '../../dicom/dimse/status.ts';
import { bodyPieces, type PartBytes } from '../../web/instance-image.ts';
import { closing, newBoundary, partHead, relatedType } from '../../web/multipart-writer.ts';
import { statusHint, statusOutcome } from '../../web/http-status.ts';
import { storeFates, type FailedItem } from '../../web/store-fates.ts';
import type { Whole } from '../../web/auth.ts';
import { type Candidate, type FileOutcome, readHeads } from '../wire/send.ts';
import { statusText, type WebPeer } from './web-peer.ts';

export interface WebSend {
  readonly peer: WebPeer;
  readonly paths: readonly string[];
  readonly base: string;
  readonly perRequest: number;
  readonly onFile: (outcome: FileOutcome) => void;
}

/**
 * @throws DicomRunError 104 without an instance; WebFailure when there is no answer: what was not
 *   told by then was not answered
 */
export async function sendFilesOverWeb(send: WebSend): Promise<void> {
  const candidates = readHeads(send);
  const boundary = newBoundary();
  for (let at = 0; at < candidates.length; at += send.perRequest) {
    const batch = candidates.slice(at, at + send.perRequest);
    const startedAt = performance.now();
    const answer = await post(send.peer, batch, boundary);
    const ms = performance.now() - startedAt;
    for (const outcome of outcomes(batch, answer, ms)) send.onFile(outcome);
  }
}

function post(peer: WebPeer, batch: readonly Candidate[], boundary: string): Promise<Whole> {
  const head = partHead(boundary, 'application/dicom');
  const end = closing(boundary);
  const parts = batch.map(({ path }): PartBytes => {
    const { size } = statSync(path);
    return { pieces: [head], file: { path, offset: 0, bytes: size }, bytes: head.length + size };
  });
  const bytes = parts.reduce((sum, part) => sum + part.bytes, end.length);
  return peer.whole({
    method: 'POST',
    path: '/studies',
    contentType: relatedType(boundary),
    accept: 'application/dicom+json',
    body: { bytes, pieces: () => bodyPieces(parts, end) },
  });
}

function outcomes(batch: readonly Candidate[], answer: Whole, ms: number): readonly FileOutcome[] {
  const { status, headers, text } = answer;
  const uids = batch.map(({ head }) => head.sopInstance);
  const contentType = headers['content-type'] ?? '';
  const { failed } = storeFates(uids, { status, contentType, text });
  const said = statusText(status);
  return batch.map(({ path, head }, index): FileOutcome => {
    const failure = failed.find((one) => one.index === index);
    const words = [said, ...(failure === undefined ? [] : reasonOf(failure)), ...head.notes];
    const detail = words.join('; ');
    if (failure === undefined) return { path, state: 'stored', detail, ms };
    const hint = hintOf(answer);
    return { path, state: 'failed', detail, ...(hint === null ? {} : { hint }), ms };
  });
}

function reasonOf({ reason, text }: FailedItem): readonly string[] {
  if (reason === 0) return text === '' ? [] : [text];
  return [`${statusHex(reason)} ${text}`];
}

/** What is no list of instances came from something else: a login page, a proxy. */
function hintOf({ status, headers }: Whole): string | null {
  if (statusOutcome(status) === 'failure') return statusHint(status, headers);
  if (/json|xml/i.test(headers['content-type'] ?? '')) return null;
  return 'is the URL the root of the DICOMweb service, and is it not a login page that answers?';
}
