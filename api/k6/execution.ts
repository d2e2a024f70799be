// Types of `k6/execution`: where and when an iteration runs.

/** Tags of all samples of this VU; set and delete its properties, or assign an object. */
export type VuTags = Record<string, string | number | boolean>;

export interface Execution {
  readonly scenario: {
    readonly name: string;
    readonly executor: string;
    /** ms since the epoch. */
    readonly startTime: number;
    /** 0..1 */
    readonly progress: number;
    /** From 0, over the VUs of this process. */
    readonly iterationInInstance: number;
    /** From 0, over all parts of the plan: no two of them have the same. */
    readonly iterationInTest: number;
  };
  readonly vu: {
    /** From 1 in every process. */
    readonly idInInstance: number;
    /** From 1, over all parts of the plan; `__VU` is the same. */
    readonly idInTest: number;
    readonly iterationInInstance: number;
    readonly iterationInScenario: number;
    tags: VuTags;
    readonly metrics: {
      tags: VuTags;
      readonly metadata: Readonly<Record<string, string>>;
    };
  };
  readonly instance: {
    /** ms */
    readonly currentTestRunDuration: number;
    readonly iterationsCompleted: number;
    readonly iterationsInterrupted: number;
    readonly vusActive: number;
    readonly vusInitialized: number;
  };
  readonly test: {
    /** Ends the whole test; exit code 108. */
    abort(message?: string): never;
    /** Marks the test as failed and goes on; exit code 110. */
    fail(message?: string): void;
    readonly options: Readonly<Record<string, unknown>>;
  };
}

declare const exec: Execution;
export default exec;
export declare const scenario: Execution['scenario'];
export declare const vu: Execution['vu'];
export declare const instance: Execution['instance'];
export declare const test: Execution['test'];
