// Types of `k6/options`: `export const options: Options = { … }`.
import type { Simulation } from './simulate.ts';

/** ms as a number, or `'30s'`, `'1m30s'`, `'2h'`. */
type Duration = number | string;

/** A part of a load that goes in lines: to `target`, within `duration`. */
export interface Stage {
  /** How long it takes; 0 is a jump. */
  duration: Duration;
  /** VUs, or starts per time unit, at the end of the stage. */
  target: number;
}

/** What every scenario may say. */
interface Common {
  /** Name of the exported function. Default `default`. */
  exec?: string;
  /** When it starts, from the start of the run, or from the end of `after`. Default 0s. */
  startTime?: Duration;
  /** Start when the scenario of this name has ended. */
  after?: string;
  /** Time to finish iterations at the end. Default 30s. */
  gracefulStop?: Duration;
  /** Added to `__ENV` of this scenario's VUs. */
  env?: Readonly<Record<string, string>>;
  /** Tags of all its samples. */
  tags?: Readonly<Record<string, string>>;
  /** What `dicomrun smoke --label` selects it by, beside the labels of the script. */
  labels?: readonly string[];
}

/**
 * One scenario: when it runs, what, and how much of it by its `executor`. See `dicomrun help
 * executors`.
 */
export type Scenario = Common &
  (
    | {
        /** VUs take iterations one by one from a common number. */
        executor: 'shared-iterations';
        /** Number of VUs. Default 1. */
        vus?: number;
        /** Number of iterations of all VUs together. Default 1. */
        iterations?: number;
        /** What has not begun after so long is dropped. Default 10m. */
        maxDuration?: Duration;
        /** Iteration k of n is due at k·paceOver/n. */
        paceOver?: Duration;
      }
    | {
        /** Every VU does the same number of iterations. */
        executor: 'per-vu-iterations';
        /** Number of VUs. Default 1. */
        vus?: number;
        /** Number of iterations of each VU. Default 1. */
        iterations?: number;
        /** What has not begun after so long is dropped. Default 10m. */
        maxDuration?: Duration;
      }
    | {
        /** So many VUs loop for a time. */
        executor: 'constant-vus';
        /** Number of VUs. Default 1. */
        vus?: number;
        /** How long iterations are started. */
        duration: Duration;
      }
    | {
        /** VUs loop, and their number follows stages. */
        executor: 'ramping-vus';
        /** Number of VUs to begin with. Default 1. */
        startVUs?: number;
        /** One after the other. */
        stages: readonly Stage[];
        /** Time to finish its iteration that a VU has when it is taken away. Default 30s. */
        gracefulRampDown?: Duration;
      }
    | {
        /** Iterations start at a rate, whoever is free. */
        executor: 'constant-arrival-rate';
        /**
         * Number of iterations started per `timeUnit`. `'fromEnv'` = PEAK_IMAGES_PER_SECOND ×
         * LOAD_MULTIPLIER.
         */
        rate: number | 'fromEnv';
        /** What `rate`, `startRate` and targets are per. Default 1s. */
        timeUnit?: Duration;
        /** How long iterations are started. */
        duration: Duration | 'fromEnv';
        /** Number of VUs made before the start. */
        preAllocatedVUs: number | 'fromEnv';
        /** VUs at most: further ones are made when all are busy. Default `preAllocatedVUs`. */
        maxVUs?: number;
        /** At even times (`'regular'`, default), or at random ones at the same rate (`'poisson'`). */
        arrival?: 'regular' | 'poisson';
      }
    | {
        /** Iterations start at a rate that follows stages, whoever is free. */
        executor: 'ramping-arrival-rate';
        /** Rate to begin with, per `timeUnit`. Default 0. */
        startRate?: number;
        /** What `rate`, `startRate` and targets are per. Default 1s. */
        timeUnit?: Duration;
        /** One after the other. */
        stages: readonly Stage[];
        /** Number of VUs made before the start. */
        preAllocatedVUs: number;
        /** VUs at most: further ones are made when all are busy. Default `preAllocatedVUs`. */
        maxVUs?: number;
        /** At even times (`'regular'`, default), or at random ones at the same rate (`'poisson'`). */
        arrival?: 'regular' | 'poisson';
      }
    | {
        /** Associations of a recording start when they did. */
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
        /** VUs made before the start. Default: as many as the recording had associations at once. */
        preAllocatedVUs?: number;
        /** VUs at most. Default: four times as many, at least a hundred more. */
        maxVUs?: number;
      }
    | {
        /** The same, by the exams of a day instead of stages. */
        executor: 'ramping-arrival-rate';
        /** Instead of stages: a hospital's day, quiet at night, busiest before noon. */
        examsPerDay: number;
        /** How long the day takes in the run. Default 24h. */
        dayLength?: Duration;
        /** Number of VUs made before the start. */
        preAllocatedVUs: number;
        /** VUs at most: further ones are made when all are busy. Default `preAllocatedVUs`. */
        maxVUs?: number;
        /** At even times (`'regular'`, default), or at random ones at the same rate (`'poisson'`). */
        arrival?: 'regular' | 'poisson';
      }
  );

/**
 * What a metric must keep, such as `p(95)<500` or `rate>0.99`. See `dicomrun help
 * metrics`.
 */
export type Threshold =
  | string
  | {
      /** The condition. */
      threshold: string;
      /** End the run when it is broken. Default false. */
      abortOnFail?: boolean;
      /** Not before so much of the run. Default 0s. */
      delayAbortEval?: Duration;
      /** Judge and show it, but do not fail the run on it. */
      advisory?: boolean;
      /** Judge only the last so much of the run. */
      window?: Duration;
    };

/**
 * `export const options: Options = { … }`: the load and how it is judged. Flags and
 * variables go first; see `dicomrun help configuration`.
 */
export interface Options {
  /** Loads of the run, by name. */
  scenarios?: Readonly<Record<string, Scenario>>;
  /** Number of VUs, where there are no `scenarios`. Default 1. */
  vus?: number;
  /** How long they loop. Without it and `iterations`: one iteration for each VU. */
  duration?: Duration;
  /** Number of iterations that they share, whoever is free. */
  iterations?: number;
  /** VUs by stages, where there are no `scenarios`. */
  stages?: readonly Stage[];
  /** What must hold, by metric or `metric{tag:value}`. */
  thresholds?: Readonly<Record<string, readonly Threshold[] | Threshold>>;
  /** Tags of all samples of the run. */
  tags?: Readonly<Record<string, string>>;
  /** What `dicomrun smoke --label` selects the script by. */
  labels?: readonly string[];
  /** What is another in smoke mode. Default: every scenario once. */
  smoke?: Omit<Options, 'smoke'>;
  /** Limit of `setup()`. Default 60s. */
  setupTimeout?: Duration;
  /** Limit of `teardown()`. Default 60s. */
  teardownTimeout?: Duration;
  /** Limit of `handleSummary()`. Default 2m. */
  handleSummaryTimeout?: Duration;
  /** Do not call `setup()`. Default false. */
  noSetup?: boolean;
  /** Do not call `teardown()`. Default false. */
  noTeardown?: boolean;
  /** A shorter iteration waits until it has taken so long. Default 0s. */
  minIterationDuration?: Duration;
  /** A script that does not yield for so long is interrupted. Default 5s. */
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
  /** A wrong value for a metric throws, instead of being counted. Default false. */
  throw?: boolean;
  /** Prometheus pages to read beside the load, by name; `'embedded'`: the simulated router's. */
  scrape?: Readonly<Record<string, string>>;
  /** Time between two readings of them. Default 5s. */
  scrapeInterval?: Duration;
  /** What the router and archive of `--embedded` are like. */
  simulate?: Simulation;
  /**
   * Tags to add samples up by besides the fixed views, e.g. `[['vu'], ['service', 'vu']]`: rows of the
   * view `vu` or `service+vu` in every output. At most 8 of 4 tags; default none.
   */
  views?: readonly (readonly string[])[];
  /** What the summary tells of trends. Default `['avg', 'min', 'med', 'max', 'p(90)', 'p(95)']`. */
  summaryTrendStats?: readonly string[];
  /** Unit of all times in the summary. Default: the one that fits each. */
  summaryTimeUnit?: 's' | 'ms' | 'us';
  /** k6 has it; without effect here: all tags are kept. */
  systemTags?: readonly string[];
}
