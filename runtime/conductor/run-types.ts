// What the phases of a run hand from one to the next.
import type { Options } from '../config/types.ts';
import type { CaseResult, Summary } from '../metrics/summary.ts';
import type { Output } from '../outputs/output.ts';
import type { Crew } from './crew.ts';
import type { PlaceOf } from './records/error-log.ts';
import type { DeliveryCounts } from './records/events.ts';
import type { Recorder, RecordSinks } from './records/recorder.ts';
import type { Screen } from './screen.ts';
import type { Loaded, SharedTargets } from './share.ts';
import type { RunRecord } from '../runlog/format.ts';
import type { EmbeddedAddress, ReceiverAddress } from '../threads/acceptor.ts';
import type { SharedVuPlan } from './fleet/fleet.ts';
import type { VuPool } from './fleet/member.ts';
import type { EndReason, Stopper } from './stopper.ts';

/** A bundled script. */
export interface BuiltScript {
  readonly code: string;
  /** Its source map, JSON. */
  readonly map?: string;
  readonly preludeFile: string;
  /** What `open()` and `files()` are relative to. */
  readonly folder: string;
  readonly placeOf: PlaceOf;
  /** `__ENV` of the init pass. */
  readonly env: Readonly<Record<string, string>>;
  /** Configured data folder, for `files()` without argument. */
  readonly dataRoot?: string;
  /** `files()` takes only these, by the names that results call them. */
  readonly onlyFiles?: readonly string[];
  /** What `open()`, `csv()` and `json()` read elsewhere: text by declaration; nothing is read here. */
  readonly given?: Readonly<Record<string, string>>;
  /** Hosts that may be talked to, as names, addresses or `10.1.0.0/16`; absent: all. */
  readonly allow?: readonly string[];
  /** It is only asked for the rows of its tables. */
  readonly tables?: boolean;
  /** Heap of a worker, as far as it is known without the script's own options; null: default. */
  readonly workerHeapBytes?: number | null;
}

/** A script that was loaded, with its options. */
export interface RunScript {
  readonly built: BuiltScript;
  readonly loaded: Loaded;
  readonly options: Options;
}

/** What is known once the options are resolved and everything listens. */
export interface RunContext {
  readonly runNumber: string;
  readonly loaded: Loaded;
  readonly options: Options;
  readonly targets: SharedTargets;
  readonly workers: number;
  /** Where the receivers of the script listen. */
  readonly receivers: readonly ReceiverAddress[];
  readonly embedded: boolean;
}

/** Everything listens, and what the workers will be told is made. */
export interface PreparedRun {
  readonly context: RunContext;
  readonly embedded: EmbeddedAddress | null;
  readonly plan: SharedVuPlan;
}

/** There is somewhere to record. */
export interface RecordedRun extends PreparedRun {
  readonly book: RunBook;
  readonly recorder: Recorder;
}

/** Set-up data as JSON; null: there is no set-up; undefined: it failed or was cut short. */
export type SetupData = string | null | undefined;

/** When the load was. */
export interface RunTime {
  /** Epoch ms; the run's t0, or when it would have been. */
  readonly t0: number;
  readonly durationMs: number;
  readonly endedAt: number;
}

/** What happened, for the summary. */
export interface RunEnd extends RunTime {
  readonly end: EndReason;
  readonly account: DeliveryCounts;
  /** Test cases of smoke mode. */
  readonly cases: readonly CaseResult[];
  /** Commands worth typing next. */
  readonly next: readonly string[];
}

/** Where this run is recorded. */
export interface RunBook {
  readonly id: string;
  readonly folder: string;
  readonly sinks: RecordSinks;
  /** Writes the first record of the log: called when t0 is known. */
  begin(t0: number): RunRecord;
  /** Those that were started; none before that. */
  outputs: readonly Output[];
  /** Ends the outputs and makes the summary; called once, after the last tick. */
  finish(end: RunEnd, recorder: Recorder): Promise<Summary>;
  /** Last record, files, everything closed; the summary with the files that are there. */
  close(summary: Summary): Promise<Summary>;
}

/** What a run is given at its beginning. */
export interface RunSettings {
  /** The other processes of the run; absent: there are none. */
  readonly crew?: Crew;
  /** Compiled modules of the two kinds of threads. */
  readonly vuWorker: string;
  readonly acceptorWorker: string;
  readonly cores: number;
  /** Threads at most, before the number of VUs is known. */
  readonly maxWorkers: number;
  /** Heap of a worker, as the command line or the environment says; null: not said there. */
  readonly workerHeapBytes: number | null;
  /** Where workers of that heap come from, when the first of them boots already. */
  readonly pool?: VuPool;
  readonly runNumber: string;
  readonly initTimeoutMs: number;
  readonly stopper: Stopper;
  readonly screen: Screen;
}

/** What `handleSummary` returned: text by file name, `stdout` or `stderr`. */
export type CustomSummary = Readonly<Record<string, string | Uint8Array>>;
