// Router, archive and sink as services of their own: what `dicomrun serve` runs.
import type { SimulatedArchive, StationTls } from '../../api/k6/simulate.ts';
import { resolve } from 'node:path';
import { Archive } from './archive/archive.ts';
import { openArchiveWeb } from './archive/web.ts';
import { openMetricsPage } from './page/metrics-page.ts';
import { openPorts, orClose } from './stations/ports.ts';
import type { Station } from './stations/ports.ts';
import { poolMetrics, stationMetrics } from './page/prometheus.ts';
import { Router } from './router/router.ts';
import type { RouterSpec } from './router/spec.ts';
import { Sink } from './stations/sink.ts';
import type { SinkSpec } from './stations/sink.ts';
import { acceptorTlsOf } from '../dicom/ul/socket/tls-files.ts';
import type { StationCounts } from './stations/store-station.ts';

/** Where a service listens. */
export interface ServeAddress {
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** 0 = any free port. */
  readonly port: number;
  /** What file names in the specification are relative to (default the working folder). */
  readonly folder?: string;
  /** Port of `/metrics` (Prometheus text); absent = none, 0 = any free one. Same host. */
  readonly metricsPort?: number;
  /** An archive's services of DICOMweb: their port, 0 = any free one; same host and TLS. */
  readonly web?: { readonly port: number; readonly token?: string };
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
  /** Router: went on without the rules, which could not be applied. */
  readonly unruled?: number;
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
  readonly tls: boolean;
  /** Where files are written; null = nowhere. */
  readonly folder: string | null;
  /** Where `/metrics` is; 0 = nowhere. */
  readonly metricsPort: number;
  /** Root of DICOMweb; null = not offered. */
  readonly webUrl: string | null;
  status(): ServeStatus;
  /** Prometheus text. */
  metrics(): string;
  /** Hears what a router could not do as its specification says, each reason once. */
  onNote(hear: (message: string) => void): void;
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
  readonly tls: StationTls | undefined;
  readonly folder?: string;
  /** Opens what it offers over the web. */
  readonly openWeb?: (at: WebAddress) => ReturnType<typeof openArchiveWeb>;
  more(): Partial<ServeStatus>;
  metrics(): string;
}

type WebAddress = Parameters<typeof openArchiveWeb>[1];

const now = (): number => performance.now();
const DEFAULT_HOST = '127.0.0.1';

/**
 * A sink: stores and counts.
 * @throws DicomError `TCP_EADDRINUSE`, …
 */
export function serveSink(spec: SinkSpec, at: ServeAddress): Promise<Served> {
  const written =
    spec.folder === undefined ? {} : { folder: resolve(at.folder ?? '.', spec.folder) };
  const station = new Sink({ ...spec, ...written }, now);
  const parts = { kind: 'sink', station, more: () => ({}), metrics: () => '' } as const;
  return serve({ ...parts, ...written, tls: spec.tls }, at);
}

/**
 * An archive: stores, finds, moves.
 * @throws DicomError `TCP_EADDRINUSE`, …
 */
export function serveArchive(spec: SimulatedArchive, at: ServeAddress): Promise<Served> {
  // A service of its own is asked for its images too.
  const station = new Archive({ keep: 'all', ...spec }, now, at.folder);
  const more = (): Partial<ServeStatus> => ({ held: station.store.size });
  const parts = { kind: 'archive', station, more, metrics: () => '', tls: spec.tls } as const;
  const openWeb = (where: WebAddress) => openArchiveWeb(station, where, { token: at.web?.token });
  return serve({ ...parts, openWeb }, at);
}

/**
 * A router: takes, applies its rules, forwards.
 * @throws DicomError `TCP_EADDRINUSE`, … ; DataError for a bad rule
 */
export function serveRouter(spec: RouterSpec, at: ServeAddress): Promise<Served> {
  const station = new Router(spec, now, at.folder);
  const more = (): Partial<ServeStatus> => {
    const { forwarded, dead, unrouted, unruled } = station.forwarding;
    const letters = [...station.destinations.values()].flatMap(({ queue }) => queue.dead);
    const last = letters.at(-1)?.why ?? station.lastDead;
    const status = { outstanding: station.outstanding(), forwarded, dead, unrouted, unruled };
    return last === '' ? status : { ...status, lastDead: last };
  };
  const metrics = (): string => poolMetrics(station);
  return serve({ kind: 'router', station, more, metrics, tls: spec.tls }, at);
}

async function serve(parts: Parts, at: ServeAddress): Promise<Served> {
  const { kind, station } = parts;
  const { host = DEFAULT_HOST, port, folder = '.' } = at;
  const tls = acceptorTlsOf(parts.tls, { name: kind, folder });
  const [listening] = await openPorts([{ station, host, port, tls }]);
  if (listening === undefined) throw new Error('nothing listens');
  const web = await orClose(listening, async () =>
    at.web === undefined ? null : parts.openWeb?.({ host, port: at.web.port, tls }),
  );
  const openNow = (): number => listening.connections + (web?.listening.connections ?? 0);
  const metrics = (): string => stationMetrics(kind, station.counts, openNow()) + parts.metrics();
  const all = {
    close: async () => {
      await Promise.all([listening.close(), web?.listening.close()]);
    },
  };
  const page =
    at.metricsPort === undefined
      ? null
      : await openMetricsPage(metrics, { host, port: at.metricsPort }, all);
  return {
    kind,
    aets: station.aets,
    host: listening.host,
    port: listening.port,
    tls: tls !== null,
    folder: parts.folder ?? null,
    metricsPort: page?.port ?? 0,
    webUrl: web?.url ?? null,
    status: () => ({ ...station.counts, open: openNow(), ...parts.more() }),
    metrics,
    onNote: (hear) => {
      if (station instanceof Router) station.onNote = hear;
    },
    close: async () => {
      station.close();
      await Promise.all([all.close(), page?.close()]);
    },
  };
}
