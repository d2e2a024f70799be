// What a VU worker tells main of test cases: part of the contract in threads.ts, data only.
import type { CheckSeen, Fault } from '../api/bridge.ts';

interface CaseOf {
  readonly kind: 'case';
  readonly scenario: string;
  readonly vu: number;
  /** Full name of the group it was told in, '' outside. */
  readonly group?: string;
  /** ms since t0. */
  readonly time?: number;
  /** Row of `dicom.each`, '' outside. */
  readonly row?: string;
}

/** `dicom.skip`, `dicom.manual` and `dicom.xfail`: states of a case, for smoke. */
export interface StatedCase extends CaseOf {
  readonly state: 'skip' | 'manual' | 'xfail';
  readonly reason?: string;
  readonly name?: string;
  readonly steps?: readonly string[];
}

/** One condition of a check: all in smoke mode, else the first failures of each. */
export interface CheckedCase extends CaseOf {
  readonly state: 'check';
  readonly name: string;
  readonly ok: boolean;
  /** Since the case began. */
  readonly ms: number;
  /** What the first failures saw. */
  readonly seen?: CheckSeen;
  readonly iteration?: number;
}

/** A row of `dicom.each` that is over, in smoke mode. */
export interface RowCase extends CaseOf {
  readonly state: 'row';
  readonly name: string;
  /** ms since t0. */
  readonly startMs: number;
  readonly ms: number;
  /** Checks that failed in it. */
  readonly fails: number;
  /** What it threw. */
  readonly fault?: Fault;
}

export type CaseMessage = StatedCase | CheckedCase | RowCase;
