// The embedded target: a router and an archive in an acceptor thread, for scripts without a site.
import type { Listening } from '../dicom/scp/acceptor-types.ts';
import type { EmbeddedAddress, EmbeddedSpec, ReceiverAddress } from '../threads.ts';
import { Archive } from './archive/archive.ts';
import { ARCHIVE_DEFAULTS } from './archive/spec.ts';
import type { ArchiveSpec } from './archive/spec.ts';
import type { RunClock } from './clock.ts';
import { openPorts } from './ports.ts';
import { Router } from './router/router.ts';
import type { DestinationSpec, RouterSpec, RouteSpec } from './router/spec.ts';

/** Destination of whatever has no receiver of its own. */
const ARCHIVE = 'archive';

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
 * delivered there, any other to the archive.
 * @throws DicomError `TCP_EADDRINUSE`, … ; DataError for a bad rule
 */
export async function openEmbedded(
  spec: EmbeddedSpec,
  receivers: readonly Omit<ReceiverAddress, 'acceptor'>[],
  clock: RunClock,
): Promise<Embedded> {
  const now = (): number => clock.now();
  const { host } = spec;
  const archive = new Archive((spec.archive ?? {}) as ArchiveSpec, now);
  const [atArchive] = await openPorts([{ station: archive, host, port: spec.archivePort }]);
  const archivePort = atArchive?.port ?? 0;
  const { destinations, routes } = plan(spec, receivers, { host, port: archivePort });
  const own = (spec.router ?? {}) as Partial<RouterSpec>;
  const router = new Router(
    {
      ...own,
      destinations: { ...destinations, ...own.destinations },
      routes: [...(own.routes ?? []), ...routes],
    },
    now,
  );
  const atRouter = await openRouter(router, { host, port: spec.routerPort }, atArchive);
  return {
    address: { host, routerPort: atRouter?.port ?? 0, archivePort },
    router,
    archive,
    outstanding: () => router.outstanding(),
    close: async () => {
      router.close();
      archive.close();
      await Promise.all([atRouter?.close(), atArchive?.close()]);
    },
  };
}

/** Every receiver a destination, every delivery a route; whatever is left goes to the archive. */
function plan(
  spec: EmbeddedSpec,
  receivers: readonly Omit<ReceiverAddress, 'acceptor'>[],
  archive: { readonly host: string; readonly port: number },
): Pick<RouterSpec, 'destinations' | 'routes'> {
  const destinations: Record<string, DestinationSpec> = {
    [ARCHIVE]: { ...archive, calledAET: ARCHIVE_DEFAULTS.aet },
  };
  for (const { id, host, port, aets } of receivers) {
    destinations[nameOf(id)] = { host, port, calledAET: aets[0] ?? 'RECEIVER' };
  }
  const routes: RouteSpec[] = Object.entries(spec.deliver).map(([calledAET, id]) => ({
    calledAET,
    to: [nameOf(id)],
  }));
  routes.push({ otherwise: true, to: [ARCHIVE] });
  return { destinations, routes };
}

async function openRouter(
  station: Router,
  at: { readonly host: string; readonly port: number },
  atArchive: Listening | undefined,
): Promise<Listening | undefined> {
  try {
    const [listening] = await openPorts([{ station, ...at }]);
    return listening;
  } catch (error) {
    await atArchive?.close();
    throw error;
  }
}

function nameOf(receiver: number): string {
  return `receiver ${receiver}`;
}
