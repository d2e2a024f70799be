// Queries, retrieval, commitment and the normalised services: options and results.
import type { Dataset, Study } from './data.ts';
import type { Receiver } from './delivery/receiver.ts';
import type { CallOptions, Duration, Response } from './types.ts';

/** How to query. */
export interface FindOptions extends CallOptions {
  /** Information model. Default `'study'` (Study Root). */
  model?: 'study' | 'patient' | 'worklist';
  /** Default STUDY; none for worklists. */
  level?: 'PATIENT' | 'STUDY' | 'SERIES' | 'IMAGE';
  /** Matches to keep; more are counted and dropped. Default 10,000; none in `for await`. */
  limit?: number;
  /** Send C-CANCEL (PS3.7 §9.3.2.3) after that number of matches. Default never. */
  cancelAfter?: number;
}

/** One match: values by keyword, unknown tags as 'ggggeeee'. */
export type Match = Record<string, unknown>;

/** A query that ended. */
export interface FindResult extends Response {
  /** Matches, at most `limit` of them, in the order they came. */
  matches: Match[];
  /** Matches received, also those over the limit. */
  count: number;
}

/** Awaited it gives all matches; iterated, one after the other; leaving the loop cancels. */
export interface Find extends PromiseLike<FindResult>, AsyncIterable<Match> {
  /** C-CANCEL; resolves when the final response is in. */
  cancel(): Promise<FindResult>;
}

/** How to retrieve by C-MOVE. */
export interface MoveOptions extends Omit<FindOptions, 'limit' | 'model'> {
  /** Information model. Default `'study'` (Study Root). */
  model?: 'study' | 'patient';
  /** AE title to send to, or a receiver of this run. */
  destination: string | Receiver;
  /**
   * What must arrive at that receiver: the accepted instances of a study, or these. They are accounted
   * for there as stores are where a peer delivers: `receiver.expect(study)`, `dicom_delivery_*`.
   */
  of?: Study | readonly Dataset[];
}

/** C-STORE sub-operations by outcome (PS3.4 C.4.2); null where the peer does not tell. */
export interface SubOperations {
  /** How many are still to do (0000,1020). */
  remaining: number | null;
  /** How many succeeded (0000,1021). */
  completed: number | null;
  /** How many failed (0000,1022). */
  failed: number | null;
  /** How many had a warning (0000,1023). */
  warnings: number | null;
}

/**
 * A retrieval that ended. `ok`: the final status is success or warning and no sub-operation failed;
 * `outcome` is 'warning' when some failed and 'failure' when all did, whatever the status says.
 */
export interface MoveResult extends Response, SubOperations {
  /** SOP Instance UIDs of sub-operations that failed, as far as the peer names them. */
  failedInstances: string[];
}

/** How to retrieve by C-GET. */
export interface GetOptions extends Omit<FindOptions, 'limit' | 'model'> {
  /** Information model. Default `'study'` (Study Root). */
  model?: 'study' | 'patient';
  /** What to do with the instances that come, besides counting and hashing. Default nothing. */
  keep?: 'nothing' | 'files';
  /** Where files are kept, relative to the script. Default `received`. */
  folder?: string;
}

/** A retrieval on the association itself. */
export interface GetResult extends MoveResult {
  /** Instances that came on this association; the first 10,000 of them. */
  instances: ReceivedInstance[];
  /** How many came. */
  received: number;
  /** Bytes of their data sets. */
  bytes: number;
}

/** An instance that came by C-GET. */
export interface ReceivedInstance {
  /** SOP Class UID. */
  sopClass: string;
  /** SOP Instance UID. */
  uid: string;
  /** UID of the transfer syntax it came in. */
  transferSyntax: string;
  /** Length of its data set in bytes. */
  bytes: number;
  /**
   * SHA-256 (hex) of the pixel data as it came, '' when there is none; of compressed pixel data of what
   * is in its fragments, however it is cut into them.
   */
  pixelHash: string;
  /** Where it is kept, '' when it is not. */
  file: string;
}

/** How to ask for storage commitment. */
export interface CommitOptions {
  /** From the request on, until the report is in. Default 60 s. */
  timeout?: Duration;
  /** Receiver that gets the N-EVENT-REPORT on an association of its own. */
  reportTo?: Receiver;
  /** Tags of the samples of this call. */
  tags?: Record<string, string>;
}

/**
 * What the peer committed to (PS3.4 J.3). `ok`: every instance asked for is in the committed list of
 * its report and none in the failed one, and the report says so (event type 1).
 */
export interface CommitResult extends Response {
  /** SOP Instance UIDs, of those asked for. */
  committed: string[];
  /** Those asked for that the report calls failed, or does not call committed. */
  failed: string[];
  /** Those in the report that nobody asked for. */
  unasked: string[];
  /** What is wrong with the report; absent when nothing is. */
  reason?: string;
  /** From the request to the report, ms; 0 where the request was refused. */
  durationMs: number;
}

/** N-CREATE, N-SET, N-GET, N-ACTION, N-EVENT-REPORT, N-DELETE. */
export interface NormalisedResponse extends Response {
  /** Attributes of the response, by keyword; empty where it has none. */
  attributes: Match;
  /** Affected SOP Instance UID of the response: the one that the peer chose, where it did. */
  sopInstance: string;
}

/** How to send a normalised request. */
export interface NormalisedOptions extends CallOptions {
  /** Action or event type ID. Default 1. */
  type?: number;
  /** Presentation context to use, where it is not the SOP class's own: a (meta) SOP class. */
  context?: string;
}
