// A recording over time: how many associations began, how many were open, what was said by the hour.

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
const MOST_BUCKETS = 720;
/** More hours than a year has are a mistake of a clock. */
const MOST_HOURS = 9000;

/** Equal lengths of time, from the first start on. */
export interface Curve {
  readonly bucketMs: number;
  /** Most associations that were open at once in each. */
  readonly open: readonly number[];
  /** Associations that began in each. */
  readonly starts: readonly number[];
}

/** So long is open what ended in the moment in which it began. */
const LEAST_MS = 0.001;

/** @param starts and @param stops of the same associations, ms, in any order */
export function curveOf(starts: readonly number[], stops: readonly number[]): Curve {
  const begins = Float64Array.from(starts).sort();
  const ends = Float64Array.from(stops, (stop, i) =>
    Math.max(stop, (starts[i] ?? stop) + LEAST_MS),
  ).sort();
  const from = begins[0] ?? 0;
  const length = (ends.at(-1) ?? from) - from;
  const bucketMs = Math.max(1000, Math.ceil(length / MOST_BUCKETS / 1000) * 1000);
  const buckets = Math.floor(length / bucketMs) + 1;
  const curve = { bucketMs, open: zeros(buckets), starts: zeros(buckets) };
  let [begun, ended] = [0, 0];
  for (let bucket = 0; bucket < buckets; bucket++) {
    const until = from + (bucket + 1) * bucketMs;
    let most = begun - ended;
    while ((begins[begun] ?? Infinity) < until) {
      const at = begins[begun] ?? 0;
      while (ended < begun && (ends[ended] ?? Infinity) <= at) ended += 1;
      begun += 1;
      curve.starts[bucket] = (curve.starts[bucket] ?? 0) + 1;
      most = Math.max(most, begun - ended);
    }
    curve.open[bucket] = most;
    while ((ends[ended] ?? Infinity) < until) ended += 1;
  }
  return curve;
}

const zeros = (length: number): number[] => new Array<number>(length).fill(0);

/** What began in an hour. */
export interface Hour {
  associations: number;
  requests: number;
  /** Of their data sets. */
  bytes: number;
}

/** Counts by the minute, so that the hours can begin with the first association, whenever it comes. */
export class Hours {
  readonly #minutes = new Map<number, Hour>();

  association(at: number): void {
    this.#minute(at).associations += 1;
  }

  request(at: number, bytes: number): void {
    const minute = this.#minute(at);
    minute.requests += 1;
    minute.bytes += bytes;
  }

  #minute(at: number): Hour {
    const key = Math.floor(at / MINUTE_MS);
    let minute = this.#minutes.get(key);
    if (minute === undefined) {
      this.#minutes.set(key, (minute = { associations: 0, requests: 0, bytes: 0 }));
    }
    return minute;
  }

  /** By hours from the minute of `fromMs` on. */
  from(fromMs: number): readonly Hour[] {
    const hours: Hour[] = [];
    const first = Math.floor(fromMs / MINUTE_MS);
    for (const [minute, { associations, requests, bytes }] of this.#minutes) {
      const at = Math.floor(((minute - first) * MINUTE_MS) / HOUR_MS);
      if (at < 0 || at >= MOST_HOURS) continue;
      while (hours.length <= at) hours.push({ associations: 0, requests: 0, bytes: 0 });
      const hour = hours[at];
      if (hour === undefined) continue;
      hour.associations += associations;
      hour.requests += requests;
      hour.bytes += bytes;
    }
    return hours;
  }
}

/** Upper edge and count of each power of two, from the smallest value to the largest. */
export type Histogram = readonly (readonly [upTo: number, count: number])[];

export function histogramOf(values: readonly number[]): Histogram {
  const counts: number[] = [];
  let first = Infinity;
  for (const value of values) {
    const power = Math.max(0, Math.ceil(Math.log2(Math.max(1, value))));
    counts[power] = (counts[power] ?? 0) + 1;
    first = Math.min(first, power);
  }
  return Array.from(
    { length: counts.length },
    (_, power) => [2 ** power, counts[power] ?? 0] as const,
  ).slice(Number.isFinite(first) ? first : 0);
}
