// Who hears what an account finds out.

/** What the account tells, as it happens. */
export interface AccountListener {
  /** A first arrival met its accepted row. */
  delivered(route: number, durationMs: number, arrivedAt: number): void;
  /** An instance is dropped: whatever was kept for it may go. */
  dropped(a: number, b: number): void;
  /** The last instance of a study is gone, and nobody asks for it. */
  finished(study: number): void;
  /** Decided missing. */
  missing(a: number, b: number, sent: Lost): void;
  /** Arrived and was accepted of nobody here; perhaps another part of the plan sent it. */
  stray?(a: number, b: number, came: Stray): void;
}

/** An instance that did not arrive, by the numbers of its study, route and prototype. */
export interface Lost {
  readonly study: number;
  readonly route: number;
  readonly prototype: number;
  /** A reading of the thread's clock. */
  readonly sent: number;
}

export interface Stray {
  /** {@link NO_ROUTE}: of no route. */
  readonly route: number;
  readonly arrivals: number;
  /** The first of them, a reading of the thread's clock. */
  readonly arrived: number;
  /** Whether it is unexpected; where nobody delivers, nothing is. */
  readonly counted: boolean;
}

/** Told of studies: who asks about them, or looks at the clock. It may look at the account. */
export interface StudyWatcher {
  /** Something of a watched study happened. */
  touched(study: number, now: number): void;
  /** The last entry of a study is gone; its slot is given away after this call. */
  finished(study: number): void;
  /** Time has passed. */
  ticked(now: number): void;
  /** Nothing more will come. */
  closing(now: number): void;
}
