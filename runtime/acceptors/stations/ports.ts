// Which receivers listen where: several AE titles may share a port, one receiver may have its own.
import type {
  AcceptorHandler,
  AssociateDecision,
  AssociateIndication,
  Listening,
} from '../../dicom/scp/acceptor-types.ts';
import type { TransportFailure } from '../../dicom/errors.ts';
import { listen } from '../../dicom/scp/server.ts';
import type { TlsOptions } from '../../dicom/ul/associate-request.ts';
import type { Association } from '../../dicom/ul/association.ts';

/** Something that answers associations for some AE titles. */
export interface Station {
  /** AE titles it answers to; empty = any. */
  readonly aets: readonly string[];
  accept(indication: AssociateIndication): AssociateDecision;
  opened?(association: Association): void;
  closed?(association: Association): void;
  released?(association: Association): boolean;
  /** A TLS handshake at its port failed; of several at one port the first is told. */
  tlsFailed?(failure: TransportFailure, from: string): void;
}

/** Where a station wants to be. */
export interface Berth {
  readonly station: Station;
  readonly host: string;
  /** 0 = a free port of its own. */
  readonly port: number;
  readonly tls?: TlsOptions | null;
}

/** A-ASSOCIATE-RJ: permanent, service-user, called AE title not recognized (PS3.8 Table 9-21). */
const CALLED_AET_UNKNOWN = { kind: 'reject', result: 1, source: 1, reason: 7 } as const;

/**
 * Listens for every berth; those of the same host and port share it.
 * @returns the listening port per berth, in their order
 * @throws DicomError `TCP_EADDRINUSE`, … ; what was opened before is closed
 */
export async function openPorts(berths: readonly Berth[]): Promise<readonly Listening[]> {
  const groups = new Map<string, Berth[]>();
  berths.forEach((berth, index) => {
    const key = berth.port === 0 ? `free ${index}` : `${berth.host}:${berth.port}`;
    groups.set(key, [...(groups.get(key) ?? []), berth]);
  });
  const opened = new Map<Berth, Listening>();
  const listening: Listening[] = [];
  try {
    for (const group of groups.values()) {
      const [first] = group;
      if (first === undefined) continue;
      const handler = stationsHandler(group.map(({ station }) => station));
      const { station, host, port, tls = null } = first;
      const onTlsFailure = (failure: TransportFailure, from: string): void =>
        station.tlsFailed?.(failure, from);
      const open = await listen({ host, port, tls, handler, onTlsFailure });
      listening.push(open);
      for (const berth of group) opened.set(berth, open);
    }
  } catch (error) {
    await Promise.all(listening.map((open) => open.close()));
    throw error;
  }
  return berths.flatMap((berth) => opened.get(berth) ?? []);
}

/** One handler for a port: the called AE title chooses the station. */
export function stationsHandler(stations: readonly Station[]): AcceptorHandler {
  const byTitle = new Map<string, Station>();
  for (const station of stations) for (const aet of station.aets) byTitle.set(aet, station);
  const anyTitle = stations.find(({ aets }) => aets.length === 0);
  const stationOf = (calledAET: string): Station | undefined => byTitle.get(calledAET) ?? anyTitle;
  return {
    onAssociate: (indication: AssociateIndication): AssociateDecision =>
      stationOf(indication.rq.calledAET)?.accept(indication) ?? CALLED_AET_UNKNOWN,
    onOpened: (association) => stationOf(association.calledAET)?.opened?.(association),
    onRelease: (association) => stationOf(association.calledAET)?.released?.(association) ?? true,
    onClosed: (association) => stationOf(association.calledAET)?.closed?.(association),
  };
}

/** What opens next; where it cannot, what is open is closed. */
export async function orClose<T>(open: Listening | undefined, next: () => Promise<T>): Promise<T> {
  try {
    return await next();
  } catch (error) {
    await open?.close();
    throw error;
  }
}
