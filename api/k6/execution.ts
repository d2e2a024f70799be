// Types of `k6/execution`: where and when an iteration runs.

/** Tags of all samples of this VU; set and delete its properties, or assign an object. */
export type VuTags = Record<string, string | number | boolean>;

/** Where and when an iteration runs: `import exec from 'k6/execution'`. */
export interface Execution {
  /** The scenario that runs: its `name` and its `executor`. */
  readonly scenario: {
    readonly name: string;
    readonly executor: string;
    /** ms since the epoch. */
    readonly startTime: number;
    /** Share of the scenario that is done, 0..1. */
    readonly progress: number;
    /** From 0, over the VUs of this process. */
    readonly iterationInInstance: number;
    /** From 0, over all parts of the plan: no two of them have the same. */
    readonly iterationInTest: number;
  };
  /**
   * The VU that runs: `iterationInInstance` of all its scenarios and `iterationInScenario`,
   * both from 0; its `tags`.
   */
  readonly vu: {
    /** From 1 in every process. */
    readonly idInInstance: number;
    /** From 1, over all parts of the plan; `__VU` is the same. */
    readonly idInTest: number;
    readonly iterationInInstance: number;
    readonly iterationInScenario: number;
    tags: VuTags;
    /** `tags`: those of all samples of this VU; `metadata` is k6's, and empty here. */
    readonly metrics: {
      tags: VuTags;
      readonly metadata: Readonly<Record<string, string>>;
    };
  };
  /**
   * This process: iterations that were completed (`iterationsCompleted`) or cut off
   * (`iterationsInterrupted`), VUs that are at work (`vusActive`) and that were made
   * (`vusInitialized`).
   */
  readonly instance: {
    /** Since the start of the load, ms. */
    readonly currentTestRunDuration: number;
    readonly iterationsCompleted: number;
    readonly iterationsInterrupted: number;
    readonly vusActive: number;
    readonly vusInitialized: number;
  };
  /** The whole test. */
  readonly test: {
    /** Ends the whole test; exit code 108. */
    abort(message?: string): never;
    /** Marks the test as failed and goes on; exit code 110. */
    fail(message?: string): void;
    /** The options in effect, frozen; not in init code. */
    readonly options: Readonly<Record<string, unknown>>;
  };
}

declare const exec: Execution;
export default exec;
export declare const scenario: Execution['scenario'];
export declare const vu: Execution['vu'];
export declare const instance: Execution['instance'];
export declare const test: Execution['test'];
