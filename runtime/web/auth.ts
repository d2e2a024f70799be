// Who we say we are: a bearer token, a name and password, or a token of an OAuth 2 server for client
// credentials (RFC 6749 §4.4). Secrets stand in headers and nowhere else.
import { plainBody } from './content-encoding.ts';
import { WebFailure } from './failure.ts';
import { WebOrigin, type OriginSpec, type WebHeaders } from './http-client.ts';
import { rootOf } from './paths.ts';

export interface OAuth2 {
  readonly tokenUrl: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly scope?: string;
}

export interface WebAuth {
  readonly bearer?: string;
  readonly basic?: { readonly username: string; readonly password: string };
  readonly oauth2?: OAuth2;
}

/** What gives the Authorization header. */
export interface WebCredentials {
  /** The header as it is now; null when it has to be fetched first. */
  header(): string | null;
  /** Fetches it. @throws WebFailure */
  fetch(): Promise<string>;
  /** The server did not take it: the next one is fetched anew. True where that may help. */
  refused(): boolean;
}

/** A header that never changes; '' for none. */
class Fixed implements WebCredentials {
  readonly #header: string;
  constructor(header: string) {
    this.#header = header;
  }
  header(): string {
    return this.#header;
  }
  fetch(): Promise<string> {
    return Promise.resolve(this.#header);
  }
  refused(): boolean {
    return false;
  }
}

/** Renewed when so much of its life is over. */
const RENEW_AT = 0.8;
const DEFAULT_LIFE_S = 300;
const MOST_TOKEN_BYTES = 64 * 1024;

class ClientCredentials implements WebCredentials {
  readonly #oauth2: OAuth2;
  readonly #origin: Omit<OriginSpec, 'origin'>;
  #header: string | null = null;
  #renewAt = 0;
  #fetching: Promise<string> | null = null;

  constructor(oauth2: OAuth2, origin: Omit<OriginSpec, 'origin'>) {
    this.#oauth2 = oauth2;
    this.#origin = origin;
  }

  header(): string | null {
    return performance.now() < this.#renewAt ? this.#header : null;
  }

  fetch(): Promise<string> {
    this.#fetching ??= this.#ask().finally(() => (this.#fetching = null));
    return this.#fetching;
  }

  refused(): boolean {
    this.#renewAt = 0;
    return true;
  }

  async #ask(): Promise<string> {
    const { tokenUrl, clientId, clientSecret, scope } = this.#oauth2;
    const root = rootOf(tokenUrl);
    if (root === null) throw noToken('auth.oauth2.tokenUrl is no URL');
    const form = new URLSearchParams({ grant_type: 'client_credentials' });
    if (scope !== undefined) form.set('scope', scope);
    const body = Buffer.from(form.toString());
    const origin = new WebOrigin({ ...this.#origin, origin: root.origin });
    try {
      const { pathname, search } = new URL(tokenUrl);
      const answer = await whole(origin, {
        method: 'POST',
        path: `${pathname}${search}`,
        headers: [
          ...['accept', 'application/json'],
          ...['content-type', 'application/x-www-form-urlencoded'],
          ...[
            'authorization',
            basic({ username: clientId, password: clientSecret }, encodeURIComponent),
          ],
        ],
        body: { bytes: body.length, pieces: () => [body] },
      });
      return this.#take(answer, root.host);
    } finally {
      void origin.destroy();
    }
  }

  #take({ status, text }: Whole, host: string): string {
    if (status !== 200)
      throw noToken(`wants a token, and ${host} answered the request of a token with ${status}`);
    let json: { access_token?: unknown; expires_in?: unknown };
    try {
      json = JSON.parse(text) as typeof json;
    } catch {
      throw noToken(
        `wants a token, and ${host} answered the request of a token with something that is no JSON`,
      );
    }
    if (typeof json?.access_token !== 'string')
      throw noToken(`wants a token, and ${host} gave no access_token`);
    const life = Number(json.expires_in ?? DEFAULT_LIFE_S);
    this.#header = `Bearer ${json.access_token}`;
    this.#renewAt = performance.now() + (life > 0 ? life : DEFAULT_LIFE_S) * 1000 * RENEW_AT;
    return this.#header;
  }
}

function noToken(message: string): WebFailure {
  return new WebFailure('WEB_TOKEN', message, {
    hint: 'check auth.oauth2: tokenUrl, clientId, clientSecret, scope',
  });
}

function basic(
  { username, password }: NonNullable<WebAuth['basic']>,
  encoded: (text: string) => string = (text) => text,
): string {
  const pair = `${encoded(username)}:${encoded(password)}`;
  return `Basic ${Buffer.from(pair, 'utf8').toString('base64')}`;
}

/** @param origin how the token's server is reached */
export function credentialsOf(auth: WebAuth, origin: Omit<OriginSpec, 'origin'>): WebCredentials {
  if (auth.oauth2 !== undefined) return new ClientCredentials(auth.oauth2, origin);
  if (auth.bearer !== undefined) return new Fixed(`Bearer ${auth.bearer}`);
  return new Fixed(auth.basic === undefined ? '' : basic(auth.basic));
}

/** What configuration says of somebody: a token, or a name with a password. */
export function authOf(given: {
  readonly token?: string;
  readonly username?: string;
  readonly password?: string;
}): WebAuth | null {
  const { token, username, password = '' } = given;
  if (token !== undefined) return { bearer: token };
  return username === undefined ? null : { basic: { username, password } };
}

/** An answer of small size, whole. */
export interface Whole {
  readonly status: number;
  readonly headers: WebHeaders;
  readonly text: string;
}

/** Sends a request and collects its answer. @throws WebFailure */
export function whole(
  origin: WebOrigin,
  request: Parameters<WebOrigin['send']>[0],
  mostBytes = MOST_TOKEN_BYTES,
): Promise<Whole> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let status = 0;
    let bytes = 0;
    let headers: WebHeaders = {};
    origin.send(request, {
      onHeaders: (code, given) => {
        status = code;
        headers = given;
      },
      onData: (chunk) => {
        bytes += chunk.length;
        if (bytes > mostBytes)
          throw new WebFailure('WEB_TOO_LONG', `answered with over ${mostBytes} bytes`);
        chunks.push(Buffer.from(chunk));
      },
      onDone: () => {
        try {
          const body = plainBody(headers, Buffer.concat(chunks), mostBytes);
          resolve({ status, headers, text: body.toString('utf8') });
        } catch (error) {
          reject(error as WebFailure);
        }
      },
      onFailed: reject,
    });
  });
}
