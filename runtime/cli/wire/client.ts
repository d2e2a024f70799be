// A few requests on one association, as promises: for preflight, doctor, echo, find, send, move, get.
// Not for load: the VU workers have their own way.
import { DicomRunError, ExitCode } from '../../errors.ts';
import type { Target } from '../../config/types.ts';
import { associate } from '../../dicom/ul/associate.ts';
import type { AssociateOutcome } from '../../dicom/ul/associate.ts';
import type {
  ProposedContext,
  RoleSelection,
  Timeouts,
  TlsOptions,
} from '../../dicom/ul/associate-request.ts';
import type { Association } from '../../dicom/ul/association.ts';
import type { Outgoing } from '../../dicom/ul/outgoing.ts';
import type { Pending, Reply } from '../../dicom/dimse/pending.ts';
import { requestorTlsOf } from '../../dicom/ul/socket/tls-files.ts';
import { DicomError } from '../../dicom/errors.ts';
import type { Failure } from '../../dicom/errors.ts';
import { echoRequest, VERIFICATION_SOP_CLASS } from '../../dicom/scu/requests.ts';
import { contextText, describeFailure, peerText } from '../../dicom/failure-text.ts';
import { TransferSyntax } from '../../dicom/element/transfer-syntax.ts';

export type PeerAddress = Pick<Target, 'host' | 'port' | 'calledAET' | 'callingAET'> &
  Partial<Pick<Target, 'tls' | 'maxPdu' | 'sourceAddress'>>;

export const IMPLICIT_LITTLE = TransferSyntax.IMPLICIT_LE;
export const EXPLICIT_LITTLE = TransferSyntax.EXPLICIT_LE;

/** The Verification SOP class, as everybody supports it. */
export const ECHO_CONTEXT: ProposedContext = {
  abstractSyntax: VERIFICATION_SOP_CLASS,
  transferSyntaxes: [IMPLICIT_LITTLE],
};

export interface OpenOptions {
  readonly contexts: readonly ProposedContext[];
  readonly timeouts?: Partial<Timeouts>;
  readonly roles?: readonly RoleSelection[];
  readonly asyncOps?: { readonly invoked: number; readonly performed: number };
}

/** The outcome of one attempt, whatever it is. */
export function attempt(peer: PeerAddress, options: OpenOptions): Promise<AssociateOutcome> {
  const { tls: _, maxPdu, sourceAddress, ...address } = peer;
  return new Promise((resolve) => {
    associate(
      {
        ...address,
        ...options,
        ...(maxPdu === undefined ? {} : { maxPdu }),
        ...(sourceAddress === undefined ? {} : { sourceAddress }),
        tls: tlsOptions(peer),
      },
      resolve,
    );
  });
}

/** An open association. @throws DicomRunError 111 with the decoded reason. */
export async function open(peer: PeerAddress, options: OpenOptions): Promise<Association> {
  const outcome = await attempt(peer, options);
  if (outcome.kind === 'accepted') return outcome.association;
  throw new DicomRunError(ExitCode.UNREACHABLE, describeFailure(outcome, peer));
}

const NOT_OFFERED =
  'this AE title does not offer the service; `dicomrun doctor` lists what it accepts';

/** What a peer said against a SOP class (PS3.8 Table 9-18). */
export function whyRefused({ contexts }: Association, sopClass: string): string {
  const refused = contexts.find((one) => one.abstractSyntax === sopClass && one.result !== 0);
  if (refused === undefined) return 'refused';
  return contextText(refused);
}

/** @throws DicomRunError 111 when the peer took the association without this SOP class. */
export function mustBeAccepted(
  association: Association,
  peer: PeerAddress,
  wanted: { readonly sopClass: string; readonly service: string; readonly hint?: string },
): void {
  if (association.contextFor(wanted.sopClass, '') !== 0) return;
  const why = whyRefused(association, wanted.sopClass);
  const who = peerText(peer);
  throw new DicomRunError(ExitCode.UNREACHABLE, {
    code: 'ASSOC_NO_CONTEXT',
    message: `${who} accepted no presentation context for ${wanted.service} (${wanted.sopClass}): ${why} (PS3.8 Table 9-18)`,
    hint: wanted.hint ?? NOT_OFFERED,
  });
}

/** One final answer. Times in ms from the first byte sent to the last byte received. */
export interface Answer {
  readonly status: number;
  readonly durationMs: number;
  /** Error comment (0000,0902), '' without one. */
  readonly comment: string;
  /** `performance.now()` of the reply's first and last byte. */
  readonly firstByte: number;
  readonly lastByte: number;
}

const ERROR_COMMENT = 0x0902;

/** Sends one request; every reply goes to `onReply` too. Rejects with {@link RequestFailed}. */
export function request(
  association: Association,
  message: Outgoing,
  each: Partial<Pick<Pending, 'onData' | 'onReply'>> = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const pending: Pending = {
      messageId: 0,
      commandField: 0,
      contextId: 0,
      sendStart: 0,
      sendEnd: 0,
      firstByte: 0,
      lastByte: 0,
      onReply: (reply: Reply) => {
        each.onReply?.(reply);
        if (reply.pending) return;
        const { firstByte, lastByte } = pending;
        const durationMs = lastByte - pending.sendStart;
        const comment = reply.text(ERROR_COMMENT);
        resolve({ status: reply.status, durationMs, comment, firstByte, lastByte });
      },
      onFailure: (failure) => reject(new RequestFailed(failure)),
    };
    if (each.onData !== undefined) pending.onData = each.onData;
    association.send(message, pending);
  });
}

/** No answer came. */
export class RequestFailed extends Error {
  readonly failure: Failure;

  constructor(failure: Failure) {
    super(failure.kind);
    this.name = 'RequestFailed';
    this.failure = failure;
  }
}

/**
 * C-ECHO. `hint` is what to try with a peer that does not take the Verification SOP class.
 *
 * @throws DicomRunError 111 without an answer, or without the Verification SOP class
 */
export async function echo(
  association: Association,
  peer: PeerAddress,
  hint?: string,
): Promise<Answer> {
  mustBeAccepted(association, peer, {
    sopClass: VERIFICATION_SOP_CLASS,
    service: 'C-ECHO',
    ...(hint === undefined ? {} : { hint }),
  });
  const contextId = association.contextFor(VERIFICATION_SOP_CLASS, '');
  return ask(peer, request(association, echoRequest(contextId, association.maxPdu)));
}

/** The answer, or DicomRunError 111 that says why there is none. */
export async function ask(peer: PeerAddress, answer: Promise<Answer>): Promise<Answer> {
  try {
    return await answer;
  } catch (error) {
    if (!(error instanceof RequestFailed)) throw error;
    throw new DicomRunError(ExitCode.UNREACHABLE, describeFailure(error.failure, peer));
  }
}

/** Resolves when the association is released, or could not be. */
export function release(association: Association): Promise<void> {
  if (!association.open) return Promise.resolve();
  return new Promise((resolve) => association.release(() => resolve()));
}

/** TLS towards a peer, with the files read; none at all for one without. @throws DicomRunError 104 */
export function tlsOptions(peer: PeerAddress): TlsOptions | null {
  try {
    return requestorTlsOf(peer.tls, { name: peerText(peer), folder: '.' });
  } catch (error) {
    if (!(error instanceof DicomError)) throw error;
    const { code, message, hint } = error;
    const help = hint === undefined ? {} : { hint };
    throw new DicomRunError(ExitCode.CONFIG, { code, message, ...help });
  }
}
