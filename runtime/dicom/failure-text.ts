// Failures and rejections in the standard's words (PS3.8 Tables 9-21 and 9-26), with a remedy where
// one is known.
import type { Aborted, Failure, Rejected, TransportFailure } from './errors.ts';

export interface FailureText {
  /** `ASSOC_REJECTED`, `ASSOC_ABORTED`, `TIMEOUT_RESPONSE`, `TCP_ECONNREFUSED`, `PROTO_…` */
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
  /** Clause of the standard. */
  readonly ref?: string;
}

/** Whom it happened with: `PACS1@10.0.0.5:104`. */
export interface PeerName {
  readonly calledAET: string;
  readonly callingAET: string;
  readonly host: string;
  readonly port: number;
}

const RESULTS: Readonly<Record<number, string>> = { 1: 'permanent', 2: 'transient' };
export const REJECT_SOURCES: Readonly<Record<number, string>> = {
  1: 'service-user',
  2: 'service-provider, ACSE',
  3: 'service-provider, presentation',
};
/** PS3.8 Table 9-21, by source and reason. */
export const REJECT_REASONS: Readonly<Record<string, string>> = {
  '1/1': 'no reason given',
  '1/2': 'application context name not supported',
  '1/3': 'calling AE title not recognized',
  '1/7': 'called AE title not recognized',
  '2/1': 'no reason given',
  '2/2': 'protocol version not supported',
  '3/1': 'temporary congestion',
  '3/2': 'local limit exceeded',
};
/** PS3.8 Table 9-26, of source 2 (service-provider). */
export const ABORT_REASONS: Readonly<Record<number, string>> = {
  0: 'reason not specified',
  1: 'unrecognized PDU',
  2: 'unexpected PDU',
  4: 'unrecognized PDU parameter',
  5: 'unexpected PDU parameter',
  6: 'invalid PDU parameter value',
};

/** PS3.8 Table 9-18, of contexts that were not accepted. */
const CONTEXT_RESULTS: Readonly<Record<number, string>> = {
  1: 'user rejection',
  2: 'no reason',
  3: 'abstract syntax not supported',
  4: 'transfer syntaxes not supported',
};

/** Why a presentation context cannot be used. */
export function contextText(context: {
  readonly result: number;
  readonly unproposed?: string;
}): string {
  const { result, unproposed } = context;
  if (unproposed !== undefined) {
    const what = unproposed === '' ? 'no transfer syntax at all' : unproposed;
    return `it accepted it with ${what}, which was not proposed: its mistake (result 0)`;
  }
  return `${CONTEXT_RESULTS[result] ?? 'refused'} (result ${result})`;
}

/** What a timeout waited for, by phase. */
export const PHASES: Readonly<Record<string, string>> = {
  connect: 'the TCP connection',
  tls: 'the TLS handshake',
  associate: 'the answer to the A-ASSOCIATE-RQ',
  request: 'the peer to take the request',
  response: 'the response',
  release: 'the A-RELEASE-RP',
  idle: 'anything to happen',
};

const NO_ANSWER =
  'it hung up instead of answering: does this port speak TLS, want a certificate of ours, or refuse this address?';
const NO_HANDSHAKE =
  'it hung up during the handshake: does this port speak TLS, or want a certificate of ours?';
const HUNG_UP = /^TCP_(CLOSED|ECONNRESET)$/;

/** What to look at when nothing comes, by phase. */
const SILENCE_HINTS: Readonly<Record<string, string>> = {
  connect: 'no answer from that host; check address, route and firewall',
  tls: 'it took the connection and says nothing: is this a TLS port?',
  associate:
    'it took the connection and says nothing: is this a DICOM port, and one without TLS? its log tells whether it is busy',
  request: 'the peer stopped reading: see its log at this time, and its disk',
  response: 'the peer is slow or stuck: see its log at this time, or allow it more time',
};

/** What the system's codes mean, said before them. */
const TRANSPORT_WORDS: Readonly<Record<string, string>> = {
  TCP_ECONNREFUSED: 'refused the connection',
  TCP_ECONNRESET: 'closed the connection by force',
  TCP_ETIMEDOUT: 'did not answer',
  TCP_EMFILE: 'cannot be called with so many files open here',
  TCP_EHOSTUNREACH: 'cannot be reached',
  TCP_ENETUNREACH: 'cannot be reached',
  DNS_ENOTFOUND: 'has an unknown host name',
  DNS_EAI_AGAIN: 'has a host name that could not be looked up',
};

export const TRANSPORT_HINTS: Readonly<Record<string, string>> = {
  TCP_ECONNREFUSED: 'nobody listens there; check host and port',
  TCP_ECONNRESET: 'the peer, or something on the way, closed the connection by force',
  TCP_ETIMEDOUT: 'no answer from that host; check address, route and firewall',
  TCP_EHOSTUNREACH: 'no route to that host',
  TCP_ENETUNREACH: 'no route to that network',
  TCP_EADDRNOTAVAIL: 'check sourceAddress, or the local ports are used up',
  TCP_EMFILE: 'too many open files: raise `ulimit -n`',
  DNS_ENOTFOUND: 'check the spelling of the host name, or use the address',
  DNS_EAI_AGAIN: 'the name server did not answer',
  TLS_NOT_TLS: 'the peer does not speak TLS on this port; leave `tls` out or use its TLS port',
  TLS_CERT_HAS_EXPIRED: "the peer's certificate has expired",
  TLS_DEPTH_ZERO_SELF_SIGNED_CERT:
    'the peer has a self-signed certificate; give it as `ca` (--tls-ca)',
  TLS_SELF_SIGNED_CERT_IN_CHAIN: "give the peer's certificate authority as `ca` (--tls-ca)",
  TLS_UNABLE_TO_VERIFY_LEAF_SIGNATURE: "give the peer's certificate authority as `ca` (--tls-ca)",
  TLS_UNABLE_TO_GET_ISSUER_CERT_LOCALLY: "give the peer's certificate authority as `ca` (--tls-ca)",
  TLS_CERT_ALTNAME_INVALID:
    'the certificate is for another name; set `serverName` (--tls-server-name)',
};

const OWN_CERTIFICATE = 'the peer does not take our certificate';

/** What the peer said against us in the handshake (RFC 8446 §6.2), as OpenSSL ends its codes. */
export const TLS_ALERTS: Readonly<Record<string, string>> = {
  CERTIFICATE_REQUIRED:
    'the peer wants a certificate of ours: give `cert` and `key` (--tls-cert, --tls-key)',
  UNKNOWN_CA: `${OWN_CERTIFICATE}: it does not know the authority of it`,
  CERTIFICATE_EXPIRED: `${OWN_CERTIFICATE}: it has expired, or a clock is wrong`,
  CERTIFICATE_REVOKED: `${OWN_CERTIFICATE}: it is revoked`,
  CERTIFICATE_UNKNOWN: `${OWN_CERTIFICATE}: see its log`,
  BAD_CERTIFICATE: `${OWN_CERTIFICATE}: see its log`,
  UNSUPPORTED_CERTIFICATE: `${OWN_CERTIFICATE}: it wants one of another kind`,
  ACCESS_DENIED: `${OWN_CERTIFICATE}: it knows it and refuses it`,
  HANDSHAKE_FAILURE:
    'no cipher in common, or the peer wants a certificate of ours: look at `profile`, `cert`, `key`',
  INSUFFICIENT_SECURITY: 'the peer wants stronger ciphers: look at `profile`',
  PROTOCOL_VERSION: 'the peer wants another version of TLS: look at minVersion and maxVersion',
  DECRYPT_ERROR: 'the peer could not verify us: do `cert` and `key` belong together?',
  UNRECOGNIZED_NAME: 'the peer does not go by that name: look at `serverName` (--tls-server-name)',
};

/** What to do about a failure of the transport. */
function transportHint(code: string): string | undefined {
  const hint = TRANSPORT_HINTS[code];
  if (hint !== undefined || !/^TLS_.*ALERT/.test(code)) return hint;
  return Object.entries(TLS_ALERTS).find(([alert]) => code.endsWith(`ALERT_${alert}`))?.[1];
}

const RELEASED_HINT = 'the peer lets go of idle associations: open a new one';

function rejected(failure: Rejected, peer: PeerName): FailureText {
  const { result, source, reason } = failure;
  const what = REJECT_REASONS[`${source}/${reason}`] ?? 'non-standard reason';
  const how = `${RESULTS[result] ?? `result ${result}`}, ${REJECT_SOURCES[source] ?? `source ${source}`}`;
  const message = `rejected the association: ${what} (${how}, reason ${reason})`;
  const base = { code: 'ASSOC_REJECTED', message, ref: 'PS3.8 Table 9-21' };
  return withHint(base, rejectHint(`${source}/${reason}`, peer));
}

function rejectHint(reason: string, peer: PeerName): string | undefined {
  switch (reason) {
    case '1/1':
    case '2/1':
      return 'the peer does not say why: often an AE title or address that it does not know; see its log';
    case '1/3':
      return `the peer does not know us as "${peer.callingAET}"; check callingAET, or register it there`;
    case '1/7':
      return `the peer does not know itself as "${peer.calledAET}"; check calledAET`;
    case '3/1':
    case '3/2':
      return 'the peer is at its limit of associations; use fewer at a time';
    default:
      return undefined;
  }
}

function protocolHint(window: string): string | undefined {
  if (window.startsWith('1503'))
    return 'these bytes are a TLS alert: the peer speaks TLS on this port; set `tls`';
  if (window.startsWith('1603'))
    return 'these bytes are a TLS handshake: the peer speaks TLS, this port does not';
  if (window.startsWith('48545450'))
    return 'these bytes are HTTP: this is a web port, not a DICOM port';
  return undefined;
}

function withHint(text: FailureText, hint: string | undefined): FailureText {
  return hint === undefined ? text : { ...text, hint };
}

function aborted(failure: Aborted): FailureText {
  const { source, reason } = failure;
  if (failure.local) return { code: 'ASSOC_ABORTED', message: 'was aborted by us' };
  const who =
    source === 0
      ? 'service-user'
      : `service-provider, ${ABORT_REASONS[reason] ?? 'non-standard reason'}`;
  const message = `aborted the association (${who}, source ${source}, reason ${reason})`;
  return { code: 'ASSOC_ABORTED', message, hint: abortHint(source), ref: 'PS3.8 Table 9-26' };
}

function abortHint(source: number): string {
  return source === 0
    ? 'its application gave up, often over the data set before: see its log at this time'
    : 'its protocol layer gave up: --trace shows the PDUs that it did not like';
}

function transport(failure: TransportFailure): FailureText {
  const { code, phase } = failure;
  const words = TRANSPORT_WORDS[code];
  // Node's own words for a connection that was not made name its phase: `connect ECONNREFUSED`.
  const told = failure.message.replace(' - Local (undefined:undefined)', '');
  const where = phase === 'connect' ? told : `${told}, ${phase}`;
  const message = words === undefined ? `${told} (${phase})` : `${words} (${where})`;
  const said = { code, message };
  if (HUNG_UP.test(code) && phase === 'associate') return { ...said, hint: NO_ANSWER };
  if (HUNG_UP.test(code) && phase === 'tls') return { ...said, hint: NO_HANDSHAKE };
  return withHint(said, transportHint(code));
}

function text(failure: Failure | Rejected, peer: PeerName): FailureText {
  switch (failure.kind) {
    case 'rejected':
      return rejected(failure, peer);
    case 'aborted':
      return aborted(failure);
    case 'transport':
      return transport(failure);
    case 'timeout': {
      const code = `TIMEOUT_${failure.phase.toUpperCase()}`;
      const message = `timed out after ${failure.ms} ms waiting for ${PHASES[failure.phase]}`;
      return withHint({ code, message }, SILENCE_HINTS[failure.phase]);
    }
    case 'protocol': {
      const bytes = failure.window === '' ? '' : `, bytes ${failure.window}`;
      const message = `broke the protocol: ${failure.message} (offset ${failure.offset}${bytes})`;
      return withHint(
        { code: failure.code, message, ref: failure.clause },
        protocolHint(failure.window),
      );
    }
    case 'released':
      return {
        code: 'ASSOC_RELEASED',
        message: failure.local ? 'the association is released already' : 'released the association',
        ...(failure.local ? {} : { hint: RELEASED_HINT }),
      };
    case 'injected':
      return {
        code: 'FAULT_INJECTED',
        message: `fault ${failure.fault} after ${failure.afterBytes} bytes`,
      };
  }
}

/** `AET@host:port`; an IPv6 address in brackets. */
export function peerText({ calledAET, host, port }: Omit<PeerName, 'callingAET'>): string {
  return `${calledAET}@${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/** One line for a person: who, what happened, in the standard's words. */
export function describeFailure(failure: Failure | Rejected, peer: PeerName): FailureText {
  const said = text(failure, peer);
  const who = peerText(peer);
  const clause = said.ref === undefined ? '' : `; ${said.ref}`;
  const message = clause === '' ? said.message : said.message.replace(/\)$/, `${clause})`);
  return { ...said, message: `${who} ${message}` };
}

/** Last byte of a response that comes this long after its first is a delayed acknowledgement. */
const NAGLE_MS = 35;
const NAGLE_MAX_MS = 60;

/** A hint when a response without a data set took as long as a delayed ACK to come in whole. */
export function nagleHint(firstByte: number, lastByte: number): string | null {
  const gap = lastByte - firstByte;
  if (gap < NAGLE_MS || gap > NAGLE_MAX_MS) return null;
  return `peer has Nagle on: last byte ${Math.round(gap)} ms after the first; set TCP_NODELAY there`;
}

/** The same of a transport that carries another protocol, without whom it happened with. */
export function transportWords(failure: TransportFailure): FailureText {
  return transport(failure);
}
