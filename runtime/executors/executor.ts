// What an executor has to say: one object each, in a file of its own, listed in index.ts. Whoever
// deals with scenarios (options, the guard of heavy load, the plan block, main, the workers) asks
// the object and knows no executor by name.
import type { Plan, VuStep } from './plan.ts';
import type { ScenarioBase, Stage } from './scenario.ts';
import type { RecordedTraffic } from './arrivals/recorded-traffic.ts';
import type { Share } from './segments/share.ts';

/**
 * Reads keys of a scenario as scripts write it. A value that is wrong, or missing and without a
 * default, is complained about; what is answered then is of no use, for the scenario is refused.
 */
export interface KeyReader {
  has(key: string): boolean;
  /** At least 1. */
  vus(key: string, byDefault?: number): number;
  /** 0 or more. */
  vusOrNone(key: string, byDefault?: number): number;
  /** A number of things, at least 1. */
  count(key: string, byDefault?: number): number;
  /** ns, at least `minNs`. */
  duration(key: string, minNs: number, byDefault?: number): number;
  /** A number ≥ 0, fractions allowed. */
  rate(key: string, byDefault?: number): number;
  choice<T extends string>(key: string, choices: readonly T[], byDefault: T): T;
  /** '' unless told. */
  text(key: string): string;
  /** A declared recording. */
  recording(key: string): RecordedTraffic;
  /** `stages`, whose targets are numbers of VUs or rates. */
  stages(targets: 'vus' | 'rates'): readonly Stage[];
  /** Complains of two keys of which only one may be there. */
  conflict(message: string): void;
}

/** The stages of a scenario that has some. */
export interface Staging {
  /** What the first stage begins with. */
  readonly from: number;
  readonly stages: readonly Stage[];
  /** A target as a person says it: `50 VUs`, `20/s`. */
  unit(target: number): string;
}

/** Iterations of a scenario that counts them. */
export interface Iterations {
  /** Over all VUs. */
  readonly total: number;
  /** Where each VU does as many; null where they share them. */
  readonly perVU: number | null;
}

export interface Executor<S extends ScenarioBase> {
  readonly name: S['executor'];
  /** Keys that its scenarios may have besides those that all have. */
  readonly keys: readonly string[];
  /** Its keys, read. */
  read(keys: KeyReader): Omit<S, keyof ScenarioBase>;
  /** What no single key can say, of a scenario whose keys are right: one line a fault. */
  check(scenario: S): readonly string[];
  /** The load in words, then what else there is to say of it. */
  describe(scenario: S): readonly string[];
  /** Most VUs at once. */
  maxVUs(scenario: S): number;
  /** From its start to the end of new work, at the latest. */
  spanNs(scenario: S): number;
  /** VUs that it is told to run, from its start; ends with 0. */
  plannedVUs(scenario: S): readonly VuStep[];
  /** VUs that it may hold, graceful periods included, where these are not its most all the time. */
  reservedVUs?(scenario: S): readonly VuStep[];
  /** VUs made before t0, whose vuInit is waited for, where starts come at a rate. */
  preAllocatedVUs?(scenario: S): number;
  /** Highest rate of starts that is asked for, per second. */
  highestRate?(scenario: S): number;
  /** Where their number is given. */
  iterations?(scenario: S): Iterations;
  /** Where it has stages. */
  staging?(scenario: S): Staging;
  /** What a share of it does, in ns from its start. Pure; the shares of a whole add up to it. */
  plan(scenario: S, share: Share): Plan;
}
