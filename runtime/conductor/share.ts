// From resolved options and what the init pass declared to what each thread is told. Pure.
import type { Options, Route, Routes, Target, VerifyTarget, WebTarget } from '../config/types.ts';
import { maxVUsOf } from '../executors/describe.ts';
import { WORKERS_PER_PROCESS } from '../executors/segments/segment.ts';
import type { EmbeddedAddress, EmbeddedSpec, ReceiverSpec } from '../threads/acceptor.ts';
import type { Declaration, FromVu, PeerSpec } from '../threads/vu.ts';

export type Loaded = Extract<FromVu, { readonly kind: 'loaded' }>;

/** Called AE title of the embedded router where the script names no route. */
export const EMBEDDED_AET = 'EMBEDDED';
/** Called AE title of the embedded archive. */
export const EMBEDDED_ARCHIVE_AET = 'ARCHIVE';
/** What a run calls it. */
export const EMBEDDED_NAME = 'EMBEDDED ROUTER';
const CALLING_AET = 'DICOMRUN';
/** `--scrape NAME=embedded`: the metrics page of the embedded router. */
export const EMBEDDED_PAGE = 'embedded';

/** Whom the VUs talk to. */
export interface SharedTargets {
  readonly target: Target | null;
  readonly webTarget: WebTarget | null;
  readonly routes: Routes;
  readonly verify: VerifyTarget | null;
}

/** Hosts that the script itself names. */
export function hostsOf({ peers, webServers }: Loaded): readonly string[] {
  const ofPeers = peers.flatMap(({ host }) => (host === undefined ? [] : [host]));
  return [...ofPeers, ...webServers.flatMap(({ hosts }) => hosts)];
}

/** True when a peer of the script means the configured target. */
export function asksForTarget(peers: readonly PeerSpec[]): boolean {
  return peers.some((peer) => peer.usesTarget);
}

/** Receivers among the declarations, each where the configuration puts it. */
export function receiversOf(
  declarations: readonly Declaration[],
  { receivers: places, everyReceiver }: Pick<Options, 'receivers' | 'everyReceiver'>,
): readonly { readonly id: number; readonly spec: ReceiverSpec }[] {
  return declarations.flatMap((declaration) => {
    if (declaration.kind !== 'receiver') return [];
    const { id, spec } = declaration;
    const named = spec.aets.find((aet) => places[aet] !== undefined);
    const place = named === undefined ? everyReceiver : places[named];
    return [{ id, spec: { ...spec, ...place } }];
  });
}

/** AE titles that the command line names and no receiver of the script has. */
export function strangeReceivers(
  declarations: readonly Declaration[],
  { receivers, origins }: Options,
): readonly string[] {
  const known = receiversOf(declarations, { receivers: {}, everyReceiver: null }).flatMap(
    ({ spec }) => spec.aets,
  );
  const isStrange = (aet: string): boolean =>
    !known.includes(aet) && origins[`receivers.${aet}`]?.startsWith('flag') === true;
  return Object.keys(receivers)
    .filter(isStrange)
    .map((aet) => {
      const there = known.length === 0 ? 'it has none' : `it has ${known.join(', ')}`;
      return `--receiver ${aet}: the script has no receiver of that AE title; ${there}`;
    });
}

/** Name under which the embedded router knows a peer: its route, else its called AE title. */
function embeddedName(peer: PeerSpec, options: Options): string {
  return peer.route ?? peer.calledAET ?? options.route ?? EMBEDDED_AET;
}

/**
 * Whether the embedded target is started: not where a script asks for the web target alone, and a real
 * one is named beside it.
 */
export function startsEmbedded(
  { embedded, webTarget }: Pick<Options, 'embedded' | 'webTarget'>,
  { peers, webServers = [] }: Declared,
): boolean {
  return embedded && (webTarget === null || asksForTarget(peers) || !asksForWeb(webServers));
}

function asksForWeb(webServers: Loaded['webServers']): boolean {
  return webServers.some(({ usesTarget }) => usesTarget);
}

type Declared = Pick<Loaded, 'peers'> & Partial<Pick<Loaded, 'webServers'>>;

/**
 * What the targets that the script asks for are called: `AET@host:port`, the URL of the web target, both;
 * the configured target where it names its own.
 */
export function targetName({ embedded, targets, options, loaded }: Asking): string | undefined {
  const { webTarget } = options;
  const web = webTarget !== null && asksForWeb(loaded.webServers) ? [urlText(webTarget.url)] : [];
  if (web.length > 0 && !asksForTarget(loaded.peers)) return web[0];
  const { target } = targets;
  const router = embedded ? [EMBEDDED_NAME] : target === null ? [] : [addressText(target)];
  const names = [...router, ...web];
  return names.length === 0 ? undefined : names.join(', ');
}

function addressText({ calledAET, host, port }: Target): string {
  return `${calledAET}@${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/** Without the user and the password that it may hold. */
function urlText(given: string): string {
  const url = new URL(given);
  url.username = '';
  url.password = '';
  return url.href;
}

interface Asking {
  readonly embedded: boolean;
  readonly targets: Pick<SharedTargets, 'target'>;
  readonly options: Pick<Options, 'webTarget'>;
  readonly loaded: Pick<Loaded, 'peers' | 'webServers'>;
}

/** The embedded router delivers each peer's studies to the receiver the peer names. */
export function embeddedSpec(
  options: Options,
  { peers, webServers = [] }: Declared,
): EmbeddedSpec | null {
  if (!startsEmbedded(options, { peers, webServers })) return null;
  const deliver: Record<string, number> = {};
  for (const peer of peers) {
    if (!peer.usesTarget || peer.deliversTo === undefined) continue;
    deliver[embeddedName(peer, options)] = peer.deliversTo;
  }
  const metrics = options.scrape.some(({ url }) => url === EMBEDDED_PAGE);
  const { router, archive } = options.simulate;
  const web = asksForWeb(webServers);
  const deliverWeb = webServers.flatMap(({ usesTarget, deliversTo }) =>
    usesTarget && deliversTo !== undefined ? [deliversTo] : [],
  );
  const ports = { routerPort: 0, archivePort: 0 };
  return { host: '127.0.0.1', ...ports, deliver, router, archive, metrics, web, deliverWeb };
}

/**
 * With `--embedded` the target and the routes are the embedded ones, and where C-FIND and the web ask,
 * too, unless somebody named another place later.
 */
export function targetsOf(
  options: Options,
  peers: readonly PeerSpec[],
  embedded: EmbeddedAddress | null,
): SharedTargets {
  const { target, webTarget, routes, verify } = options;
  if (embedded === null) return { target, webTarget, routes, verify };
  const at = { host: embedded.host, port: embedded.routerPort };
  const callingAET = target?.callingAET ?? CALLING_AET;
  const named: Record<string, Route> = {};
  for (const peer of peers) {
    if (peer.route === undefined) continue;
    named[peer.route] = { calledAET: peer.route, callingAET, ...at };
  }
  for (const [name, route] of Object.entries(routes)) {
    named[name] = { calledAET: name, callingAET: route.callingAET, ...at };
  }
  return {
    target: { ...at, calledAET: options.route ?? EMBEDDED_AET, callingAET },
    webTarget: webTarget ?? embedded.web ?? null,
    routes: named,
    verify: verify ?? { ...embeddedVerify(embedded, callingAET), ...options.verifyTiming },
  };
}

function embeddedVerify(embedded: EmbeddedAddress, callingAET: string): VerifyTarget {
  return {
    host: embedded.host,
    port: embedded.archivePort,
    calledAET: EMBEDDED_ARCHIVE_AET,
    callingAET,
    enabled: true,
    initialDelayMs: 0,
    timeoutMs: 30_000,
    intervalMs: 200,
    isTarget: false,
  };
}

/**
 * Worker threads: as asked for, else one a core but for main's; never more than there are VUs, nor
 * more than a process of several has study numbers for.
 */
export function workerCount(options: Options, cores: number): number {
  const { scenarios, part } = options;
  const wanted = options.workers ?? Math.max(1, cores - 1);
  const most = part.length === 0 ? Infinity : WORKERS_PER_PROCESS;
  return Math.max(1, Math.min(wanted, maxVUsOf(scenarios, part), most));
}

/** Acceptor threads: none when nothing listens; one with the embedded target, which shares state. */
export function acceptorCount(
  { acceptors }: Pick<Options, 'acceptors'>,
  receivers: number,
  embedded: boolean,
): number {
  if (embedded) return 1;
  if (receivers === 0) return 0;
  return Math.max(1, Math.min(acceptors ?? 1, receivers));
}

/**
 * 15 digits, the root of the run's UIDs: milliseconds since 2020 (12 digits until 2051), then three
 * random digits. Never a leading zero.
 */
export function newRunNumber(epochMs: number, random: number): string {
  const since = Math.max(0, Math.floor(epochMs - Date.UTC(2020, 0, 1))) % 1e12;
  const ms = String(since).padStart(12, '0').replace(/^0/, '1');
  return ms + String(Math.floor(random * 1000)).padStart(3, '0');
}
