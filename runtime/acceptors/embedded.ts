// The embedded target: a router and an archive in an acceptor thread, for scripts without a site.
import type { Listening } from '../dicom/scp/acceptor-types.ts';
import type { EmbeddedAddress, EmbeddedSpec, ReceiverAddress } from '../threads.ts';
import { Archive } from './archive/archive.ts';
import { ARCHIVE_DEFAULTS } from './archive/spec.ts';
import type { ArchiveSpec } from './archive/spec.ts';
import type { RunClock } from './clock.ts';
import { openMetricsPage } from './metrics-page.ts';
import { openPorts } from './ports.ts';
import { poolMetrics, stationMetrics } from './prometheus.ts';
import { Router } from './router/router.ts';
import type { DestinationSpec, RouterSpec, RouteSpec } from './router/spec.ts';

/** Destination of whatever has no receiver of its own. */
const ARCHIVE = 'archive';

type At = Omit<ReceiverAddress, 'acceptor'>;

/** A router as `options.simulate` says it: receivers and archive are destinations by themselves. */
export type EmbeddedRouterSpec = Partial<RouterSpec> & {
  /** Of every destination that is not spelled out. */
  readonly pool?: Pick<DestinationSpec, 'associations' | 'lingerMs' | 'waitTimeoutMs'>;
};

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
  receivers: readonly At[],
  clock: RunClock,
): Promise<Embedded> {
  const now = (): number => clock.now();
  const { host } = spec;
  const archive = new Archive(archiveSpec(spec, receivers), now);
  const [atArchive] = await openPorts([{ station: archive, host, port: spec.archivePort }]);
  const archivePort = atArchive?.port ?? 0;
  const { router, at } = await orClose(atArchive, async () => {
    const made = new Router(routerSpec(spec, receivers, { host, port: archivePort }), now);
    const [listening] = await openPorts([{ station: made, host, port: spec.routerPort }]);
    return { router: made, at: listening };
  });
  const page = spec.metrics === true ? await openPage(router, at, host) : null;
  const metricsPort = page?.port ?? 0;
  return {
    address: { host, routerPort: at?.port ?? 0, archivePort, metricsPort },
    router,
    archive,
    outstanding: () => router.outstanding(),
    close: async () => {
      router.close();
      archive.close();
      await Promise.all([at?.close(), atArchive?.close(), page?.close()]);
    },
  };
}

async function orClose<T>(open: Listening | undefined, next: () => Promise<T>): Promise<T> {
  try {
    return await next();
  } catch (error) {
    await open?.close();
    throw error;
  }
}

function openPage(router: Router, at: Listening | undefined, host: string) {
  const text = (): string =>
    stationMetrics('router', router.counts, at?.connections ?? 0) + poolMetrics(router);
  return openMetricsPage(text, { host, port: 0 }, { close: async () => at?.close() });
}

/** C-MOVE destinations and commitment reports: every receiver by its AE titles. */
function archiveSpec(spec: EmbeddedSpec, receivers: readonly At[]): ArchiveSpec {
  const own = (spec.archive ?? {}) as ArchiveSpec;
  const known = receivers.flatMap(({ aets, host, port }) =>
    aets.map((aet) => [aet, { host, port }] as const),
  );
  return { ...own, destinations: { ...Object.fromEntries(known), ...own.destinations } };
}

/** Every receiver a destination, every delivery a route; whatever is left goes to the archive. */
function routerSpec(
  spec: EmbeddedSpec,
  receivers: readonly At[],
  archive: { readonly host: string; readonly port: number },
): RouterSpec {
  const { pool, ...own } = (spec.router ?? {}) as EmbeddedRouterSpec;
  const names = destinationNames(receivers);
  const destinations: Record<string, DestinationSpec> = {
    [ARCHIVE]: { ...pool, ...archive, calledAET: ARCHIVE_DEFAULTS.aet },
  };
  for (const { id, host, port, aets } of receivers) {
    const name = names.get(id) ?? '';
    destinations[name] = { ...pool, host, port, calledAET: aets[0] ?? 'RECEIVER' };
  }
  // Routes of the script decide; a delivery is for what they leave.
  const otherwise = own.routes !== undefined;
  const deliveries: RouteSpec[] = Object.entries(spec.deliver).map(([calledAET, id]) => ({
    calledAET,
    otherwise,
    to: [names.get(id) ?? ARCHIVE],
  }));
  return {
    ...own,
    destinations: { ...destinations, ...own.destinations },
    routes: [...(own.routes ?? []), ...deliveries, { otherwise: true, to: [ARCHIVE] }],
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
