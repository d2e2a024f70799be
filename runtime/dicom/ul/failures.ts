// Failures made from what a socket or a state says.
import { serviceName } from '../dimse/services.ts';
import type { Pending } from '../dimse/pending.ts';
import type { Failure, Phase, ProtocolFailure, TransportFailure } from '../errors.ts';
import type { Pdu } from './pdu/pdu.ts';
import { State } from './transitions.ts';

const STATE_NAMES: Readonly<Record<number, string>> = {
  [State.IDLE]: 'idle',
  [State.AWAIT_ASSOCIATE_RQ]: 'waiting for the A-ASSOCIATE-RQ',
  [State.AWAIT_LOCAL_ASSOCIATE_RESPONSE]: 'about to answer the A-ASSOCIATE-RQ',
  [State.AWAIT_ASSOCIATE_AC]: 'waiting for the A-ASSOCIATE-AC',
  [State.ESTABLISHED]: 'established',
  [State.AWAIT_RELEASE_RP]: 'waiting for the A-RELEASE-RP',
  [State.AWAIT_LOCAL_RELEASE_RESPONSE]: 'about to answer the A-RELEASE-RQ',
};

/** A PDU that Table 9-10 answers with AA-8. */
export function unexpectedPdu(
  kind: Pdu['kind'] | 'P-DATA-TF',
  state: number,
  offset: number,
): ProtocolFailure {
  const where = STATE_NAMES[state] ?? 'being released by both sides';
  return {
    kind: 'protocol',
    code: 'PROTO_UNEXPECTED_PDU',
    message: `${kind} came while the association was ${where}`,
    offset,
    window: '',
    clause: 'PS3.8 Table 9-10',
  };
}

/**
 * What an outstanding request ends with when the association does. A peer that asks to release owes
 * nobody an answer: with one outstanding it breaks the protocol. `offset`: bytes received so far.
 */
export function unanswered(pending: Pending, why: Failure, offset: number): Failure {
  if (why.kind !== 'released' || why.local) return why;
  const { commandField, messageId } = pending;
  const request = `${serviceName(commandField)}-RQ (message ID ${messageId})`;
  return {
    kind: 'protocol',
    code: 'PROTO_RELEASED',
    message: `A-RELEASE-RQ while ${request} is not answered`,
    offset,
    window: '',
    clause: 'PS3.8 §7.2.1',
  };
}

/** A socket error as a failure: `TCP_`, `TLS_` or `DNS_` and Node's code. */
export function transportFailure(
  error: NodeJS.ErrnoException | null,
  phase: Phase,
): TransportFailure {
  if (error === null) {
    return {
      kind: 'transport',
      code: 'TCP_CLOSED',
      message: 'closed the connection without A-RELEASE or A-ABORT',
      phase,
    };
  }
  const code = error.code ?? 'ERROR';
  // OpenSSL's own message is a line of addresses and file names; its reason is the words in it.
  const { reason } = error as { readonly reason?: unknown };
  const isWords = typeof reason === 'string' && code.startsWith('ERR_SSL_');
  const message = isWords ? reason : error.message;
  return { kind: 'transport', code: transportCode(code, phase), message, phase };
}

function transportCode(code: string, phase: Phase): string {
  if (/^(ENOTFOUND|EAI_)/.test(code)) return `DNS_${code}`;
  if (/^ERR_SSL_(WRONG_VERSION_NUMBER|HTTP_REQUEST|PACKET_LENGTH_TOO_LONG)/.test(code)) {
    return 'TLS_NOT_TLS';
  }
  if (/^ERR_SSL_/.test(code)) return code.replace('ERR_SSL_', 'TLS_');
  if (/^ERR_TLS_/.test(code)) return code.replace('ERR_TLS_', 'TLS_');
  if (phase === 'tls' && /CERT|SIGNED|ISSUER|CHAIN|CA|VERIFY/.test(code)) return `TLS_${code}`;
  return `TCP_${code}`;
}
