// What every validated scenario has, and what several executors' scenarios are made of: all defaults
// filled, times in integer ns (exact as numbers up to 104 days), structured-clonable.

/** When starts happen under an arrival rate: evenly, or as a Poisson process of the same rate. */
export type Arrival = 'regular' | 'poisson';

export interface Stage {
  readonly durationNs: number;
  /** VUs (ramping-vus) or starts per time unit (ramping-arrival-rate) at the end of the stage. */
  readonly target: number;
}

export interface ScenarioBase {
  readonly name: string;
  readonly executor: string;
  /** Name of the exported function, `default` unless told. */
  readonly exec: string;
  /** Offset from t0; with `after`, from the end of that scenario. */
  readonly startTimeNs: number;
  /** Starts when the scenario of this name has ended. */
  readonly after?: string;
  readonly gracefulStopNs: number;
  readonly env: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>>;
  /** What `smoke --label` selects it by, beside the labels of the script. */
  readonly labels?: readonly string[];
}

/** What both arrival rates have. */
export interface OpenScenario extends ScenarioBase {
  readonly timeUnitNs: number;
  readonly preAllocatedVUs: number;
  readonly maxVUs: number;
  readonly arrival: Arrival;
}
