// Stores files byte for byte, or with new identities, on as few associations as their contexts need.
import { readFileSync } from 'node:fs';
import { compileEdits } from '../../dicom/edit/edits.ts';
import { errorCode, findAllFiles } from '../../dicom/file/file-walk.ts';
import { patchHeader } from '../../dicom/edit/header-patch.ts';
import { type InstanceHead, readInstanceHead } from '../../dicom/file/instance-head.ts';
import { statusClass } from '../../dicom/dimse/status.ts';
import { describeFailure } from '../../dicom/failure-text.ts';
import { storeRequest } from '../../dicom/scu/requests.ts';
import type { ProposedContext, Timeouts } from '../../dicom/ul/associate-request.ts';
import type { Association } from '../../dicom/ul/association.ts';
import { DataError } from '../../dicom/element/data-error.ts';
import { DicomRunError, ExitCode } from '../../errors.ts';
import { shortName } from '../../vu/names.ts';
import { printable } from '../problem-text.ts';
import { shownPath, type Terminal } from '../terminal.ts';
import { answerText } from './answer-text.ts';
import { open, release, request, RequestFailed, whyRefused } from './client.ts';
import type { PeerAddress } from './client.ts';
import type { Inventor } from './invent.ts';

export interface SendRequest {
  readonly peer: PeerAddress;
  readonly paths: readonly string[];
  readonly base: string;
  readonly timeouts: Partial<Timeouts>;
  /** How often everything is sent; default once. */
  readonly repeat?: number;
  /** Makes each send another image; without it they go as they are. */
  readonly inventor?: Inventor | null;
  /** Ms of each phase: the files are sent by the second stack, an association each. */
  readonly secondMs?: number;
  readonly onFile: (outcome: FileOutcome) => void;
}

export interface FileOutcome {
  readonly path: string;
  readonly state: 'stored' | 'failed' | 'skipped';
  /** Status in hex, or why there is none. */
  readonly detail: string;
  /** What to try about it. */
  readonly hint?: string;
  readonly ms?: number;
}

/** A file with an instance in it. */
export interface Candidate {
  readonly path: string;
  readonly head: InstanceHead;
}

/** PS3.8 §9.3.2.2: odd IDs from 1 to 255. */
const MAX_CONTEXTS = 128;

/** @throws DicomRunError 104 without an instance, DataError without a file, 111 when no association opens */
export async function sendFiles(send: SendRequest): Promise<void> {
  const heads = readHeads(send);
  if (send.secondMs === undefined) {
    for (const batch of batches(heads)) await sendBatch(send, batch);
    return;
  }
  for (let round = 0; round < (send.repeat ?? 1); round++) {
    for (const candidate of heads) send.onFile(await sendSecond(candidate, send, send.secondMs));
  }
}

/** `stored  ct/a.dcm  0000 success  12 ms`, with the path as it would be typed. */
export function outcomeLine(
  terminal: Pick<Terminal, 'cwd'>,
  { path, state, detail, ms }: FileOutcome,
): string {
  const time = ms === undefined ? '' : `  ${ms.toFixed(1)} ms`;
  return printable(`${state.padEnd(7)} ${shownPath(terminal, path)}  ${detail}${time}`);
}

/** The instances among the files; others are told as skipped. @throws DicomRunError 104 without one */
export function readHeads({
  paths,
  base,
  onFile,
}: Pick<SendRequest, 'paths' | 'base' | 'onFile'>): Candidate[] {
  const { files, unreadable } = findAllFiles(paths, base);
  for (const { path, reason } of unreadable) onFile({ path, state: 'skipped', detail: reason });
  const candidates = files.flatMap(({ path }) => {
    try {
      return [{ path, head: readInstanceHead(path) }];
    } catch (error) {
      const detail = error instanceof DataError ? error.message : errorCode(error);
      onFile({ path, state: 'skipped', detail });
      return [];
    }
  });
  if (candidates.length > 0) return candidates;
  throw new DicomRunError(ExitCode.CONFIG, {
    code: 'DATA_NO_FILES',
    message: `no DICOM instance among ${files.length} ${files.length === 1 ? 'file' : 'files'}: nothing was sent`,
    hint: 'files need a preamble and DICM (PS3.10 §7.1); `dicomrun dump FILE` shows what one is',
  });
}

/** Files whose presentation contexts fit into one association. */
function batches(candidates: readonly Candidate[]): Candidate[][] {
  const all: Candidate[][] = [];
  let current: Candidate[] = [];
  let contexts = new Set<string>();
  for (const candidate of candidates) {
    const key = contextKey(candidate.head);
    if (!contexts.has(key) && contexts.size === MAX_CONTEXTS) {
      all.push(current);
      current = [];
      contexts = new Set();
    }
    contexts.add(key);
    current.push(candidate);
  }
  if (current.length > 0) all.push(current);
  return all;
}

function contextKey({ sopClass, transferSyntax }: InstanceHead): string {
  return `${sopClass} ${transferSyntax}`;
}

/** Every round on one association, as long as the peer keeps it. */
async function sendBatch(send: SendRequest, batch: readonly Candidate[]): Promise<void> {
  const contexts = new Map<string, ProposedContext>();
  for (const { head } of batch) {
    contexts.set(contextKey(head), {
      abstractSyntax: head.sopClass,
      transferSyntaxes: [head.transferSyntax],
    });
  }
  const options = { contexts: [...contexts.values()], timeouts: send.timeouts };
  let association = await open(send.peer, options);
  for (let round = 0; round < (send.repeat ?? 1); round++) {
    for (const candidate of batch) {
      if (!association.open) association = await open(send.peer, options);
      send.onFile(await sendOne(association, candidate, send));
    }
  }
  await release(association);
}

const named = (uid: string): string => {
  const name = shortName(uid);
  return name === uid ? uid : `${name} (${uid})`;
};

async function sendOne(
  association: Association,
  { path, head }: Candidate,
  { peer, inventor }: SendRequest,
): Promise<FileOutcome> {
  const { sopClass, transferSyntax } = head;
  const contextId = association.contextFor(sopClass, transferSyntax);
  if (contextId === 0) {
    const why = whyRefused(association, sopClass);
    const what = `${named(sopClass)} in ${named(transferSyntax)}`;
    const detail = `the peer does not take ${what}: ${why}`;
    const hint = '`dicomrun doctor` shows what it takes';
    return { path, state: 'failed', detail, hint };
  }
  try {
    const { dataset, sopInstance } = toSend({ path, head }, inventor);
    const store = { sopClass, sopInstance };
    const message = storeRequest(contextId, association.maxPdu, store, dataset);
    const { status, durationMs, comment } = await request(association, message);
    return answered({ path, head }, { status, comment, ms: durationMs });
  } catch (error) {
    const detail =
      error instanceof RequestFailed
        ? describeFailure(error.failure, peer).message
        : error instanceof Error
          ? error.message
          : String(error);
    return { path, state: 'failed', detail };
  }
}

/** The data set of a file, with a new identity where one is invented. */
function toSend(
  { path, head }: Candidate,
  inventor: Inventor | null | undefined,
): { readonly dataset: Buffer; readonly sopInstance: string } {
  const stored = readFileSync(path).subarray(head.datasetOffset);
  const identity = inventor?.next();
  if (identity === undefined) return { dataset: stored, sopInstance: head.sopInstance };
  const dataset = patchHeader(stored, head.transferSyntax, compileEdits({ ...identity }));
  return { dataset, sopInstance: identity.SOPInstanceUID };
}

function answered(
  { path, head }: Candidate,
  answer: { readonly status: number; readonly comment: string; readonly ms: number },
): FileOutcome {
  const { status, comment, ms } = answer;
  const kind = statusClass(status);
  const state = kind === 'success' || kind === 'warning' ? 'stored' : 'failed';
  const { text, hint } = answerText('C-STORE', status, comment);
  const detail = [text, ...head.notes].join('; ');
  return { path, state, detail, ...(hint === undefined ? {} : { hint }), ms };
}

/** By dcmjs-dimse; what it would change is not sent. */
async function sendSecond(
  candidate: Candidate,
  { peer, inventor }: SendRequest,
  timeoutMs: number,
): Promise<FileOutcome> {
  const { askSecond } = await import('./second.ts');
  try {
    const { dataset } = toSend(candidate, inventor);
    const { transferSyntax } = candidate.head;
    const request = { kind: 'store', dataset, transferSyntax } as const;
    const { final, ms } = await askSecond(peer, request, timeoutMs);
    return answered(candidate, { status: final.status, comment: final.comment, ms });
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return { path: candidate.path, state: 'failed', detail: error.message };
  }
}
