// Router, archive and sink as services of their own: what `dicomrun serve` runs.
import type { TlsOptions } from '../dicom/ul/associate-request.ts';
import { Archive } from './archive/archive.ts';
import type { ArchiveSpec } from './archive/spec.ts';
import { openMetricsPage } from './metrics-page.ts';
import { openPorts } from './ports.ts';
import type { Station } from './ports.ts';
import { poolMetrics, stationMetrics } from './prometheus.ts';
import { Router } from './router/router.ts';
import type { RouterSpec } from './router/spec.ts';
import { Sink } from './sink.ts';
import type { SinkSpec } from './sink.ts';
import type { StationCounts } from './store-station.ts';

/** Where a service listens. */
export interface ServeAddress {
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** 0 = any free port. */
  readonly port: number;
  readonly tls?: TlsOptions | null;
  /** Port of `/metrics` (Prometheus text); absent = none, 0 = any free one. Same host. */
  readonly metricsPort?: number;
}

/** A moment of a service, for its live line. */
export interface ServeStatus extends StationCounts {
  /** Connections open now. */
  readonly open: number;
  /** Router: not yet delivered. */
  readonly outstanding?: number;
  readonly forwarded?: number;
  /** Router: given up, with the reason of the last one. */
  readonly dead?: number;
  readonly lastDead?: string;
  /** Router: no route fitted. */
  readonly unrouted?: number;
  /** Archive: instances held. */
  readonly held?: number;
}

/** A running service. */
export interface Served {
  readonly kind: 'router' | 'archive' | 'sink';
  readonly aets: readonly string[];
  readonly host: string;
  readonly port: number;
  /** Where `/metrics` is; 0 = nowhere. */
  readonly metricsPort: number;
  status(): ServeStatus;
  /** Prometheus text. */
  metrics(): string;
  /** Stops listening, drops what is open. */
  close(): Promise<void>;
}

interface Closing extends Station {
  readonly counts: StationCounts;
  close(): void;
}

interface Parts {
  readonly kind: Served['kind'];
  readonly station: Closing;
  more(): Partial<ServeStatus>;
  metrics(): string;
}

const now = (): number => performance.now();
const DEFAULT_HOST = '127.0.0.1';

/**
 * A sink: stores and counts.
 * @throws DicomError `TCP_EADDRINUSE`, …
 */
export function serveSink(spec: SinkSpec, at: ServeAddress): Promise<Served> {
  const station = new Sink(spec, now);
  return serve({ kind: 'sink', station, more: () => ({}), metrics: () => '' }, at);
}

/**
 * An archive: stores, finds, moves.
 * @throws DicomError `TCP_EADDRINUSE`, …
 */
export function serveArchive(spec: ArchiveSpec, at: ServeAddress): Promise<Served> {
  // A service of its own is asked for its images too.
  const station = new Archive({ keep: 'all', ...spec }, now);
  const more = (): Partial<ServeStatus> => ({ held: station.store.size });
  return serve({ kind: 'archive', station, more, metrics: () => '' }, at);
}

/**
 * A router: takes, applies its rules, forwards.
 * @throws DicomError `TCP_EADDRINUSE`, … ; DataError for a bad rule
 */
export function serveRouter(spec: RouterSpec, at: ServeAddress): Promise<Served> {
  const station = new Router(spec, now);
  const more = (): Partial<ServeStatus> => {
    const { forwarded, dead, unrouted } = station.forwarding;
    const letters = [...station.destinations.values()].flatMap(({ queue }) => queue.dead);
    const last = letters.at(-1);
    const status = { outstanding: station.outstanding(), forwarded, dead, unrouted };
    return last === undefined ? status : { ...status, lastDead: last.why };
  };
  return serve({ kind: 'router', station, more, metrics: () => poolMetrics(station) }, at);
}

async function serve(parts: Parts, at: ServeAddress): Promise<Served> {
  const { kind, station } = parts;
  const { host = DEFAULT_HOST, port, tls = null } = at;
  const [listening] = await openPorts([{ station, host, port, tls }]);
  if (listening === undefined) throw new Error('nothing listens');
  const metrics = (): string =>
    stationMetrics(kind, station.counts, listening.connections) + parts.metrics();
  const page =
    at.metricsPort === undefined
      ? null
      : await openMetricsPage(metrics, { host, port: at.metricsPort }, listening);
  return {
    kind,
    aets: station.aets,
    host: listening.host,
    port: listening.port,
    metricsPort: page?.port ?? 0,
    status: () => ({ ...station.counts, open: listening.connections, ...parts.more() }),
    metrics,
    close: async () => {
      station.close();
      await Promise.all([listening.close(), page?.close()]);
    },
  };
}
