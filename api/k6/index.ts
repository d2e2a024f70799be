// What `import … from 'k6'` means to the type checker. At run time the sandbox's facade stands here.

/**
 * Counts each named condition in the metric `checks` and tells whether all hold. A predicate that
 * throws counts as failed and throws on; one that returns a promise makes `check` return one.
 */
export declare function check<T>(
  value: T,
  sets: Readonly<Record<string, ((value: T) => boolean) | boolean>>,
  tags?: Readonly<Record<string, string>>,
): boolean;
/** The same, where a condition is a promise: await it. */
export declare function check<T>(
  value: T,
  sets: Readonly<Record<string, ((value: T) => boolean | PromiseLike<boolean>) | boolean>>,
  tags?: Readonly<Record<string, string>>,
): Promise<boolean>;

/**
 * Waits `seconds`, fractions allowed. Await it.
 *
 * @throws IterationInterrupted when the iteration's time is over
 */
export declare function sleep(seconds: number): Promise<void>;

/** Tags everything inside with the group's name, across awaits too, and times it (`group_duration`). */
export declare function group<T>(name: string, fn: () => T): T;

/** Ends this iteration as failed, with that reason: throws. */
export declare function fail(message?: string): never;

/** Makes `Math.random` of this VU reproducible. */
export declare function randomSeed(seed: number): void;

/** The same functions, as `import k6 from 'k6'`. */
declare const k6: {
  check: typeof check;
  sleep: typeof sleep;
  group: typeof group;
  fail: typeof fail;
  randomSeed: typeof randomSeed;
};
export default k6;
