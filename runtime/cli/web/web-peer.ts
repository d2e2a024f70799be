// A DICOMweb server for a few requests: preflight, doctor, web. Not for load: VUs have their own way.
import { DicomError } from '../../dicom/errors.ts';
import { requestorTlsOf } from '../../dicom/ul/socket/tls-files.ts';
import type { TlsOptions } from '../../dicom/ul/associate-request.ts';
import { DicomRunError, ExitCode, type Problem } from '../../errors.ts';
import {
  authOf,
  credentialsOf,
  whole,
  type WebAuth,
  type WebCredentials,
  type Whole,
} from '../../web/auth.ts';
import { mustBePlain } from '../../web/content-encoding.ts';
import { WebFailure } from '../../web/failure.ts';
import { type WebBody, type WebHeaders, WebOrigin, type WebUser } from '../../web/http-client.ts';
import { type Root, rootOf } from '../../web/paths.ts';
import { statusHint, statusName, statusOutcome } from '../../web/http-status.ts';

/** Who it is: the web target of the configuration, or a server as a script names it. */
export interface ServerPlace {
  readonly url: string;
  readonly token?: string;
  readonly username?: string;
  readonly password?: string;
  /** Wins over these. */
  readonly auth?: WebAuth;
  readonly tls?: object | boolean;
  readonly http2?: boolean;
}

export interface WebPeerOptions {
  /** What messages call the place; default: `webTarget`. */
  readonly called?: string;
  /** What file names of its TLS are relative to. */
  readonly folder: string;
  readonly timeoutMs: number;
  /** Sent with every request: names and values in turn. */
  readonly headers?: readonly string[];
}

export interface WebAsk {
  readonly method?: string;
  /** Below the root of the services. */
  readonly path: string;
  readonly accept?: string;
  readonly contentType?: string;
  readonly body?: WebBody;
  /** Without saying who we are. */
  readonly anonymous?: boolean;
}

const MOST_BYTES = 64 * 1024 ** 2;
const CONNECTIONS = 1;

export class WebPeer {
  readonly root: Root;
  readonly tls: TlsOptions | null;
  /** Whether it is told who we are. */
  readonly hasCredentials: boolean;
  readonly #origin: WebOrigin;
  readonly #credentials: WebCredentials;
  readonly #headers: readonly string[];

  /** @throws DicomRunError 104 for a URL or TLS that cannot be */
  constructor(place: ServerPlace, options: WebPeerOptions) {
    const { timeoutMs, headers = [] } = options;
    const root = rootOf(place.url);
    if (root === null) throw noUrl();
    this.root = root;
    const tls = tlsOf(place, options);
    this.tls = root.origin.startsWith('https:') ? (tls ?? {}) : null;
    const timeouts = { connectMs: timeoutMs, responseMs: timeoutMs, idleMs: timeoutMs };
    const how = { timeouts, connections: CONNECTIONS };
    const { http2 = false } = place;
    this.#origin = new WebOrigin({ ...how, tls: this.tls, http2, origin: root.origin });
    const auth = place.auth ?? authOf(place) ?? (root.user === null ? {} : { basic: root.user });
    this.#credentials = credentialsOf(auth, { ...how, tls, http2: false });
    this.#headers = headers;
    this.hasCredentials = Object.keys(auth).length > 0;
  }

  /** `host:port`. */
  get name(): string {
    return this.root.host;
  }

  /** The whole answer, whatever its status. @throws WebFailure */
  async whole(ask: WebAsk): Promise<Whole> {
    if (ask.anonymous !== true && this.#credentials.header() === null) {
      await this.#credentials.fetch();
    }
    return await whole(this.#origin, this.#request(ask), MOST_BYTES);
  }

  /** An answer that streams by: its body goes to `take` where its status is a success. @throws WebFailure */
  stream(
    ask: WebAsk,
    take: { begin(headers: WebHeaders): void; data(chunk: Buffer): void },
  ): Promise<{ readonly status: number; readonly headers: WebHeaders }> {
    return new Promise((resolve, reject) => {
      let status = 0;
      let headers: WebHeaders = {};
      const user: WebUser = {
        onHeaders: (code, given) => {
          status = code;
          headers = given;
          if (!isTaken()) return;
          mustBePlain(given);
          take.begin(given);
        },
        onData: (chunk) => {
          if (isTaken()) take.data(chunk);
        },
        onDone: () => resolve({ status, headers }),
        onFailed: reject,
      };
      const isTaken = (): boolean => statusOutcome(status) === 'success' && status !== 204;
      this.#origin.send(this.#request(ask), user);
    });
  }

  #request({ method = 'GET', path, accept, contentType, body, anonymous = false }: WebAsk) {
    const headers = [...this.#headers];
    if (accept !== undefined) headers.push('accept', accept);
    if (contentType !== undefined) headers.push('content-type', contentType);
    const authorization = anonymous ? '' : (this.#credentials.header() ?? '');
    if (authorization !== '') headers.push('authorization', authorization);
    return { method, path: `${this.root.base}${path}`, headers, body: body ?? null };
  }

  /** A failure as a problem. Anything else is thrown on. */
  problem(error: unknown, service: string): Problem {
    if (!(error instanceof WebFailure)) throw error;
    const { code, message, hint } = error;
    const text = `${this.name} ${message} during ${service}`;
    return { code, message: text, ...(hint === undefined ? {} : { hint }) };
  }

  async close(): Promise<void> {
    await this.#origin.destroy();
  }
}

/** A status that is no success as a problem: what the server said, and what to look at. */
export function statusProblem(
  name: string,
  service: string,
  { status, headers }: { readonly status: number; readonly headers: WebHeaders },
): Problem {
  const hint = statusHint(status, headers);
  const message = `${name} answered ${service} with ${statusText(status)}`;
  return { code: `status ${status}`, message, ...(hint === null ? {} : { hint }) };
}

/** `404 Not Found`. */
export function statusText(status: number): string {
  return `${status} ${statusName(status)}`.trim();
}

function tlsOf({ tls }: ServerPlace, options: WebPeerOptions): TlsOptions | null {
  const { called = 'webTarget', folder } = options;
  try {
    return requestorTlsOf(tls, { name: called, folder });
  } catch (error) {
    if (!(error instanceof DicomError)) throw error;
    const { code, message, hint } = error;
    const more = hint === undefined ? {} : { hint };
    throw new DicomRunError(ExitCode.CONFIG, { code, message, ...more });
  }
}

/** Never as it was written: it may hold a password. */
function noUrl(): DicomRunError {
  return new DicomRunError(ExitCode.CONFIG, {
    code: 'CONFIG_WEB_TARGET',
    message: 'the web target is no http or https URL',
    hint: 'write the root of the services, e.g. http://host:8042/dicom-web',
  });
}
