// Types of `k6/options`: `export const options: Options = { … }`.
import type { Simulation } from './simulate.ts';

/** ms as a number, or `'30s'`, `'1m30s'`, `'2h'`. */
type Duration = number | string;

export interface Stage {
  duration: Duration;
  /** VUs, or starts per time unit, at the end of the stage. */
  target: number;
}

interface Common {
  /** Name of the exported function. Default `default`. */
  exec?: string;
  /** Default 0s. */
  startTime?: Duration;
  /** Start when the scenario of this name has ended. */
  after?: string;
  /** Time to finish iterations at the end. Default 30s. */
  gracefulStop?: Duration;
  /** Added to `__ENV` of this scenario's VUs. */
  env?: Readonly<Record<string, string>>;
  tags?: Readonly<Record<string, string>>;
  /** What `dicomrun smoke --label` selects it by, beside the labels of the script. */
  labels?: readonly string[];
}

export type Scenario = Common &
  (
    | {
        executor: 'shared-iterations';
        vus?: number;
        iterations?: number;
        maxDuration?: Duration;
        /** Iteration k of n is due at k·paceOver/n. */
        paceOver?: Duration;
      }
    | { executor: 'per-vu-iterations'; vus?: number; iterations?: number; maxDuration?: Duration }
    | { executor: 'constant-vus'; vus?: number; duration: Duration }
    | {
        executor: 'ramping-vus';
        startVUs?: number;
        stages: readonly Stage[];
        gracefulRampDown?: Duration;
      }
    | {
        executor: 'constant-arrival-rate';
        /** `'fromEnv'` = PEAK_IMAGES_PER_SECOND × LOAD_MULTIPLIER. */
        rate: number | 'fromEnv';
        timeUnit?: Duration;
        duration: Duration | 'fromEnv';
        preAllocatedVUs: number | 'fromEnv';
        maxVUs?: number;
        arrival?: 'regular' | 'poisson';
      }
    | {
        executor: 'ramping-arrival-rate';
        startRate?: number;
        timeUnit?: Duration;
        stages: readonly Stage[];
        preAllocatedVUs: number;
        maxVUs?: number;
        arrival?: 'regular' | 'poisson';
      }
    | {
        executor: 'recorded';
        /** A `dicom.recording(…)`: its associations start as they did. */
        recording: object;
        /** Times as fast as it was. Default 1. */
        speed?: number;
        /** Times the associations, the further ones a little off their time. Default 1. */
        scale?: number;
        /** Passes, one after the other. Default 1. */
        loop?: number;
        /** Where in the recording: a time of day (`'08:00'`) or an offset (`'90m'`). Default the first association. */
        from?: string;
        /** How much of the recording. Default to its end. */
        for?: Duration;
        /** Default: as many as the recording had associations at once. */
        preAllocatedVUs?: number;
        /** Default: four times as many, at least a hundred more. */
        maxVUs?: number;
      }
    | {
        executor: 'ramping-arrival-rate';
        /** Instead of stages: a hospital's day, quiet at night, busiest before noon. */
        examsPerDay: number;
        /** How long the day takes in the run. Default 24h. */
        dayLength?: Duration;
        preAllocatedVUs: number;
        maxVUs?: number;
        arrival?: 'regular' | 'poisson';
      }
  );

export type Threshold =
  | string
  | {
      threshold: string;
      abortOnFail?: boolean;
      delayAbortEval?: Duration;
      /** Judge and show it, but do not fail the run on it. */
      advisory?: boolean;
      /** Judge only the last so much of the run. */
      window?: Duration;
    };

export interface Options {
  scenarios?: Readonly<Record<string, Scenario>>;
  vus?: number;
  duration?: Duration;
  iterations?: number;
  stages?: readonly Stage[];
  thresholds?: Readonly<Record<string, readonly Threshold[] | Threshold>>;
  tags?: Readonly<Record<string, string>>;
  labels?: readonly string[];
  /** Overrides in smoke mode. */
  smoke?: Omit<Options, 'smoke'>;
  setupTimeout?: Duration;
  teardownTimeout?: Duration;
  handleSummaryTimeout?: Duration;
  noSetup?: boolean;
  noTeardown?: boolean;
  minIterationDuration?: Duration;
  hangTimeout?: Duration;
  /** Heap of a worker thread, e.g. `'2GB'`; default: its share of half the memory, at most 4 GiB. */
  workerHeap?: string | number;
  /** Wait for deliveries at the end. Default 30s. */
  settle?: Duration;
  /** An instance is missing after this. Default 10m. */
  deliveryHorizon?: Duration;
  /** Logs, report and summary name UIDs in full and quote peers word for word. Default false. */
  phiOk?: boolean;
  /** What the run is called on screen, in reports and in JUnit: a change ticket, a purpose. */
  title?: string;
  throw?: boolean;
  /** Prometheus pages to read beside the load, by name; `'embedded'`: the simulated router's. */
  scrape?: Readonly<Record<string, string>>;
  /** Default 5s. */
  scrapeInterval?: Duration;
  /** What the router and archive of `--embedded` are like. */
  simulate?: Simulation;
  /**
   * Tags to add samples up by besides the fixed views, e.g. `[['vu'], ['service', 'vu']]`: rows of the
   * view `vu` or `service+vu` in every output. At most 8 of 4 tags; default none.
   */
  views?: readonly (readonly string[])[];
  summaryTrendStats?: readonly string[];
  summaryTimeUnit?: 's' | 'ms' | 'us';
  systemTags?: readonly string[];
}
