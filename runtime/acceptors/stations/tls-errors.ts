// TLS handshakes that failed where images arrive, folded: a flood of them is one line.
import type { TransportFailure } from '../../dicom/errors.ts';
import type { ErrorMessage } from '../../threads/samples.ts';

const NO_TRUST =
  'the sender does not trust the certificate here; give it its authority (`ca`), with the name used';
const NO_CERTIFICATE =
  'a certificate is asked for here (`ca`); give the sender one of that authority';
const NOTHING_IN_COMMON = 'no version or cipher in common: look at minVersion, maxVersion, profile';

/** Seen from who listens: the failures of a requestor have hints of their own. */
const HINTS: readonly (readonly [RegExp, string])[] = [
  [/NOT_TLS/, 'the sender does not speak TLS; let it, or leave `tls` out here'],
  [/TIMEOUT/, 'the sender connected and did not go on; does it speak TLS?'],
  [/ALERT.*(UNKNOWN_CA|CERTIFICATE)/, NO_TRUST],
  [/PEER_DID_NOT_RETURN|SIGNED|ISSUER|VERIFY|CERT_/, NO_CERTIFICATE],
  [/CIPHER|PROTOCOL|VERSION/, NOTHING_IN_COMMON],
  [/ECONNRESET|EPIPE|CLOSED/, 'the sender hung up; see what it says of the certificate here'],
];

/** Collects failures until they are taken; alike ones become one with a count. */
export class TlsErrors {
  #waiting = new Map<string, ErrorMessage>();
  readonly #now: () => number;

  /** `now`: ms since t0. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Who listens under this name tells here. */
  of(name: string): (failure: TransportFailure, from: string) => void {
    return ({ code }, from) => {
      const group = `TLS handshake ${code} ${name}`;
      const before = this.#waiting.get(group);
      const hint = HINTS.find(([pattern]) => pattern.test(code))?.[1];
      this.#waiting.set(group, {
        ...{ kind: 'error', group, operation: 'TLS handshake', code, calledAET: name },
        message: `${name}: the TLS handshake of a sender${from === '' ? '' : ` (${from})`} failed`,
        ...(hint === undefined ? {} : { hint }),
        time: this.#now(),
        count: (before?.count ?? 0) + 1,
      });
    };
  }

  /** What came since the last call. */
  take(): readonly ErrorMessage[] {
    if (this.#waiting.size === 0) return [];
    const taken = [...this.#waiting.values()];
    this.#waiting = new Map();
    return taken;
  }
}
