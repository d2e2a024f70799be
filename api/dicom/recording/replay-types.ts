// How a recording is replayed.
import type { Peer } from '../peer.ts';
import type { Pool } from '../pool.ts';
import type { RecordedAssociation } from './recorded.ts';
import type { Recording } from './recording.ts';

/** How to replay an association. */
export interface ReplayOptions {
  /**
   * Whom to talk to, or who that is for an association. Calling AE title, maximum length and window are
   * those of the recording.
   */
  peer: Peer | ((association: RecordedAssociation) => Peer);
  /**
   * Images: those of a recording have its kinds and sizes; of a pool the one that is nearest in size
   * is taken, of the same SOP class where there is one.
   */
  from: Recording | Pool;
  /** Pauses between requests: as recorded, by the speed (default), or none. */
  gaps?: 'recorded' | 'asap';
  /** Calling AE titles and move destinations by the recorded ones; others stay as they are. */
  aets?: Readonly<Record<string, string>>;
  /** What queries match by, by keyword. Default: something that is nowhere. */
  values?: Readonly<Record<string, string>>;
  /** Default: that of this iteration, under the executor `recorded`. */
  association?: RecordedAssociation;
}

/** What became of it. */
export interface Replayed {
  /** Requests that were made and answered. */
  operations: number;
  /** Of these, answered with a failure. */
  failed: number;
  /** Requests that are not replayed: N-services. */
  skipped: number;
  /** The association that was replayed. */
  recorded: RecordedAssociation;
}
