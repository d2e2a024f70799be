// Errors of the HTTP client as failures: stable codes, plain words, what to look at.
import { transportWords } from '../dicom/failure-text.ts';
import { transportFailure } from '../dicom/ul/failures.ts';
import { WebFailure } from './failure.ts';
import type { FailedPhase, WebTimeouts } from './connections/job.ts';

interface About {
  readonly phase: FailedPhase;
  readonly timeouts: WebTimeouts;
  /** Something of the answer had come. */
  readonly begun: boolean;
  /** It was the first request on a connection with TLS. */
  readonly isFreshTls: boolean;
  /** There was a body to be sent. */
  readonly hasBody: boolean;
}

const SILENCE = {
  UND_ERR_CONNECT_TIMEOUT: {
    phase: 'connect',
    what: 'the connection',
    hint: 'no answer from that host; check address, route and firewall',
  },
  UND_ERR_HEADERS_TIMEOUT: {
    phase: 'response',
    what: 'the response',
    hint: 'the server is slow or stuck: see its log at this time, or allow it more time',
  },
  UND_ERR_BODY_TIMEOUT: {
    phase: 'idle',
    what: 'the rest of the answer',
    hint: 'the server began to answer and stopped: see its log at this time',
  },
} as const;

function limitOf(code: keyof typeof SILENCE, timeouts: WebTimeouts): number {
  if (code === 'UND_ERR_CONNECT_TIMEOUT') return timeouts.connectMs;
  return code === 'UND_ERR_HEADERS_TIMEOUT' ? timeouts.responseMs : timeouts.idleMs;
}

const isSilence = (code: string): code is keyof typeof SILENCE => Object.hasOwn(SILENCE, code);

const GAVE_UP =
  'the server, or a proxy on the way, gave up: see its log, and its limit of the request body';
const NO_WEB =
  'the server, or a proxy on the way, gave up: is this its web port, and not its DICOM port? else see its log';
const gaveUp = (hasBody: boolean): string => (hasBody ? GAVE_UP : NO_WEB);
/** How an option of TLS is given: by the script, for the web target, on the command line. */
const given = (option: string, variable: string, flag: string): string =>
  `tls: { ${option} }; of the web target, DICOMRUN_WEB_TARGET_TLS_${variable} (${flag} of web and doctor)`;
const NO_CA = `give the certificate of its authority as ${given('ca', 'CA', '--tls-ca')}`;
const WEB_HINTS: Readonly<Record<string, string>> = {
  TLS_NOT_TLS: 'the server does not speak TLS on this port: is the URL to begin with http:?',
  TLS_DEPTH_ZERO_SELF_SIGNED_CERT: `nobody but itself vouches for it: ${NO_CA}`,
  TLS_SELF_SIGNED_CERT_IN_CHAIN: NO_CA,
  TLS_UNABLE_TO_VERIFY_LEAF_SIGNATURE: NO_CA,
  TLS_UNABLE_TO_GET_ISSUER_CERT_LOCALLY: NO_CA,
  TLS_CERT_ALTNAME_INVALID: `the certificate is for another name: ask for that name, or give it as ${given('serverName', 'SERVER_NAME', '--tls-server-name')}`,
};

/** An error of undici, or of the socket under it. */
export function failureOf(error: Error, about: About): WebFailure {
  const { phase, timeouts, begun, isFreshTls, hasBody } = about;
  if (error instanceof WebFailure) return error;
  const { code = '' } = error as NodeJS.ErrnoException;
  if (isSilence(code)) {
    const { phase: waited, what, hint } = SILENCE[code];
    const message = `timed out after ${limitOf(code, timeouts)} ms waiting for ${what}`;
    return new WebFailure(`TIMEOUT_${waited.toUpperCase()}`, message, {
      kind: 'timeout',
      phase: waited,
      hint,
    });
  }
  if (error.name === 'HTTPParserError') {
    return new WebFailure('WEB_NOT_HTTP', 'answered with something that is no HTTP', {
      hint: 'is this the web port of the server, and not its DICOM port?',
    });
  }
  if (code === 'UND_ERR_HEADERS_OVERFLOW') {
    return new WebFailure('WEB_HEADERS', 'answered with headers that are too long');
  }
  if (code === 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH') return cut();
  if (code === 'UND_ERR_SOCKET') return begun ? cut() : closed(isFreshTls, hasBody);
  if (code.startsWith('UND_ERR')) {
    return new WebFailure('WEB_REQUEST', `the request could not be made: ${error.message}`);
  }
  if (begun && (code === 'ECONNRESET' || code === 'EPIPE')) return cut();
  if (code === 'EPIPE') {
    const what = 'closed the connection while the request was being sent';
    return new WebFailure('TCP_EPIPE', what, { kind: 'transport', phase, hint: GAVE_UP });
  }
  return transport(error, phase, hasBody);
}

function transport(error: Error, phase: FailedPhase, hasBody: boolean): WebFailure {
  const { code, message, hint } = transportWords(transportFailure(error, phase));
  const better = code === 'TCP_ECONNRESET' ? gaveUp(hasBody) : (WEB_HINTS[code] ?? hint);
  const more = { kind: 'transport', phase } as const;
  return new WebFailure(code, message, better === undefined ? more : { ...more, hint: better });
}

function cut(): WebFailure {
  return new WebFailure('WEB_CUT', 'closed the connection in the middle of the answer', {
    kind: 'transport',
    hint: 'the server, or a proxy on the way, gave up: see its log at this time',
  });
}

/** Of TLS 1.3, who refuses our certificate may just hang up after the handshake. */
function closed(isFreshTls: boolean, hasBody: boolean): WebFailure {
  const first = isFreshTls
    ? 'does it ask for a certificate (tls: cert, key), or not trust ours? else '
    : '';
  return new WebFailure('TCP_CLOSED', 'closed the connection without an answer', {
    kind: 'transport',
    hint: `${first}${gaveUp(hasBody)}`,
  });
}
