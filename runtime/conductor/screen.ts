// What a person sees while a run goes on. The CLI implements it; nothing in here prints.
import type { Options } from '../config/types.ts';
import type { DicomRunError } from '../errors.ts';
import type { LiveNumbers } from '../metrics/engine-types.ts';
import type { ErrorGroup, ThresholdResult } from '../metrics/summary.ts';
import type { ReceiverAddress } from '../threads/acceptor.ts';
import type { CaseMessage } from '../threads/cases.ts';
import type { LogMessage } from '../threads/samples.ts';
import type { Declaration } from '../threads/vu.ts';
import type { FleetCounts } from './records/events.ts';
import type { SharedTargets } from './share.ts';

/** What the plan block says. */
export interface PlanInfo {
  readonly id: string;
  readonly script: string;
  readonly options: Options;
  readonly targets: SharedTargets;
  /** Of the targets that the script asks for; undefined where it names its own. */
  readonly target: string | undefined;
  /** Roots of web servers that it names. */
  readonly servers: readonly string[];
  readonly embedded: boolean;
  readonly declarations: readonly Declaration[];
  readonly workers: number;
  /** Where the receivers of the script listen. */
  readonly receivers: readonly ReceiverAddress[];
  readonly resultsDir: string;
  /** Worth a line each: files skipped, options without effect. */
  readonly notes: readonly string[];
}

/** Once a second. */
export interface RunProgress {
  /** ms since t0. */
  readonly atMs: number;
  readonly live: LiveNumbers;
  readonly counts: FleetCounts;
  readonly vusMax: number;
  readonly generator: GeneratorNow;
  /** Who carries the load, where others do. */
  readonly agents?: string;
  /** Most frequent groups of failures. */
  readonly errors: readonly ErrorGroup[];
}

/** How the generator itself is doing, the last second. */
export interface GeneratorNow {
  /** Percent of one core. */
  readonly cpu: number;
  readonly loopLagMs: number;
  readonly rssBytes: number;
  /** True when the generator, not the peer, may be the limit. */
  readonly saturated: boolean;
}

export type RunStage = 'setup' | 'running' | 'stopping' | 'settling' | 'teardown' | 'finishing';

export interface Screen {
  plan(info: PlanInfo): void;
  stage(stage: RunStage, detail?: string): void;
  /** A stage of a scenario has begun, `atMs` after t0. */
  planStage?(atMs: number, text: string): void;
  progress(progress: RunProgress): void;
  log(message: LogMessage): void;
  /** A failure of the run, first seen or seen again; `since` = how many since the last call. */
  failure(group: ErrorGroup, since: number): void;
  threshold(result: ThresholdResult): void;
  /** A script told of a case. */
  caseTold?(told: CaseMessage): void;
  /** A phase went wrong: set-up, teardown, summary. */
  problem(error: DicomRunError): void;
}
