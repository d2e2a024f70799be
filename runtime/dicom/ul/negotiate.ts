// What an A-ASSOCIATE-RQ and its AC amount to: contexts with their roles, window, PDU length.
import { IMPLEMENTATION_CLASS_UID, IMPLEMENTATION_VERSION } from '../implementation.ts';
import type {
  AssociateRequest,
  NegotiatedContext,
  RoleSelection,
  AsyncOps,
} from './associate-request.ts';
import { DicomError } from '../errors.ts';
import {
  AE_TITLE_BYTES,
  APPLICATION_CONTEXT,
  ContextResult,
  DEFAULT_MAX_PDU,
  IMPLEMENTATION_VERSION_MAX_BYTES,
  MAX_CONTEXTS,
  PROTOCOL_VERSION,
  UID_MAX_BYTES,
} from './constants.ts';
import type { AssociateAc, AssociateRq } from './pdu/pdu.ts';

/** The result of a negotiation. */
export interface Agreed {
  readonly contexts: readonly NegotiatedContext[];
  /** Largest P-DATA-TF the peer takes; 0 = unlimited. */
  readonly maxPdu: number;
  readonly window: number;
}

/** Accepted context ID for the pair (transfer syntax '' = any), 0 = none. */
export function findContext(
  contexts: readonly NegotiatedContext[],
  sopClass: string,
  transferSyntax: string,
): number {
  for (const context of contexts) {
    if (context.result !== ContextResult.ACCEPTED || context.abstractSyntax !== sopClass) continue;
    if (transferSyntax === '' || context.transferSyntax === transferSyntax) return context.id;
  }
  return 0;
}

/** Message IDs are 16 bit: more than that cannot be outstanding. */
export const UNLIMITED_WINDOW = 0xffff;

function argument(message: string, hint: string): DicomError {
  return new DicomError('ASSOC_ARGUMENT', message, { hint });
}

function checkTitle(name: string, title: string): void {
  const { length } = title.trim();
  if (length >= 1 && length <= AE_TITLE_BYTES && /^[\x20-\x5b\x5d-\x7e]+$/.test(title)) return;
  throw argument(
    `${name} must be 1 to ${AE_TITLE_BYTES} printable characters without backslash, got "${title}" (${length})`,
    'AE titles are limited by the VR AE (PS3.5 §6.2)',
  );
}

function checkContexts(contexts: AssociateRq['contexts']): void {
  if (contexts.length < 1 || contexts.length > MAX_CONTEXTS) {
    throw argument(
      `an association proposes 1 to ${MAX_CONTEXTS} presentation contexts, got ${contexts.length}`,
      'propose fewer SOP classes, or several transfer syntaxes in one context',
    );
  }
  const seen = new Set<number>();
  for (const { id, abstractSyntax, transferSyntaxes } of contexts) {
    if (!Number.isInteger(id) || id < 1 || id > 255 || id % 2 === 0 || seen.has(id)) {
      throw argument(
        `presentation context ID ${id} is not odd, 1 to 255 and unique`,
        'leave `id` out',
      );
    }
    seen.add(id);
    const uids = [abstractSyntax, ...transferSyntaxes];
    const bad = uids.find(
      (uid) => uid.length === 0 || uid.length > UID_MAX_BYTES || !/^[\d.]+$/.test(uid),
    );
    if (bad !== undefined || transferSyntaxes.length === 0) {
      throw argument(
        `presentation context ${id} needs UIDs for its abstract and transfer syntaxes, got "${bad ?? 'none'}"`,
        'UIDs are 1 to 64 digits and dots',
      );
    }
  }
}

/**
 * The A-ASSOCIATE-RQ for a request.
 * @throws DicomError `ASSOC_ARGUMENT`
 */
export function toAssociateRq(request: AssociateRequest): AssociateRq {
  checkTitle('calledAET', request.calledAET);
  checkTitle('callingAET', request.callingAET);
  const contexts = request.contexts.map((context, index) => ({
    id: context.id ?? 2 * index + 1,
    abstractSyntax: context.abstractSyntax,
    transferSyntaxes: context.transferSyntaxes,
  }));
  checkContexts(contexts);
  const version = request.implementationVersion ?? IMPLEMENTATION_VERSION;
  if (version.length > IMPLEMENTATION_VERSION_MAX_BYTES) {
    throw argument(`implementation version "${version}" has over 16 characters`, 'PS3.7 D.3.3.2.4');
  }
  return {
    kind: 'A-ASSOCIATE-RQ',
    protocolVersion: PROTOCOL_VERSION,
    calledAET: request.calledAET,
    callingAET: request.callingAET,
    applicationContext: APPLICATION_CONTEXT,
    contexts,
    user: {
      maxPdu: request.maxPdu ?? DEFAULT_MAX_PDU,
      implementationClassUid: request.implementationClassUid ?? IMPLEMENTATION_CLASS_UID,
      implementationVersion: version,
      asyncOps: request.asyncOps ?? null,
      roles: request.roles ?? [],
      extended: request.extended ?? [],
      commonExtended: request.commonExtended ?? [],
    },
    userIdentity: request.userIdentity ?? null,
  };
}

function roleOf(
  sopClass: string,
  proposed: readonly RoleSelection[],
  answered: readonly RoleSelection[],
): { scu: boolean; scp: boolean } {
  const asked = proposed.find((role) => role.sopClass === sopClass);
  const given = answered.find((role) => role.sopClass === sopClass);
  // Without an answer the default roles hold (PS3.7 D.3.3.4).
  if (asked === undefined || given === undefined) return { scu: true, scp: false };
  return { scu: asked.scu && given.scu, scp: asked.scp && given.scp };
}

/** Every proposed context with its answer; one without an answer counts as refused (no reason). */
export function negotiatedContexts(rq: AssociateRq, ac: AssociateAc): NegotiatedContext[] {
  const answers = new Map(ac.contexts.map((context) => [context.id, context]));
  return rq.contexts.map(({ id, abstractSyntax, transferSyntaxes }) => {
    const answer = answers.get(id);
    const result = answer?.result ?? ContextResult.NO_REASON;
    // An answer with a syntax that was not proposed cannot be used.
    const answered = answer?.transferSyntax ?? '';
    const accepted = result === ContextResult.ACCEPTED;
    const usable = accepted && transferSyntaxes.includes(answered);
    return {
      id,
      abstractSyntax,
      transferSyntax: usable ? answered : '',
      result: usable || !accepted ? result : ContextResult.NO_REASON,
      ...(accepted && !usable ? { unproposed: answered } : {}),
      ...roleOf(abstractSyntax, rq.user.roles, ac.user.roles),
    };
  });
}

const unlimited = (operations: number): number =>
  operations === 0 ? UNLIMITED_WINDOW : operations;

/** Requests that may be outstanding (PS3.7 D.3.3.3); without negotiation 1. */
export function windowOf(
  role: 'requestor' | 'acceptor',
  proposed: AsyncOps | null,
  answered: AsyncOps | null,
): number {
  if (proposed === null || answered === null) return 1;
  const asked = role === 'requestor' ? proposed.invoked : proposed.performed;
  const given = role === 'requestor' ? answered.invoked : answered.performed;
  return Math.min(unlimited(asked), unlimited(given));
}
