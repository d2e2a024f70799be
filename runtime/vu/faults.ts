// What made an answer impossible, in the standard's words, with what to try.
import type { Fault } from '../../api/bridge.ts';
import type { Failure, Rejected } from '../dicom/errors.ts';

/** Who it was about: `ROUTER@127.0.0.1:11112`. */
export interface PeerName {
  readonly calledAET: string;
  readonly callingAET: string;
  readonly host: string;
  readonly port: number;
}

export function peerText(peer: PeerName): string {
  const host = peer.host.includes(':') ? `[${peer.host}]` : peer.host;
  return `${peer.calledAET}@${host}:${peer.port}`;
}

const RESULTS: Readonly<Record<number, string>> = { 1: 'permanent', 2: 'transient' };

/** [source, reason] of PS3.8 Table 9-21. */
const REASONS: Readonly<Record<string, readonly [string, string?]>> = {
  '1,1': ['no reason given'],
  '1,2': ['application context name not supported'],
  '1,3': [
    'calling AE title not recognized',
    'the peer does not know "{calling}": add it there, or set callingAET (-b)',
  ],
  '1,7': [
    'called AE title not recognized',
    'the peer does not know itself as "{called}": check calledAET (-c)',
  ],
  '2,1': ['no reason given'],
  '2,2': ['protocol version not supported'],
  '3,1': ['temporary congestion', 'the peer is busy: fewer associations, or wait'],
  '3,2': [
    'local limit exceeded',
    'the peer takes no more associations at once: fewer VUs, or raise its limit',
  ],
};
const SOURCES: Readonly<Record<number, string>> = {
  1: 'service-user',
  2: 'service-provider (ACSE)',
  3: 'service-provider (presentation)',
};

export function rejectedFault(rejected: Rejected, peer: PeerName): Fault {
  const { result, source, reason } = rejected;
  const [words = `reason ${reason}`, hint] = REASONS[`${source},${reason}`] ?? [];
  const detail = `${RESULTS[result] ?? `result ${result}`}, ${SOURCES[source] ?? `source ${source}`}, reason ${reason}`;
  return {
    code: 'ASSOC_REJECTED',
    message: `${peerText(peer)} rejected the association: ${words} (${detail}; PS3.8 Table 9-21)`,
    ...(hint === undefined
      ? {}
      : { hint: hint.replace('{called}', peer.calledAET).replace('{calling}', peer.callingAET) }),
    fields: { result, source, reason },
  };
}

const ABORT_REASONS: Readonly<Record<number, string>> = {
  0: 'reason not specified',
  1: 'unrecognized PDU',
  2: 'unexpected PDU',
  4: 'unrecognized PDU parameter',
  5: 'unexpected PDU parameter',
  6: 'invalid PDU parameter value',
};

const TRANSPORT_HINTS: Readonly<Record<string, string>> = {
  TCP_ECONNREFUSED:
    'nothing listens there: is it started, are host and port right? `dicomrun doctor -c {peer}`',
  TCP_ETIMEDOUT: 'a firewall drops the packets, or the host is down',
  TCP_EHOSTUNREACH: 'there is no route to that host',
  TCP_ECONNRESET:
    'the peer closed the connection hard: its log says why; an association limit is a common cause',
  TCP_CLOSED: 'the peer went away without A-ABORT: its log says why',
  TCP_EMFILE: 'this process may open no more files: raise `ulimit -n`',
  TCP_EADDRNOTAVAIL:
    'no local port is left to that host: keep associations open, or give several sourceAddress',
  DNS_ENOTFOUND: 'the host name is unknown: check its spelling',
  TLS_NOT_TLS: 'the peer does not speak TLS on that port: check the port, or leave out tls',
};

/** Any failure of an association or of a request on it. */
export function failureFault(failure: Failure, peer: PeerName, what: string): Fault {
  const who = peerText(peer);
  switch (failure.kind) {
    case 'aborted':
      return abortedFault(failure, who, what);
    case 'transport':
      return transportFault(failure, who, what);
    case 'timeout': {
      const { phase, ms } = failure;
      return {
        code: `TIMEOUT_${phase.toUpperCase()}`,
        message: `${who}: no answer in phase ${phase} within ${ms} ms during ${what}; the association was aborted`,
        hint: `the peer is slow or stuck; the limit is timeouts.${phase} of the peer`,
        fields: { phase, ms },
      };
    }
    case 'protocol': {
      const { code, message, offset, window, clause } = failure;
      const bytes = window === '' ? '' : `, bytes ${window}`;
      const text = `${who}: ${message} (offset ${offset}${bytes}; ${clause}) during ${what}`;
      return { code, message: text, fields: { offset, window, clause } };
    }
    case 'released':
      return {
        code: 'SCRIPT_STATE',
        message: `${who}: the association was already released${failure.local ? '' : ' by the peer'}: no ${what} is possible`,
      };
    case 'injected':
      return {
        code: 'FAULT_INJECTED',
        message: `${who}: ${failure.fault} after ${failure.afterBytes} bytes, as asked`,
      };
  }
}

type Of<K extends Failure['kind']> = Extract<Failure, { kind: K }>;

function abortedFault({ source, reason, local }: Of<'aborted'>, who: string, what: string): Fault {
  const user = source === 2 ? 'service-provider' : 'service-user';
  const by = local ? 'was aborted here' : `was aborted by the peer (${user})`;
  const why = source === 2 ? `, ${ABORT_REASONS[reason] ?? `reason ${reason}`}` : '';
  const message = `${who}: the association ${by}${why} during ${what} (A-ABORT; PS3.8 Table 9-26)`;
  return { code: 'ASSOC_ABORTED', message, fields: { source, reason } };
}

function transportFault(
  { code, message, phase }: Of<'transport'>,
  who: string,
  what: string,
): Fault {
  const hint = TRANSPORT_HINTS[code]?.replace('{peer}', who);
  return {
    code,
    message: `${who}: ${message} (${code} in phase ${phase}) during ${what}`,
    ...(hint === undefined ? {} : { hint }),
    fields: { phase },
  };
}

/** Word of the `outcome` tag. */
export function outcomeTag(failure: Failure | Rejected): string {
  return failure.kind === 'released' ? 'aborted' : failure.kind;
}
