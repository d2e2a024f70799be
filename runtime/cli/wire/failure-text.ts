// Why an association or a request did not work, in the standard's words, with what to try.
import type { Failure, Rejected } from '../../dicom/errors.ts';
import type { Problem } from '../../errors.ts';
import type { PeerAddress } from './client.ts';

/** Everything that can stand in the way of an answer. */
export type Obstacle = Rejected | Failure;

interface Reason {
  readonly words: string;
  readonly hint?: (peer: PeerAddress) => string;
}

const RESULTS: Readonly<Record<number, string>> = { 1: 'permanent', 2: 'transient' };
const SOURCES: Readonly<Record<number, string>> = {
  1: 'service-user',
  2: 'service-provider (ACSE)',
  3: 'service-provider (presentation)',
};

/** PS3.8 Table 9-21, by `source-reason`. */
const REASONS: Readonly<Record<string, Reason>> = {
  '1-1': {
    words: 'no reason given',
    hint: () => 'many peers say this when they do not know the calling AE title or address',
  },
  '1-2': { words: 'application context name not supported' },
  '1-3': {
    words: 'calling AE title not recognized',
    hint: (peer) =>
      `"${peer.callingAET}" must be allowed at the peer; or call as another with -b AET`,
  },
  '1-7': {
    words: 'called AE title not recognized',
    hint: (peer) => `the peer does not know itself as "${peer.calledAET}"; check spelling and case`,
  },
  '2-1': { words: 'no reason given by the association service' },
  '2-2': { words: 'protocol version not supported' },
  '3-1': {
    words: 'temporary congestion',
    hint: () => 'the peer is busy: try again, or with fewer associations',
  },
  '3-2': {
    words: 'local limit exceeded',
    hint: () => 'the peer takes no more associations: raise its limit, or use fewer VUs',
  },
};

const TRANSPORT_HINTS: Readonly<Record<string, string>> = {
  TCP_ECONNREFUSED: 'nothing listens there: check host and port, and that the server runs',
  TCP_ECONNRESET: 'the peer closed the connection: a firewall, a TLS port, or a limit of the peer',
  TCP_CLOSED: 'the peer closed without a word: a TLS port, or an address it does not allow',
  TCP_EHOSTUNREACH: 'no way to that host: check the network, VPN and address',
  TCP_ENETUNREACH: 'no way to that network: check the network, VPN and address',
  DNS_ENOTFOUND: 'the name is unknown: check its spelling, or use an address',
  DNS_EAI_AGAIN: 'the name service does not answer: check the network, or use an address',
  TLS_NOT_TLS: 'the peer does not speak TLS on this port',
};

/** `AET@host:port`. */
export function peerName(peer: PeerAddress): string {
  const host = peer.host.includes(':') ? `[${peer.host}]` : peer.host;
  return `${peer.calledAET}@${host}:${peer.port}`;
}

/** What happened and what to try. */
export function obstacleProblem(peer: PeerAddress, obstacle: Obstacle): Problem {
  const who = peerName(peer);
  switch (obstacle.kind) {
    case 'rejected':
      return rejectionProblem(peer, obstacle);
    case 'transport': {
      const hint = TRANSPORT_HINTS[obstacle.code];
      const message = `${who}: ${obstacle.phase} failed: ${obstacle.message}`;
      return { code: obstacle.code, message, ...(hint === undefined ? {} : { hint }) };
    }
    case 'timeout':
      return {
        code: `TIMEOUT_${obstacle.phase.toUpperCase()}`,
        message: `${who}: no answer within ${obstacle.ms / 1000} s (${obstacle.phase})`,
        hint:
          obstacle.phase === 'connect'
            ? 'a firewall drops packets, or the address is wrong'
            : 'the peer is there but does not speak: is this its DICOM port?',
      };
    case 'aborted':
      return {
        code: 'ASSOC_ABORTED',
        message: `${who} aborted the association (A-ABORT source ${obstacle.source}, reason ${obstacle.reason}; PS3.8 Table 9-26)`,
        hint: 'see the log of the peer; some abort instead of rejecting an unknown AE title',
      };
    case 'protocol':
      return {
        code: obstacle.code,
        message: `${who} broke the protocol: ${obstacle.message} (${obstacle.clause}, offset ${obstacle.offset})`,
        hint: 'is this a DICOM port, with the right TLS setting?',
      };
    case 'released':
      return { code: 'ASSOC_RELEASED', message: `${who} released the association` };
    case 'injected':
      return { code: 'FAULT_INJECTED', message: `${who}: ${obstacle.fault}` };
  }
}

function rejectionProblem(peer: PeerAddress, rejected: Rejected): Problem {
  const { result, source, reason } = rejected;
  const known = REASONS[`${source}-${reason}`];
  const words = known?.words ?? 'reason not in the standard';
  const how = `${RESULTS[result] ?? `result ${result}`}, ${SOURCES[source] ?? `source ${source}`}`;
  const hint = known?.hint?.(peer);
  return {
    code: 'ASSOC_REJECTED',
    message: `${peerName(peer)} rejected the association: ${words} (${how}, reason ${reason}; PS3.8 Table 9-21)`,
    ...(hint === undefined ? {} : { hint }),
  };
}
