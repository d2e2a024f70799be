// A validated scenario, the input of every plan: all defaults filled, times in integer ns (exact as
// numbers up to 104 days), structured-clonable.

/** When starts happen under an arrival rate: evenly, or as a Poisson process of the same rate. */
export type Arrival = 'regular' | 'poisson';

export interface Stage {
  readonly durationNs: number;
  /** VUs (ramping-vus) or starts per time unit (ramping-arrival-rate) at the end of the stage. */
  readonly target: number;
}

interface ScenarioBase {
  readonly name: string;
  /** Name of the exported function, `default` unless told. */
  readonly exec: string;
  /** Offset from t0; with `after`, from the end of that scenario. */
  readonly startTimeNs: number;
  /** Starts when the scenario of this name has ended. */
  readonly after?: string;
  readonly gracefulStopNs: number;
  readonly env: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>>;
}

export interface ConstantVUs extends ScenarioBase {
  readonly executor: 'constant-vus';
  readonly vus: number;
  readonly durationNs: number;
}

export interface RampingVUs extends ScenarioBase {
  readonly executor: 'ramping-vus';
  readonly startVUs: number;
  readonly stages: readonly Stage[];
  readonly gracefulRampDownNs: number;
}

export interface PerVUIterations extends ScenarioBase {
  readonly executor: 'per-vu-iterations';
  readonly vus: number;
  /** Per VU. */
  readonly iterations: number;
  readonly maxDurationNs: number;
}

export interface SharedIterations extends ScenarioBase {
  readonly executor: 'shared-iterations';
  readonly vus: number;
  /** Over all VUs. */
  readonly iterations: number;
  readonly maxDurationNs: number;
  /** Iteration k of n is due at k·paceOver/n. */
  readonly paceOverNs?: number;
}

export interface ConstantArrivalRate extends ScenarioBase {
  readonly executor: 'constant-arrival-rate';
  /** Starts per `timeUnitNs`; may be a fraction. */
  readonly rate: number;
  readonly timeUnitNs: number;
  readonly durationNs: number;
  readonly preAllocatedVUs: number;
  readonly maxVUs: number;
  readonly arrival: Arrival;
}

export interface RampingArrivalRate extends ScenarioBase {
  readonly executor: 'ramping-arrival-rate';
  readonly startRate: number;
  readonly timeUnitNs: number;
  readonly stages: readonly Stage[];
  readonly preAllocatedVUs: number;
  readonly maxVUs: number;
  readonly arrival: Arrival;
}

/** One validated scenario. Times in integer ns. */
export type Scenario =
  | ConstantVUs
  | RampingVUs
  | PerVUIterations
  | SharedIterations
  | ConstantArrivalRate
  | RampingArrivalRate;

export type ExecutorName = Scenario['executor'];
