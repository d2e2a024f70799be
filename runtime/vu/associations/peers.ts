// Whom a script means: its peers and contexts, resolved against the configuration once per spec.
import type { AssociateRequest } from '../../dicom/ul/associate-request.ts';
import type { Route } from '../../config/types.ts';
import type { VuPlan } from '../../threads/vu.ts';
import { badArgument } from '../sandbox/host.ts';
import type { PeerName } from './faults.ts';
import { isAllowed } from './allowed.ts';
import { isAETitle } from './peer-check.ts';
import { proposalOf, type ContextWishes } from './proposals.ts';
import { peerTls } from './tls.ts';

/** A peer as the sandbox describes it (api/dicom/peer.ts). */
export interface PeerRequest {
  readonly connect?: string;
  readonly host?: string;
  readonly port?: number;
  readonly calledAET?: string;
  readonly callingAET?: string;
  readonly route?: string;
  readonly deliversTo?: number;
  readonly use?: 'verify';
  readonly tls?: boolean | Readonly<Record<string, unknown>>;
  readonly userIdentity?: Readonly<Record<string, unknown>>;
  readonly maxPdu?: number;
  readonly asyncOps?: number | { readonly invoked: number; readonly performed: number };
  readonly timeouts?: Readonly<Record<string, number>>;
  readonly sourceAddress?: string | readonly string[];
  readonly implementationClassUid?: string;
  readonly implementationVersion?: string;
  readonly stack?: string;
}

/** What `associate` was asked for. */
export interface SpecRequest extends ContextWishes {
  readonly peer: PeerRequest;
  readonly tags?: Readonly<Record<string, string>>;
}

/** A resolved spec: what goes to the wire, and what its samples are tagged with. */
export interface Spec {
  readonly request: AssociateRequest;
  readonly peer: PeerName;
  readonly route: string;
  /** Declaration id of the receiver that gets what is sent; -1 none. */
  readonly deliversTo: number;
  readonly tags: Readonly<Record<string, string>>;
  /** The request from each source address in turn; at least one. */
  readonly requests: readonly AssociateRequest[];
  nextRequest: number;
  /** Small number of (called, calling, route), for packed keys. */
  peerNumber: number;
  /** What the context of its tags is remembered under. */
  contextKey: string;
}

const DEFAULT_CALLING = 'DICOMRUN';

/** The peer's address and titles. @throws RingFault */
export function addressOf(
  peer: PeerRequest,
  plan: VuPlan,
): PeerName & { readonly tls: PeerRequest['tls'] } {
  const base = peer.use === 'verify' ? verifyOf(plan) : baseOf(peer, plan);
  if (plan.allow !== undefined && !isAllowed(base.host, plan.allow)) {
    const what = `peer ${base.host}: this agent may not talk to it`;
    throw badArgument(what, `it may to: ${plan.allow.join(', ')} (dicomrun agent --allow)`);
  }
  const calledAET = peer.calledAET ?? base.calledAET;
  const callingAET = peer.callingAET ?? base.callingAET;
  for (const [what, title] of [
    ['calledAET', calledAET],
    ['callingAET', callingAET],
  ] as const) {
    if (!isAETitle(title)) {
      throw badArgument(
        `${what} "${title}": an AE title has 1 to 16 characters, no backslash (PS3.5 §6.2), this has ${title.length}`,
      );
    }
  }
  return { host: base.host, port: base.port, calledAET, callingAET, tls: peer.tls ?? base.tls };
}

interface Base extends PeerName {
  readonly tls?: PeerRequest['tls'];
}

function verifyOf(plan: VuPlan): Base {
  const { verify } = plan;
  if (verify === null) {
    const hint = 'set CFIND_HOST and CFIND_PORT, or verify in the configuration file';
    throw badArgument('peer({ use: "verify" }): no verify target is configured', hint);
  }
  const { host, port, calledAET, callingAET, tls } = verify;
  return { host, port, calledAET, callingAET, ...(tls === undefined ? {} : { tls: { ...tls } }) };
}

function baseOf(peer: PeerRequest, plan: VuPlan): Base {
  const name = peer.route ?? plan.route;
  const route = name === null ? undefined : plan.routes[name];
  if (peer.connect !== undefined) return connectOf(peer.connect);
  if (peer.host !== undefined) {
    const { host, port } = peer;
    if (port === undefined) throw badArgument(`peer({ host: "${host}" }): needs a port`);
    const callingAET = route?.callingAET ?? DEFAULT_CALLING;
    return { host, port, calledAET: route?.calledAET ?? 'ANY-SCP', callingAET };
  }
  return targetOf(peer, plan, route);
}

function connectOf(connect: string): Base {
  const [, calledAET, host, port] = /^([^@]+)@(.+):(\d+)$/.exec(connect) ?? [];
  if (calledAET === undefined || host === undefined) {
    throw badArgument(`peer({ connect: "${connect}" }): write AET@host:port`);
  }
  const bare = host.replace(/^\[|\]$/g, '');
  return { calledAET, host: bare, port: Number(port), callingAET: DEFAULT_CALLING };
}

/** The configured target, with the AE pair of the route. */
function targetOf(peer: PeerRequest, plan: VuPlan, route: Route | undefined): Base {
  const { target, routes } = plan;
  if (target === null) {
    const what = 'the script asks for the configured target and none is configured';
    throw badArgument(`peer(): ${what}`, 'give -c AET@host:port, or --embedded');
  }
  if (peer.route !== undefined && route === undefined) {
    const known = Object.keys(routes).join(', ') || 'none';
    throw badArgument(
      `peer({ route: "${peer.route}" }): no such route`,
      `configured: ${known}; set REMOTE_AE_${peer.route} and LOCAL_AE_${peer.route}`,
    );
  }
  const { host, port, calledAET, callingAET, tls } = { ...target, ...route };
  return { host, port, calledAET, callingAET, ...(tls === undefined ? {} : { tls: { ...tls } }) };
}

const asText = (value: unknown): string | undefined =>
  typeof value === 'string' ? value : undefined;

/** Text as UTF-8; bytes as they are, which cross the bridge as an object of numbers. */
function bytesOf(value: unknown): Uint8Array {
  const text = asText(value);
  return text === undefined ? Uint8Array.from(Object.values(value as object)) : Buffer.from(text);
}

/** PS3.7 Table D.3-14: user identity types that are one piece of bytes. */
const TOKENS = { kerberos: 3, saml: 4, jwt: 5 } as const;

function identityOf(user: PeerRequest['userIdentity']): AssociateRequest['userIdentity'] {
  if (user === undefined) return null;
  const respond = user['response'] === true;
  for (const [name, type] of Object.entries(TOKENS)) {
    if (user[name] !== undefined) return { type, primary: bytesOf(user[name]), respond };
  }
  const primary = asText(user['username']);
  if (primary === undefined) {
    throw badArgument(
      'peer({ userIdentity }): no identity given',
      'username (and password), kerberos, saml or jwt (PS3.7 D.3.3.7)',
    );
  }
  const password = asText(user['password']);
  return password === undefined
    ? { type: 1, primary, respond }
    : { type: 2, primary, secondary: password, respond };
}

type RequestParts = Partial<AssociateRequest>;

/** What is only sent when it was asked for. */
function extrasOf(peer: PeerRequest): RequestParts {
  const { maxPdu, timeouts, implementationClassUid, implementationVersion } = peer;
  return {
    ...(maxPdu === undefined ? {} : { maxPdu }),
    ...(timeouts === undefined ? {} : { timeouts }),
    ...(implementationClassUid === undefined ? {} : { implementationClassUid }),
    ...(implementationVersion === undefined ? {} : { implementationVersion }),
  };
}

/** Resolves a spec. @throws RingFault with everything a script can get wrong */
export function resolveSpec(spec: SpecRequest, plan: VuPlan): Spec {
  const { peer } = spec;
  const { tls, ...address } = addressOf(peer, plan);
  const ops = peer.asyncOps;
  const asyncOps = typeof ops === 'number' ? { invoked: ops, performed: ops } : (ops ?? null);
  const source = peer.sourceAddress ?? plan.target?.sourceAddress ?? [];
  const ownAddress = peer.host !== undefined || peer.connect !== undefined;
  const request: AssociateRequest = {
    ...address,
    ...proposalOf(spec),
    tls: peerTls(tls, plan.folder),
    userIdentity: identityOf(peer.userIdentity) ?? null,
    asyncOps,
    ...extrasOf(peer),
  };
  const sources = typeof source === 'string' ? [source] : source;
  const requests = sources.map((sourceAddress) => ({ ...request, sourceAddress }));
  return {
    request,
    peer: address,
    route: peer.route ?? (ownAddress ? '' : (plan.route ?? '')),
    deliversTo: peer.deliversTo ?? -1,
    tags: spec.tags ?? {},
    requests: requests.length === 0 ? [request] : requests,
    nextRequest: 0,
    peerNumber: 0,
    contextKey: '',
  };
}
