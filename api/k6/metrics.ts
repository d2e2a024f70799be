// Types of `k6/metrics`: metrics of your own, declared in init code.

/** Tags of a sample, besides those of the VU. */
type Tags = Readonly<Record<string, string>>;

/** A sum. */
export declare class Counter {
  /** As it was declared. */
  readonly name: string;
  constructor(name: string);
  /**
   * Adds to the sum. False for what is no finite number: it is left out, and told once a metric.
   *
   * @throws DicomError `SCRIPT_ARGUMENT` for such a value where the option `throw` is set
   */
  add(value: number, tags?: Tags): boolean;
}
/** The last value, with minimum and maximum. */
export declare class Gauge {
  /** As it was declared. */
  readonly name: string;
  constructor(name: string, isTime?: boolean);
  /**
   * Sets the value. False for what is no finite number: it is left out, and told once a metric.
   *
   * @throws DicomError `SCRIPT_ARGUMENT` for such a value where the option `throw` is set
   */
  add(value: number, tags?: Tags): boolean;
}
/** The share of values that are true. */
export declare class Rate {
  /** As it was declared. */
  readonly name: string;
  constructor(name: string);
  /**
   * Counts one: true, or anything but 0, is a hit. False for what is no finite number: it is left out, and told once a metric.
   *
   * @throws DicomError `SCRIPT_ARGUMENT` for such a value where the option `throw` is set
   */
  add(value: number | boolean, tags?: Tags): boolean;
}
/** A distribution: average, percentiles. With `isTime` values are milliseconds. */
export declare class Trend {
  /** As it was declared. */
  readonly name: string;
  constructor(name: string, isTime?: boolean);
  /**
   * Adds a value; milliseconds with `isTime`. False for what is no finite number: it is left out, and told once a metric.
   *
   * @throws DicomError `SCRIPT_ARGUMENT` for such a value where the option `throw` is set
   */
  add(value: number, tags?: Tags): boolean;
}
