// What the threads tell each other about deliveries: accepted rows and expectations from a VU worker
// to an acceptor thread, judged deliveries back, and the account that main gets at the end. Data
// only, structured-clonable.
import type { DeliveryAccount } from '../metrics/summary.ts';

/**
 * Accepted stores that are expected at a receiver, as columns (≤ 50 ms apart). The SOP instance UID
 * follows from the numbers: see runtime/dicom/pool/identity.ts.
 */
export interface AcceptedColumns {
  readonly n: number;
  /** Study number, unique in the run (it carries the worker number). */
  readonly study: Float64Array<ArrayBuffer>;
  /** Series and instance within the study: series * 2^20 + instance, both from 1. */
  readonly member: Float64Array<ArrayBuffer>;
  /** Prototype: pool * 2^20 + member of the pool; gives the expected pixel hash. */
  readonly prototype: Float64Array<ArrayBuffer>;
  /** Index into `routes` of the last `routes` message. */
  readonly route: Uint16Array<ArrayBuffer>;
  /** First byte of the request, ms since t0. */
  readonly time: Float64Array<ArrayBuffer>;
}

export interface AcceptedUid {
  readonly uid: string;
  readonly studyUid: string;
  readonly prototype: number;
  /** Index into `routes` of the last `routes` message. */
  readonly route: number;
  readonly time: number;
  /** Only where the receiver compares all elements (`verify: 'full'`). */
  readonly recipe?: SentRecipe;
}

/** How an instance was made of its prototype, where its UIDs alone do not say so. */
export interface SentRecipe {
  /** Study and member number of its fresh identity; null = it kept its own (`asIs()`). */
  readonly identity: readonly [study: number, member: number] | null;
  /** JSON of the script's edits; null = none. */
  readonly edits: string | null;
}

export type VuToAcceptor =
  | ReportWish
  /** The routes this worker delivers through, with the receiver that gets them. Grows only. */
  | {
      readonly kind: 'routes';
      readonly routes: readonly {
        readonly name: string;
        readonly receiver: number;
        readonly scenario: string;
      }[];
    }
  | { readonly kind: 'accepted'; readonly columns: AcceptedColumns }
  /**
   * Instances that keep their own UID (`asIs()`, edited UIDs), and edited ones that a receiver with
   * `verify: 'full'` expects.
   */
  | { readonly kind: 'acceptedByUid'; readonly rows: readonly AcceptedUid[] }
  /** `receiver.expect(...)`: judged as soon as all is there, or at the timeout. */
  | {
      readonly kind: 'expect';
      readonly ticket: number;
      readonly receiver: number;
      /** Study number, or UID. */
      readonly study: number | string;
      /** One instance only: its member number or UID. */
      readonly member?: number | string;
      /** Accepted so far by this worker for that study: the acceptor waits for that many rows. */
      readonly accepted: number;
      readonly timeoutMs: number;
      readonly quietMs: number;
      /** Keyword -> literal, { re, flags } or null (absent). */
      readonly tags?: Readonly<Record<string, unknown>>;
    };

export type ReportWish =
  /** `commit(…, { reportTo })`: answered when the report of that transaction reaches a receiver. */
  | { readonly kind: 'awaitReport'; readonly ticket: number; readonly transactionUid: string }
  /** Nobody waits for it any more. */
  | { readonly kind: 'forgetReport'; readonly transactionUid: string };

export type AcceptorToVu = {
  readonly kind: 'delivery';
  readonly ticket: number;
  /** JSON of `Delivery` in api/dicom/delivery/delivered.ts. */
  readonly json: string;
};

/** An accepted instance that was decided missing. */
export interface MissingInstance {
  readonly sopInstanceUid: string;
  readonly studyUid: string;
  readonly route: string;
  readonly scenario?: string;
  /** File it was read from, as `FileNames` has it; absent for one that was made. */
  readonly file?: string;
  readonly modality?: string;
  /** First byte of its request, ms since t0. */
  readonly sentMs?: number;
}

/** An instance that arrived at a receiver and that nobody in this process had sent. */
export interface StrayInstance {
  readonly sopInstanceUid: string;
  /** Name of the route that it counts for. */
  readonly route: string;
  readonly scenario: string;
  readonly arrivals: number;
  /** The first of them, ms since t0. */
  readonly arrivedMs: number;
  /** Whether it counts as unexpected. */
  readonly counted: boolean;
}

/** The account of one route as its acceptor knows it: times are samples of their own. */
export type RouteAccount = Omit<DeliveryAccount, 'duration'>;
