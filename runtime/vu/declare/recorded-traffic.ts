// A recording as the init pass reads it: when its associations began, where they stand in the file,
// and images of their kinds and sizes.
import { join } from 'node:path';
import { syntheticPool } from '../../dicom/synthetic/synthetic.ts';
import type { PoolShare } from '../../dicom/pool/share.ts';
import { TRAFFIC_FILE } from '../../recording/format.ts';
import { ImageKinds } from '../../recording/images.ts';
import { readRecording, type IndexedAssociation } from '../../recording/reader.ts';
import type { RecordedTraffic } from '../../executors/arrivals/recorded-traffic.ts';
import type { RecordedRequests } from '../../threads/recorded-requests.ts';
import { RequestCollector } from './recorded-requests.ts';

export interface LoadedTraffic extends Omit<RecordedTraffic, 'name'> {
  readonly file: string;
  readonly offsets: Float64Array;
  readonly lengths: Uint32Array;
  readonly requests: RecordedRequests;
  /** Null without images. */
  readonly pool: PoolShare | null;
  readonly notes: readonly string[];
}

interface Indexed extends Pick<IndexedAssociation, 'offset' | 'length'> {
  readonly at: number;
  readonly ms: number;
  readonly requests: ReturnType<RequestCollector['of']>;
}

/** @throws RecordingError, DataError, or what the disk says */
export function loadTraffic(
  folder: string,
  pool: { readonly id: number; readonly key: string },
): LoadedTraffic {
  const kinds = new ImageKinds();
  const collector = new RequestCollector();
  const found: Indexed[] = [];
  let unread = 0;
  const header = readRecording(folder, ({ offset, length, association }) => {
    const { at, ms, contexts, operations } = association;
    // Without an A-ASSOCIATE-RQ that could be read there is nothing to say again.
    if (contexts.length === 0) unread += 1;
    else found.push({ offset, length, at, ms, requests: collector.of(association) });
    for (const operation of operations) kinds.add(operation);
  });
  found.sort((a, b) => a.at - b.at);
  const specs = kinds.specs();
  const all = found.length + unread;
  return {
    file: join(folder, TRAFFIC_FILE),
    startedAtMs: Date.parse(header.startedAt),
    utcOffsetMinutes: header.utcOffsetMinutes,
    at: found.map(({ at }) => at),
    ms: found.map(({ ms }) => ms),
    offsets: Float64Array.from(found, ({ offset }) => offset),
    lengths: Uint32Array.from(found, ({ length }) => length),
    requests: collector.columns(found.map(({ requests }) => requests)),
    pool: specs.length === 0 ? null : syntheticPool(specs, pool),
    notes:
      unread === 0 ? [] : [`${unread} of ${all} recorded connections could not be read: left out`],
  };
}
