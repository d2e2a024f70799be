// What a VU worker tells main of test cases: data only.

/** What a failed check saw, as far as the checked result of ours knows it; UIDs in full. */
export interface CheckEvidence {
  /** Elements that are not as they should be. */
  readonly differences?: readonly {
    readonly instance: string;
    /** File it was read from, '' or absent without one. */
    readonly file?: string;
    readonly tag: string;
    readonly expected: string | null;
    readonly actual: string | null;
  }[];
  /** Instances that did not arrive. */
  readonly missing?: readonly string[];
  /** The files they were read from, in the same order; '' without one. */
  readonly missingFiles?: readonly string[];
  /** The instance the result is about. */
  readonly instance?: string;
  /** The file that was read from. */
  readonly file?: string;
  /** All else, in words. */
  readonly text?: string;
}

/** What smoke mode tells the sandbox. */
export interface SmokeCases {
  /** Short name of the script, the first part of a case's title. */
  readonly script: string;
  /** `--grep`: source of the pattern that titles must fit, null = all. */
  readonly grep: string | null;
  /** `--label`, as it was given. */
  readonly wanted: readonly string[];
  /** Of each scenario, which every row of it has: those of the script and its own. */
  readonly labels: Readonly<Record<string, readonly string[]>>;
}

/** A row of `dicom.each`, before it has run. */
export interface TableRow {
  readonly name: string;
  /** Besides those of the script. */
  readonly labels: readonly string[];
}

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
  readonly seen?: CheckEvidence;
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
  readonly fault?: { readonly code: string; readonly message: string; readonly stack?: string };
}

export type CaseMessage = StatedCase | CheckedCase | RowCase;
