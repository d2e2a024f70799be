// What a run needs from outside and what it gives back: the types around conduct().
import type { Options } from '../config/types.ts';
import type { Summary } from '../metrics/summary.ts';
import type { Output } from '../outputs/output.ts';
import type { PlaceOf } from './records/error-log.ts';
import type { Account } from './records/events.ts';
import type { Recorder, RecordSinks } from './records/recorder.ts';
import type { Screen } from './screen.ts';
import type { Loaded, Targets } from './share.ts';
import type { ReceiverAddress } from '../threads/acceptor.ts';
import type { EndReason, Stopper } from './stopper.ts';

/** A bundled script. */
export interface BuiltScript {
  readonly code: string;
  readonly preludeFile: string;
  /** What `open()` and `files()` are relative to. */
  readonly folder: string;
  readonly placeOf: PlaceOf;
  /** `__ENV` of the init pass. */
  readonly env: Readonly<Record<string, string>>;
  /** Configured data folder, for `files()` without argument. */
  readonly dataRoot?: string;
  /** Heap of a worker, as far as it is known without the script's own options; null: default. */
  readonly workerHeapBytes?: number | null;
}

/** What is known once the options are resolved and everything listens. */
export interface RunContext {
  readonly runNumber: string;
  readonly loaded: Loaded;
  readonly options: Options;
  readonly targets: Targets;
  readonly workers: number;
  /** Where the receivers of the script listen. */
  readonly receivers: readonly ReceiverAddress[];
  readonly embedded: boolean;
}

/** What happened, for the summary. */
export interface RunEnd {
  readonly end: EndReason;
  /** Epoch ms; the run's t0, or when it would have been. */
  readonly t0: number;
  readonly durationMs: number;
  readonly endedAt: number;
  readonly account: Account;
}

/** Where this run is recorded. */
export interface RunBook {
  readonly id: string;
  readonly folder: string;
  readonly sinks: RecordSinks;
  /** First record of the log, and the start of the outputs: called when t0 is known. */
  begin(t0: number): Promise<void>;
  /** Started outputs; empty before `begin`. */
  readonly outputs: readonly Output[];
  /** Ends the outputs and makes the summary; called once, after the last tick. */
  finish(end: RunEnd, recorder: Recorder): Promise<Summary>;
  /** Last record, files, everything closed; the summary with the files that are there. */
  close(summary: Summary): Promise<Summary>;
}

export interface ConductRequest {
  /** Compiled modules of the two kinds of threads. */
  readonly vuWorker: string;
  readonly acceptorWorker: string;
  readonly cores: number;
  /** Threads at most, before the number of VUs is known. */
  readonly maxWorkers: number;
  /** Heap of a worker, as the command line or the environment says; null: not said there. */
  readonly workerHeapBytes: number | null;
  readonly runNumber: string;
  readonly initTimeoutMs: number;
  readonly stopper: Stopper;
  readonly screen: Screen;
  readonly build: () => Promise<BuiltScript>;
  readonly resolve: (loaded: Loaded) => Promise<Options>;
  /** Opens one association to the configured target; throws DicomRunError 111. */
  readonly preflight: (context: RunContext) => Promise<void>;
  readonly open: (context: RunContext) => RunBook | Promise<RunBook>;
  /** Called when everything is ready and nothing was sent yet. */
  readonly onReady: (context: RunContext, book: RunBook) => void;
  /** k6's argument of `handleSummary`, as JSON. */
  readonly handleSummaryJson: (summary: Summary, setupJson: string | null) => Promise<string>;
}

export interface ConductResult {
  readonly summary: Summary;
  readonly folder: string;
  readonly options: Options;
  /** What `handleSummary` returned: text by file name, `stdout` or `stderr`; null without one. */
  readonly custom: Readonly<Record<string, string | Uint8Array>> | null;
}
