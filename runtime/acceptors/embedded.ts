// The embedded target: a router and an archive in an acceptor thread, for scripts without a site.
import type {
  RouterRoute,
  SimulatedArchive,
  SimulatedRouter,
  StationTls,
} from '../../api/k6/simulate.ts';
import type { TlsOptions } from '../dicom/ul/associate-request.ts';
import type { Listening } from '../dicom/scp/acceptor-types.ts';
import type { EmbeddedAddress, EmbeddedSpec, ReceiverAddress } from '../threads/acceptor.ts';
import { Archive } from './archive/archive.ts';
import { ARCHIVE_DEFAULTS } from './archive/spec.ts';
import { openArchiveWeb } from './archive/web.ts';
import type { TlsErrors } from './stations/tls-errors.ts';
import { acceptorTlsOf } from '../dicom/ul/socket/tls-files.ts';
import type { Clock } from '../threads/clock.ts';
import { openMetricsPage } from './page/metrics-page.ts';
import { openPorts, orClose } from './stations/ports.ts';
import { poolMetrics, stationMetrics } from './page/prometheus.ts';
import { Router } from './router/router.ts';
import type { DestinationSpec, RouterSpec } from './router/spec.ts';

/** Destination of whatever has no receiver of its own. */
const ARCHIVE = 'archive';
/** Called AE title of what comes by STOW-RS: no association can have it (PS3.5 §6.2, AE). */
const FROM_WEB = '\\STOW-RS';

type At = Omit<ReceiverAddress, 'acceptor'> & {
  readonly tls: TlsOptions | null;
  /** Root of a receiver that is stored to over the web; null = by C-STORE. */
  readonly web: string | null;
};

/** What the web side of the embedded target stands before. */
interface Behind {
  readonly archive: Archive;
  readonly router: Router;
  readonly tls: TlsOptions | null;
}

/** What it stands among. */
export interface Around {
  readonly receivers: readonly At[];
  readonly clock: Clock;
  /** What file names in specifications are relative to. */
  readonly folder: string;
  /** Failed handshakes at router and archive are told here. */
  readonly tlsErrors: TlsErrors;
  /** What the router could not do as its specification says. */
  note(message: string): void;
}

/** A running embedded target. */
export interface Embedded {
  readonly address: EmbeddedAddress;
  readonly router: Router;
  readonly archive: Archive;
  /** Instances the router has not delivered yet. */
  outstanding(): number;
  close(): Promise<void>;
}

/**
 * Opens archive and router: every called AE title is taken; the one a receiver stands for is
 * delivered there, any other to the archive. The archive moves to any receiver by its AE title.
 * @throws DicomError `TCP_EADDRINUSE`, … ; DataError for a bad rule
 */
export async function openEmbedded(
  spec: EmbeddedSpec,
  { receivers, clock, folder, tlsErrors, note }: Around,
): Promise<Embedded> {
  const now = (): number => clock.now();
  const { host } = spec;
  const ofArchive = archiveSpec(spec, receivers);
  const archive = new Archive(ofArchive, now, folder);
  const archiveTls = acceptorTlsOf(ofArchive.tls, { name: 'archive', folder });
  const [atArchive] = await openPorts([
    { station: archive, host, port: spec.archivePort, tls: archiveTls },
  ]);
  const archivePort = atArchive?.port ?? 0;
  archive.onTlsFailed = tlsErrors.of('archive');
  const { router, at } = await orClose(atArchive, async () => {
    const at = { host, port: archivePort, tls: towards(archiveTls) };
    const ofRouter = routerSpec(spec, receivers, at);
    const made = new Router(ofRouter, now, folder);
    made.onTlsFailed = tlsErrors.of('router');
    made.onNote = note;
    const tls = acceptorTlsOf(ofRouter.tls, { name: 'router', folder });
    const [listening] = await openPorts([{ station: made, host, port: spec.routerPort, tls }]);
    return { router: made, at: listening };
  });
  const page = spec.metrics === true ? await openPage(router, at, host) : null;
  const metricsPort = page?.port ?? 0;
  const web = spec.web === true ? await openWeb(spec, { archive, router, tls: archiveTls }) : null;
  const offer = web === null ? {} : { web: web.target };
  return {
    address: { host, routerPort: at?.port ?? 0, archivePort, metricsPort, ...offer },
    router,
    archive,
    outstanding: () => router.outstanding(),
    close: async () => {
      router.close();
      archive.close();
      await Promise.all([at?.close(), atArchive?.close(), page?.close(), web?.close()]);
    },
  };
}

/**
 * With the archive's TLS and token, which who means the configured target has without asking. Where the
 * script has it deliver to a receiver, what is stored goes to the router.
 */
async function openWeb({ host, deliverWeb = [] }: EmbeddedSpec, { archive, router, tls }: Behind) {
  const gateway = { intake: () => router.intake(FROM_WEB) };
  const more = deliverWeb.length > 0 ? gateway : {};
  const { listening, url } = await openArchiveWeb(archive, { host, port: 0, tls }, more);
  const { token } = archive;
  const own = towards(tls);
  const target = {
    url,
    ...(token === undefined ? {} : { token }),
    ...(own === false ? {} : { tls: own }),
  };
  return { target, close: () => listening.close() };
}

function openPage(router: Router, at: Listening | undefined, host: string) {
  const text = (): string =>
    stationMetrics('router', router.counts, at?.connections ?? 0) + poolMetrics(router);
  return openMetricsPage(text, { host, port: 0 }, { close: async () => at?.close() });
}

/** C-MOVE destinations and commitment reports: every receiver by its AE titles. */
function archiveSpec(spec: EmbeddedSpec, receivers: readonly At[]): SimulatedArchive {
  const own = (spec.archive ?? {}) as SimulatedArchive;
  const known = receivers.flatMap(({ aets, host, port, tls, web }) =>
    (web === null ? aets : []).map((aet) => [aet, { host, port, tls: towards(tls) }] as const),
  );
  return { ...own, destinations: { ...Object.fromEntries(known), ...own.destinations } };
}

/** Every receiver a destination, every delivery a route; whatever is left goes to the archive. */
function routerSpec(
  spec: EmbeddedSpec,
  receivers: readonly At[],
  archive: Pick<DestinationSpec, 'host' | 'port' | 'tls'>,
): RouterSpec {
  const { pool, ...own } = (spec.router ?? {}) as SimulatedRouter;
  const names = destinationNames(receivers);
  const destinations: Record<string, DestinationSpec> = {
    [ARCHIVE]: { ...pool, ...archive, calledAET: ARCHIVE_DEFAULTS.aet },
  };
  for (const { id, host, port, aets, tls, web } of receivers) {
    const name = names.get(id) ?? '';
    const calledAET = aets[0] ?? 'RECEIVER';
    destinations[name] = { ...pool, host, port, calledAET, tls: towards(tls), ...overWeb(web) };
  }
  // Routes of the script decide; a delivery is for what they leave.
  const otherwise = own.routes !== undefined;
  const deliveries: RouterRoute[] = Object.entries(spec.deliver).map(([calledAET, id]) => ({
    calledAET,
    otherwise,
    to: [names.get(id) ?? ARCHIVE],
  }));
  const fromWeb = (spec.deliverWeb ?? []).map((id) => names.get(id) ?? ARCHIVE);
  if (fromWeb.length > 0) deliveries.push({ calledAET: FROM_WEB, otherwise, to: fromWeb });
  return {
    ...own,
    destinations: { ...destinations, ...own.destinations },
    routes: [...(own.routes ?? []), ...deliveries, { otherwise: true, to: [ARCHIVE] }],
  };
}

const overWeb = (web: string | null): { readonly web?: string } => (web === null ? {} : { web });

/** TLS towards one of our own: we know whom we speak to, and show its own certificate if asked. */
function towards(tls: TlsOptions | null): StationTls | false {
  if (tls === null) return false;
  const { cert, key, passphrase } = tls;
  return {
    verify: false,
    ...(cert === undefined ? {} : { cert: String(cert) }),
    ...(key === undefined ? {} : { key: String(key) }),
    ...(passphrase === undefined ? {} : { passphrase }),
  };
}

/** The first AE title of a receiver; with its number where two have the same. */
function destinationNames(receivers: readonly At[]): ReadonlyMap<number, string> {
  const names = new Map<number, string>();
  for (const { id, aets } of receivers) {
    const name = aets[0] ?? `receiver ${id}`;
    const taken = name === ARCHIVE || [...names.values()].includes(name);
    names.set(id, taken ? `${name} ${id}` : name);
  }
  return names;
}
