// What a recording holds, in numbers: added up line by line.
import { statusClass, statusHex } from '../dicom/dimse/status.ts';
import { statusName } from '../dicom/dimse/status-text.ts';
import { curveOf, histogramOf, Hours, type Curve, type Histogram, type Hour } from './curve.ts';
import type { RecordedAssociation, RecordedEnd, RecordedOperation } from './format.ts';

/** Of a list of numbers. */
export interface Spread {
  readonly median: number;
  readonly p95: number;
  readonly max: number;
}

export interface ServiceSummary {
  readonly service: string;
  readonly count: number;
  readonly failed: number;
  /** Bytes of all data sets. */
  readonly bytes: number;
  /** Of one data set. */
  readonly size: Spread;
  /** Time to answer, ms; null where nothing was answered. */
  readonly waiting: Spread | null;
}

export interface StudiesSummary {
  readonly count: number;
  /** Images of a study. */
  readonly images: Spread;
  readonly histogram: Histogram;
}

export interface TrafficSummary {
  readonly associations: number;
  readonly operations: number;
  readonly ends: Readonly<Partial<Record<RecordedEnd, number>>>;
  /** Connections of which nothing, or not all, could be read, by why. */
  readonly unread: Readonly<Record<string, number>>;
  /** From the first start to the last end, ms from the start of the recording. */
  readonly fromMs: number;
  readonly toMs: number;
  /** Most associations at once. */
  readonly atOnce: number;
  /** Associations by `calling → called`, the most first. */
  readonly titles: readonly (readonly [string, number])[];
  readonly services: readonly ServiceSummary[];
  /** Instances by SOP class UID, the most first. */
  readonly sopClasses: readonly (readonly [string, number])[];
  readonly transferSyntaxes: readonly (readonly [string, number])[];
  /** Failures and warnings as `C-STORE A700 out of resources`. */
  readonly statuses: readonly (readonly [string, number])[];
  /** All of them as `C-STORE 0000 success`, the most first. */
  readonly answers: readonly (readonly [string, number])[];
  /** Null without a C-STORE. */
  readonly studies: StudiesSummary | null;
  /** Bytes of the data sets of C-STOREs. */
  readonly sizes: Histogram;
  /** From the first association on. */
  readonly byHour: readonly Hour[];
  readonly curve: Curve;
  readonly bytes: readonly [number, number];
}

interface ServiceTally {
  failed: number;
  readonly sizes: number[];
  readonly waits: number[];
}

export class TrafficTally {
  #operations = 0;
  readonly #starts: number[] = [];
  readonly #stops: number[] = [];
  readonly #bytes: [number, number] = [0, 0];
  readonly #ends = new Map<string, number>();
  readonly #unread = new Map<string, number>();
  readonly #titles = new Map<string, number>();
  readonly #services = new Map<string, ServiceTally>();
  readonly #sopClasses = new Map<string, number>();
  readonly #syntaxes = new Map<string, number>();
  readonly #statuses = new Map<string, number>();
  readonly #answers = new Map<string, number>();
  readonly #hours = new Hours();
  readonly #studies = new Map<string, number>();

  get associations(): number {
    return this.#starts.length;
  }

  get operations(): number {
    return this.#operations;
  }

  add(association: RecordedAssociation): void {
    const { at, ms, bytes, end, unread, calling, called, operations, more = 0 } = association;
    this.#starts.push(at);
    this.#hours.association(at);
    this.#stops.push(at + ms);
    this.#bytes[0] += bytes[0];
    this.#bytes[1] += bytes[1];
    count(this.#ends, end);
    if (unread !== undefined) count(this.#unread, unread);
    if (calling !== '' || called !== '') count(this.#titles, `${calling} → ${called}`);
    this.#operations += operations.length + more;
    for (const operation of operations) {
      this.#hours.request(at + operation.at, operation.bytes);
      this.#operation(operation);
    }
  }

  #operation(operation: RecordedOperation): void {
    const { service, bytes, waiting, status } = operation;
    let tally = this.#services.get(service);
    if (tally === undefined) {
      this.#services.set(service, (tally = { failed: 0, sizes: [], waits: [] }));
    }
    tally.sizes.push(bytes);
    if (waiting !== null) tally.waits.push(waiting);
    const kind = status === null ? 'none' : statusClass(status);
    if (kind === 'none' || kind === 'failure') tally.failed += 1;
    const answer = answerOf(service, status);
    count(this.#answers, answer);
    if (status !== null && kind !== 'success') count(this.#statuses, answer);
    if (service !== 'C-STORE') return;
    count(this.#sopClasses, operation.sopClass);
    count(this.#syntaxes, operation.transferSyntax);
    if (operation.study !== undefined) count(this.#studies, operation.study);
  }

  summary(): TrafficSummary {
    const fromMs = smallest(this.#starts);
    return {
      associations: this.#starts.length,
      operations: this.#operations,
      ends: Object.fromEntries(this.#ends),
      unread: Object.fromEntries(this.#unread),
      fromMs,
      toMs: this.#stops.reduce((most, one) => Math.max(most, one), fromMs),
      atOnce: mostAtOnce(this.#starts, this.#stops),
      titles: ordered(this.#titles),
      services: [...this.#services].map(([service, tally]) => serviceOf(service, tally)),
      sopClasses: ordered(this.#sopClasses),
      transferSyntaxes: ordered(this.#syntaxes),
      statuses: ordered(this.#statuses),
      answers: ordered(this.#answers),
      studies: studiesOf([...this.#studies.values()]),
      sizes: histogramOf(this.#services.get('C-STORE')?.sizes ?? []),
      byHour: this.#hours.from(fromMs),
      curve: curveOf(this.#starts, this.#stops),
      bytes: this.#bytes,
    };
  }
}

/** `C-STORE A700 out of resources`, `C-STORE no answer`. */
function answerOf(service: string, status: number | null): string {
  if (status === null) return `${service} no answer`;
  const name = statusName(status, service);
  return `${service} ${statusHex(status)}${name === '' ? '' : ` ${name}`}`;
}

function studiesOf(images: readonly number[]): StudiesSummary | null {
  if (images.length === 0) return null;
  return { count: images.length, images: spread(images), histogram: histogramOf(images) };
}

function count(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

function ordered(counts: ReadonlyMap<string, number>): [string, number][] {
  return [...counts].sort((a, b) => b[1] - a[1]);
}

function serviceOf(service: string, { failed, sizes, waits }: ServiceTally): ServiceSummary {
  return {
    service,
    count: sizes.length,
    failed,
    bytes: sizes.reduce((sum, one) => sum + one, 0),
    size: spread(sizes),
    waiting: waits.length === 0 ? null : spread(waits),
  };
}

function spread(values: readonly number[]): Spread {
  const sorted = Float64Array.from(values).sort();
  const rank = (share: number): number =>
    sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
  return { median: rank(0.5), p95: rank(0.95), max: rank(1) };
}

function smallest(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((least, one) => Math.min(least, one));
}

function mostAtOnce(starts: readonly number[], stops: readonly number[]): number {
  const begins = Float64Array.from(starts).sort();
  const ends = Float64Array.from(stops).sort();
  let most = 0;
  let ended = 0;
  begins.forEach((at, begun) => {
    while ((ends[ended] ?? Infinity) <= at) ended += 1;
    most = Math.max(most, begun + 1 - ended);
  });
  return most;
}
