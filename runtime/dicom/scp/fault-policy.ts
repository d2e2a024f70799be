// What an acceptor does wrong on purpose, as data (structured-clonable).
import type { AsyncOps } from '../ul/associate-request.ts';
import type { ContextRules } from './contexts.ts';
import type { DelaySpec } from './delay.ts';

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
  readonly probability?: number;
}

/** What happens to an A-ASSOCIATE-RQ. */
export interface AssociateFault extends FaultMatch {
  readonly delay?: DelaySpec;
  readonly reject?: { readonly result: number; readonly source: number; readonly reason: number };
  readonly abort?: { readonly source: number; readonly reason: number };
  readonly reset?: boolean;
  readonly silence?: boolean;
  /** Accepts by these rules: none (`atMost: 0`), some, other syntaxes. */
  readonly contexts?: ContextRules;
}

/** What happens to a request. */
export interface RequestFault extends FaultMatch {
  /** Before the response. */
  readonly delay?: DelaySpec;
  /** Instead of the handler's status; a list is gone through by request, 0 in it = the handler's. */
  readonly status?: number | readonly number[];
  /** No response at all. */
  readonly silence?: boolean;
  /** A-ABORT, TCP reset or close after that many bytes of the data set (0 = at once). */
  readonly abortAfter?: number;
  readonly resetAfter?: number;
  readonly closeAfter?: number;
}

export interface FaultPolicy {
  /** Titles that are answered to; others are rejected (1, 1, 7). */
  readonly calledAETs?: readonly string[];
  /** Titles that may call; others are rejected (1, 1, 3). */
  readonly callingAETs?: readonly string[];
  /** More associations at a time are rejected (2, 3, 2: local limit exceeded). */
  readonly associationLimit?: number;
  readonly maxPdu?: number;
  readonly asyncOps?: AsyncOps;
  /** The first rule that matches is the one. */
  readonly associate?: readonly AssociateFault[];
  readonly requests?: readonly RequestFault[];
  /** A-RELEASE-RQ is never answered. */
  readonly neverRelease?: boolean;
}
