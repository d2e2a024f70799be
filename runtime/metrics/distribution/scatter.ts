// Single requests for a scatter plot: of each service a few of every second by chance, and every
// failure up to a cap. Everything else of a run is histograms, which know no single request.
import { familyOf } from '../families.ts';

/** Answered well; answered with a failure status; not answered (its latency is 0). */
export type ScatterKind = 'ok' | 'failure' | 'unanswered';

/** Points of one service and kind in one second. */
export interface ScatterPoints {
  readonly service: string;
  readonly kind: ScatterKind;
  /** How many requests there were; fewer are kept. */
  readonly seen: number;
  /** ms since t0. */
  readonly time: readonly number[];
  /** Latency in ms. */
  readonly value: readonly number[];
}

/** Successes kept of each service and second: more in the first minute, for short runs. */
const KEPT_OK = 4;
const KEPT_OK_FIRST = 20;
const FIRST_SECONDS = 60;
/** Failures kept of each service and second, and of the whole run. */
const KEPT_FAILURES = 100;
const KEPT_FAILURES_RUN = 20_000;

/** Outcomes without an answer: such a request has no `dicom_req_duration`. */
const UNANSWERED = new Set(['rejected', 'aborted', 'transport', 'timeout', 'protocol']);

export class Scatter {
  readonly #lanes = new Map<string, ScatterLane>();

  /** Where the samples of a series go; null for a series that is no request. */
  laneOf(metric: string, tags: Readonly<Record<string, string>>): ScatterLane | null {
    const { service, outcome = '' } = tags;
    if (service === undefined) return null;
    if (familyOf(metric, 'duration') !== undefined) {
      return this.#lane(service, outcome === 'failure' ? 'failure' : 'ok');
    }
    const isFailed = familyOf(metric, 'failed') !== undefined;
    const unanswered = isFailed && UNANSWERED.has(outcome);
    return unanswered ? this.#lane(service, 'unanswered') : null;
  }

  /** What came since the last call. */
  take(): ScatterPoints[] {
    return [...this.#lanes.values()].flatMap((lane) => lane.take() ?? []);
  }

  #lane(service: string, kind: ScatterKind): ScatterLane {
    const key = `${kind} ${service}`;
    let lane = this.#lanes.get(key);
    if (lane === undefined) this.#lanes.set(key, (lane = new ScatterLane(service, kind)));
    return lane;
  }
}

/** Chance that repeats: the same samples leave the same points. */
export class Dice {
  #state = 0x2545f491;

  /** A whole number from 0, less than the limit. */
  below(limit: number): number {
    this.#state ^= this.#state << 13;
    this.#state ^= this.#state >>> 17;
    this.#state ^= this.#state << 5;
    return (this.#state >>> 0) % limit;
  }
}

export class ScatterLane {
  readonly #service: string;
  readonly #kind: ScatterKind;
  #kept = 0;
  #seen = 0;
  #seconds = 0;
  #time: number[] = [];
  #value: number[] = [];
  readonly #dice = new Dice();

  constructor(service: string, kind: ScatterKind) {
    this.#service = service;
    this.#kind = kind;
  }

  /** @param time ms since t0 @param value latency in ms */
  add(time: number, value: number): void {
    const seen = ++this.#seen;
    const at = this.#kind === 'ok' ? this.#place(seen) : this.#failurePlace();
    if (at < 0) return;
    this.#time[at] = Math.round(time);
    this.#value[at] = Math.round(value * 1000) / 1000;
  }

  take(): ScatterPoints | null {
    this.#seconds++;
    if (this.#seen === 0) return null;
    const [time, value, seen] = [this.#time, this.#value, this.#seen];
    [this.#time, this.#value, this.#seen] = [[], [], 0];
    return { service: this.#service, kind: this.#kind, seen, time, value };
  }

  /** A reservoir: whichever came, each has the same chance to stay. */
  #place(seen: number): number {
    const most = this.#seconds < FIRST_SECONDS ? KEPT_OK_FIRST : KEPT_OK;
    if (seen <= most) return seen - 1;
    const at = this.#dice.below(seen);
    return at < most ? at : -1;
  }

  #failurePlace(): number {
    if (this.#time.length >= KEPT_FAILURES || this.#kept >= KEPT_FAILURES_RUN) return -1;
    this.#kept++;
    return this.#time.length;
  }
}
