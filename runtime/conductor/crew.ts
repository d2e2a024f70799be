// A run of several processes: its phases go on in step in all of them. A member carries a part of the
// load and waits for the others where the whole has to; the coordinator carries none and records all.
// Without a crew a process is the whole run.
import type { GeneratorSummary } from '../metrics/summary.ts';
import type { Engine, EngineShare, Tick } from '../metrics/engine-types.ts';
import type { GeneratorValue } from '../metrics/generator.ts';
import type { RunContext, SetupData } from './run-types.ts';
import type { DeliveryCounts, FleetCounts, ThreadEvents } from './records/events.ts';
import type { Recorder } from './records/recorder.ts';
import type { TickState } from './records/seconds.ts';
import type { SharedWord } from '../threads/vu.ts';
import type { GeneratorNow } from './screen.ts';

export interface Crew {
  /** Everything is ready here; resolves when it is everywhere. @throws DicomRunError what went wrong, anywhere */
  ready(context: RunContext): Promise<void>;
  /** `setup`, in one process of all. */
  setup(own: () => Promise<SetupData>): Promise<SetupData>;
  /** When all begin: epoch ms by the monotonic clock of this process. */
  t0(): Promise<number>;
  /** What threads report from now on; what the crew does not keep for itself goes on to the recorder. */
  attach(recorder: Recorder, engine: Engine): ThreadEvents;
  /** What comes of the calls of workers to the other processes goes there; null: to all workers. */
  tellWorkers?: (worker: number | null, word: SharedWord) => void;
  /** Each interval before it is closed, and what came of it; the last one is final. */
  readonly tee?: (share: EngineShare, tick: Tick, state: TickState) => void;
  /** Nobody starts an iteration here any more. */
  done?(durationMs: number): void;
  /** What the receivers of all say; `own` what those of this process do. */
  settle(own: () => Promise<DeliveryCounts>): Promise<DeliveryCounts>;
  /** `teardown`, in one process of all. */
  teardown(own: () => Promise<void>): Promise<void>;
  /** The last thing before the records are closed. */
  close(): Promise<void>;
  /** The load, where others carry it. */
  readonly load?: RemoteLoad;
}

/** What the fleet and the generator are to a process that carries load itself. */
export interface RemoteLoad {
  /** From t0 to the end of the last iteration anywhere; resolves with the length of the run, ms. */
  run(t0: number): Promise<number>;
  stop(why: 'abort' | 'interrupt', reason: string): void;
  counts(): FleetCounts;
  takePeakVUs(): number;
  /** Resolves when second number `second` (from 1) may be closed: all that can come of it is there. */
  pace(second: number): Promise<void>;
  readonly generator: Generator;
  /** Who is there, for the live line: `3/3`, `2/3 (site-b silent 4 s)`. */
  shown(): string;
}

/** How that what makes the load is doing. */
export interface Generator {
  readonly now: GeneratorNow;
  /** Everything since the last call, as gauges. Once a second. */
  sample(): readonly GeneratorValue[];
  /** The load is over: what is busy from here on was no limit of it. */
  rest(): void;
  summary(): GeneratorSummary;
  stop(): void;
}
