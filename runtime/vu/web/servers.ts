// Whom a script means by a web server: resolved against the configuration once per description, with
// the connections of each VU.
import type { VuPlan } from '../../threads/vu.ts';
import { authOf, credentialsOf, type WebCredentials, type WebAuth } from '../../web/auth.ts';
import { WebOrigin, type WebTimeouts } from '../../web/http-client.ts';
import {
  rootsOf,
  SERVICE_ROOTS,
  type Root,
  type ServiceRoot,
  type ServiceUrls,
} from '../../web/paths.ts';
import { requestorTlsOf } from '../../dicom/ul/socket/tls-files.ts';
import type { TlsOptions } from '../../dicom/ul/associate-request.ts';
import { DicomError } from '../../dicom/errors.ts';
import { badArgument } from '../sandbox/host.ts';
import { noServerUrl } from '../declare/server-spec.ts';
import { isAllowed } from '../associations/allowed.ts';

/** A server as the sandbox describes it (api/dicomweb/server.ts). */
export interface ServerRequest {
  readonly url?: ServiceUrls;
  readonly name?: string;
  readonly auth?: WebAuth;
  readonly headers?: Readonly<Record<string, string>>;
  readonly tls?: boolean | Readonly<Record<string, unknown>>;
  readonly timeouts?: Partial<WebTimeouts>;
  readonly connections?: 'vu' | 'shared';
  readonly http2?: boolean;
  /** Declaration id of the receiver that gets what is stored. */
  readonly deliversTo?: number;
}

/** A resolved server. */
export interface WebServer {
  readonly number: number;
  /** What tags, messages and the account call it. */
  readonly name: string;
  readonly roots: Readonly<Record<ServiceRoot, Root>>;
  readonly credentials: WebCredentials;
  /** Names and values in turn. */
  readonly headers: readonly string[];
  readonly tls: TlsOptions | null;
  readonly timeouts: WebTimeouts;
  readonly connections: 'vu' | 'shared';
  readonly http2: boolean;
  /** -1 none. */
  readonly deliversTo: number;
}

const TIMEOUTS: WebTimeouts = { connectMs: 10_000, responseMs: 60_000, idleMs: 60_000 };
/** Connections of one VU to one server: what it asks at the same time. */
const OF_A_VU = 6;
const OF_A_WORKER = 256;

export class WebServers {
  readonly #plan: () => VuPlan;
  readonly #known = new Map<string, WebServer>();
  readonly #list: WebServer[] = [];
  readonly #origins = new Map<string, WebOrigin>();
  /** The same by where a service is, and the slot of the VU + 1. */
  readonly #found = new Map<Root, (WebOrigin | undefined)[]>();

  constructor(plan: () => VuPlan) {
    this.#plan = plan;
  }

  /** The number of a server that is described so. @throws RingFault */
  numberOf(request: ServerRequest): number {
    const key = JSON.stringify(request);
    let server = this.#known.get(key);
    if (server === undefined) {
      server = resolve(request, this.#plan(), this.#list.length);
      this.#known.set(key, server);
      this.#list.push(server);
    }
    return server.number;
  }

  /** @throws RingFault */
  get(number: number): WebServer {
    const server = this.#list[number];
    if (server === undefined) throw badArgument('there is no such server');
    return server;
  }

  /** The connections of a VU to where a service of a server is. */
  origin(server: WebServer, root: Root, slot: number): WebOrigin {
    let found = this.#found.get(root);
    if (found === undefined) this.#found.set(root, (found = []));
    return (found[slot + 1] ??= this.#made(server, root, slot));
  }

  #made(server: WebServer, { origin }: Root, slot: number): WebOrigin {
    const shared = server.connections === 'shared';
    const key = `${shared ? '' : slot} ${server.number} ${origin}`;
    let made = this.#origins.get(key);
    if (made === undefined) {
      const { tls, timeouts, http2 } = server;
      const connections = shared ? OF_A_WORKER : OF_A_VU;
      const secure = origin.startsWith('https:') ? (tls ?? {}) : null;
      made = new WebOrigin({ origin, tls: secure, timeouts, http2, connections });
      this.#origins.set(key, made);
    }
    return made;
  }

  destroyAll(): void {
    for (const origin of this.#origins.values()) void origin.destroy();
    this.#origins.clear();
    this.#found.clear();
  }
}

function resolve(request: ServerRequest, plan: VuPlan, number: number): WebServer {
  const { headers = {}, connections = 'vu', http2 = false, deliversTo = -1 } = request;
  const target = request.url === undefined ? targetOf(plan) : null;
  const roots = rootsOf(target?.url ?? request.url ?? '');
  if (roots === null) throw noServerUrl();
  const timeouts = { ...TIMEOUTS, ...request.timeouts };
  const tls = tlsOf(request.tls ?? target?.tls, plan.folder);
  const user = roots.search.user;
  const auth = request.auth ?? target?.auth ?? (user === null ? {} : { basic: user });
  const origins = SERVICE_ROOTS.map((service) => roots[service].origin);
  const tokenUrl = auth.oauth2 === undefined ? [] : [auth.oauth2.tokenUrl];
  mayAsk([...origins, ...tokenUrl], plan);
  const toToken = { tls, timeouts, connections: 1, http2: false };
  return {
    number,
    name: request.name ?? roots.search.host,
    roots,
    credentials: credentialsOf(auth, toToken),
    headers: Object.entries(headers).flat(),
    ...{ tls, timeouts, connections, http2, deliversTo },
  };
}

/** An agent talks only to hosts that its own `--allow` names. @throws RingFault */
function mayAsk(urls: readonly string[], { allow }: VuPlan): void {
  if (allow === undefined) return;
  for (const url of urls) {
    if (!URL.canParse(url)) continue;
    const { hostname } = new URL(url);
    if (isAllowed(hostname, allow)) continue;
    const what = `server ${hostname}: this agent may not talk to it`;
    throw badArgument(what, `it may to: ${allow.join(', ')} (dicomrun agent --allow)`);
  }
}

/** The configured one, or the embedded one. */
function targetOf(plan: VuPlan): {
  readonly url: string;
  readonly auth?: WebAuth;
  readonly tls?: object;
} {
  const { webTarget } = plan;
  if (webTarget !== null) {
    const { url, tls } = webTarget;
    const auth = authOf(webTarget);
    return { url, ...(auth === null ? {} : { auth }), ...(tls === undefined ? {} : { tls }) };
  }
  throw badArgument(
    'server(): the script asks for the configured web target and none is configured',
    'give --embedded, or --web-target http://host:port/dicom-web',
  );
}

function tlsOf(tls: object | boolean | undefined, folder: string): TlsOptions | null {
  try {
    return requestorTlsOf(tls, { name: 'server()', folder });
  } catch (error) {
    if (!(error instanceof DicomError)) throw error;
    throw badArgument(error.message, error.hint);
  }
}
