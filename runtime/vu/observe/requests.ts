// From a finished request to its samples: series that always go together, found by one number.
import { statusClass, statusHex } from '../../dicom/dimse/status.ts';
import type { Samples } from './samples.ts';
import type { TagContext, TagContexts, Tags } from './tags.ts';

/** Series of requests that are alike in everything. */
export interface RequestSeries {
  readonly reqs: number;
  readonly failed: number;
  readonly duration: number;
  readonly sending: number;
  readonly waiting: number;
  readonly receiving: number;
  readonly sent: number;
  /** Of a request that sends one instance; -1 of any other. */
  readonly instances: number;
}

/** ms readings of performance.now(), 0 where it was not reached. */
export interface RequestTimes {
  readonly sendStart: number;
  readonly sendEnd: number;
  readonly firstByte: number;
  readonly lastByte: number;
  /** Length of the request on the wire, 0 where it is not known. */
  readonly bytes: number;
}

const PHASES_KEPT = 65_536;

export class Requests {
  readonly #samples: Samples;
  readonly #contexts: TagContexts;
  /** Phases of the last requests: [serial, duration, sending, waiting, receiving]. */
  readonly #phases = new Float64Array(PHASES_KEPT * 5);

  constructor(samples: Samples, contexts: TagContexts) {
    this.#samples = samples;
    this.#contexts = contexts;
  }

  /**
   * The series of a kind of request. `key` packs peer, prototype class, service and status into an
   * exact number; `tags` is asked only the first time.
   */
  series(context: TagContext, key: number, tags: () => Tags): RequestSeries {
    let series = context.bundles.get(key) as RequestSeries | undefined;
    if (series === undefined) {
      series = this.declare(context, tags());
      context.bundles.set(key, series);
    }
    return series;
  }

  declare(context: TagContext, tags: Tags): RequestSeries {
    const full = this.#contexts.of({ ...context.tags, ...tags });
    const of = (metric: string): number => this.#contexts.series(full, metric);
    return {
      reqs: of('dicom_reqs'),
      failed: of('dicom_req_failed'),
      duration: of('dicom_req_duration'),
      sending: of('dicom_req_sending'),
      waiting: of('dicom_req_waiting'),
      receiving: of('dicom_req_receiving'),
      sent: of('data_sent'),
      instances: full.tags['service'] === 'C-STORE' ? of('dicom_instances') : -1,
    };
  }

  /** Counts an answered request; `serial` is that of the settlement which follows. */
  answered(series: RequestSeries, times: RequestTimes, failed: boolean, serial: number): void {
    const { sendStart, sendEnd, firstByte, lastByte } = times;
    // A peer may answer before the last byte is flushed: no phase is negative.
    const sent = sendEnd > 0 && sendEnd < firstByte ? sendEnd : firstByte;
    const duration = lastByte - sendStart;
    const sending = sent - sendStart;
    const waiting = firstByte - sent;
    const receiving = lastByte - firstByte;
    const samples = this.#samples;
    const now = samples.now();
    samples.addAt(series.reqs, 1, now);
    samples.addAt(series.failed, failed ? 1 : 0, now);
    samples.addAt(series.duration, duration, now);
    samples.addAt(series.sending, sending, now);
    samples.addAt(series.waiting, waiting, now);
    samples.addAt(series.receiving, receiving, now);
    if (times.bytes > 0) samples.addAt(series.sent, times.bytes, now);
    if (series.instances >= 0) samples.addAt(series.instances, 1, now);
    const at = (serial % PHASES_KEPT) * 5;
    const phases = this.#phases;
    phases[at] = serial;
    phases[at + 1] = duration;
    phases[at + 2] = sending;
    phases[at + 3] = waiting;
    phases[at + 4] = receiving;
  }

  /** Counts a request that got no answer: failures have no latency. */
  unanswered(series: RequestSeries, failed: boolean): void {
    this.#samples.add(series.reqs, 1);
    this.#samples.add(series.failed, failed ? 1 : 0);
    if (series.instances >= 0) this.#samples.add(series.instances, 1);
  }

  /** "duration,sending,waiting,receiving" of a request by its serial, '' when it is forgotten. */
  phasesOf(serial: number): string {
    const at = (serial % PHASES_KEPT) * 5;
    const phases = this.#phases;
    if (phases[at] !== serial) return '';
    return phases.subarray(at + 1, at + 5).join(',');
  }
}

/** Tags of a status. */
export function statusTags(status: number): Tags {
  const outcome = statusClass(status);
  return { status: statusHex(status), outcome: outcome === 'pending' ? 'failure' : outcome };
}

/** True for success and warning, and for a cancelled query. */
export function isOk(status: number, expected?: readonly number[]): boolean {
  if (expected?.includes(status)) return true;
  const outcome = statusClass(status);
  return outcome === 'success' || outcome === 'warning' || outcome === 'cancelled';
}
