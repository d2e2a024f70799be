// What the threads of a run report while it goes on: the one listener that the phases pass down.
import type { ErrorMessage, LogMessage } from '../../threads/samples.ts';
import type { CaseMessage } from '../../threads/cases.ts';
import type { MissingInstance, RouteAccount, StrayInstance } from '../../threads/delivery.ts';
import type { SharedCall } from '../../threads/vu.ts';
import type { SampleColumns, SeriesDecl } from '../../metrics/samples.ts';

/**
 * Receiver of everything threads send unasked. `source` numbers the sending task: series ids are
 * private to it, and a replaced worker is a new source.
 */
export interface ThreadEvents {
  series(source: number, series: readonly SeriesDecl[]): void;
  samples(source: number, columns: SampleColumns): void;
  log(message: LogMessage): void;
  error(message: ErrorMessage): void;
  /** `exec.test.abort()` in a script. */
  abortTest(message: string): void;
  /** `exec.test.fail()` in a script. */
  failTest(message: string): void;
  ledger(lines: string): void;
  /** `dicom.skip()` or `dicom.manual()` in a script. */
  caseState(message: CaseMessage): void;
  /** Something of ours broke in a thread: the run ends in order, whatever its phase is. */
  broken(error: Error): void;
  /** A worker died in the middle of the run and was replaced; `interrupted` iterations are lost. */
  replaced(worker: number, reason: string, interrupted: number): void;
  /** An acceptor thread died: names its receivers. The run goes on, and cannot pass. */
  receiversGone(message: string): void;
  /** What a worker says to the other processes of the run. */
  shared(worker: number, call: SharedCall): void;
  /** Deliveries still on their way while the account waits to settle. */
  settling(outstanding: number): void;
}

/** Totals over all workers, dead ones included. */
export interface FleetCounts {
  activeVUs: number;
  /** Active or not. */
  vusMade: number;
  iterationsStarted: number;
  iterationsDone: number;
  interrupted: number;
  associationsOpen: number;
  dropped: number;
}

/** What the acceptors said at the end. */
export interface DeliveryCounts {
  readonly routes: readonly RouteAccount[];
  /** In full: what of it may be told is for who tells it. */
  readonly missing: readonly MissingInstance[];
  /** Of a part of a plan only: another part may have sent them. */
  readonly strays: readonly StrayInstance[];
}
