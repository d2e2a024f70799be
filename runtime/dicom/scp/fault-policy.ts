// What an acceptor does wrong on purpose, as data (structured-clonable).
import type { CutPoints, DelaySpec, StatusSpec, InTurn } from './draw.ts';

/** Which associations or requests a rule is for; what is absent matches everything. */
export interface FaultMatch {
  readonly calledAET?: string;
  readonly callingAET?: string;
  /** `C-STORE`, `C-FIND`, `N-CREATE`, … */
  readonly service?: string;
  readonly sopClass?: string;
  /** Only the first so many that match. */
  readonly first?: number;
  /** Only every n-th that matches (1 = all). */
  readonly every?: number;
  /** Only a share of those, 0 to 1. */
  readonly share?: number;
}

/** What happens to an A-ASSOCIATE-RQ. */
export interface AssociateFault extends FaultMatch {
  readonly delay?: InTurn<DelaySpec>;
  readonly reject?: { readonly result: number; readonly source: number; readonly reason: number };
  readonly abort?: { readonly source: number; readonly reason: number };
  readonly reset?: boolean;
  readonly neverAnswer?: boolean;
}

/** What happens to a request. */
export interface RequestFault extends FaultMatch, CutPoints {
  /** Before the response. */
  readonly delay?: InTurn<DelaySpec>;
  /** Instead of the handler's status; 0 in a list, and what shares leave over, is the handler's. */
  readonly status?: InTurn<StatusSpec>;
  /** No response at all. */
  readonly neverAnswer?: boolean;
}

export interface FaultPolicy {
  /** The first rule that matches is the one. */
  readonly associate?: readonly AssociateFault[];
  readonly requests?: readonly RequestFault[];
  /** A-RELEASE-RQ is never answered. */
  readonly neverRelease?: boolean;
}
