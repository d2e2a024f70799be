// Types of `k6/metrics`: metrics of your own, declared in init code.

type Tags = Readonly<Record<string, string>>;

/** A sum. */
export declare class Counter {
  readonly name: string;
  constructor(name: string);
  add(value: number, tags?: Tags): boolean;
}
/** The last value, with minimum and maximum. */
export declare class Gauge {
  readonly name: string;
  constructor(name: string, isTime?: boolean);
  add(value: number, tags?: Tags): boolean;
}
/** The share of values that are true. */
export declare class Rate {
  readonly name: string;
  constructor(name: string);
  add(value: number | boolean, tags?: Tags): boolean;
}
/** A distribution: average, percentiles. With `isTime` values are milliseconds. */
export declare class Trend {
  readonly name: string;
  constructor(name: string, isTime?: boolean);
  add(value: number, tags?: Tags): boolean;
}
