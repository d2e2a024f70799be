// One second of an agent as bytes: what its engine was given, so that the coordinator's engine can
// count it as its own. Numbers are varints, the whole is deflated: 1 to 3 kB for a usual script.
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { MetricType } from '../../api/k6/metric-table.ts';
import { NO_BUCKETS } from '../metrics/distribution/buckets.ts';
import type { Buckets } from '../metrics/distribution/buckets.ts';
import type { ScatterPoints } from '../metrics/distribution/scatter.ts';
import type { SeriesInterval } from '../metrics/engine-types.ts';
import type { SeriesDecl } from '../metrics/samples.ts';

/** Of the fleet of an agent, at the end of the second. */
export interface AgentCounts {
  readonly activeVUs: number;
  readonly vusMade: number;
  readonly iterationsStarted: number;
  readonly iterationsDone: number;
  readonly interrupted: number;
  readonly associationsOpen: number;
  readonly dropped: number;
}

export interface FrameHead {
  /** Whole second since t0 that this is stamped with. */
  readonly at: number;
  readonly counts: AgentCounts;
  /** Most VUs active at once within it. */
  readonly peakVUs: number;
  readonly cpu: number;
  readonly loopLagMs: number;
  readonly rssBytes: number;
  readonly saturated: boolean;
  /** Series that were not told before. */
  readonly series: readonly SeriesDecl[];
  readonly points: readonly ScatterPoints[];
}

export interface Frame extends FrameHead {
  readonly intervals: readonly SeriesInterval[];
}

const TYPES: readonly MetricType[] = ['trend', 'counter', 'rate', 'gauge'];

export function encodeFrame({ intervals, ...head }: Frame): Uint8Array {
  const writer = new Writer();
  writer.text(JSON.stringify(head));
  writer.whole(intervals.length);
  for (const one of intervals) writeInterval(writer, one);
  return deflateRawSync(writer.bytes());
}

/** @throws Error when the bytes are no frame */
export function decodeFrame(bytes: Uint8Array): Frame {
  const reader = new Reader(inflateRawSync(bytes));
  const head = JSON.parse(reader.text()) as FrameHead;
  const intervals = Array.from({ length: reader.whole() }, () => readInterval(reader));
  return { ...head, intervals };
}

function writeInterval(writer: Writer, one: SeriesInterval): void {
  writer.whole(one.id * TYPES.length + TYPES.indexOf(one.type));
  writer.whole(one.n);
  writer.number(one.sum);
  if (one.type === 'trend' || one.type === 'gauge') {
    writer.number(one.min);
    writer.number(one.max);
  }
  if (one.type === 'gauge') {
    writer.number(one.last);
    writer.number(one.lastTime);
  }
  if (one.type === 'trend') writeBuckets(writer, one.buckets);
}

function readInterval(reader: Reader): SeriesInterval {
  const head = reader.whole();
  const type = TYPES[head % TYPES.length] ?? 'trend';
  const hasRange = type === 'trend' || type === 'gauge';
  return {
    id: Math.floor(head / TYPES.length),
    type,
    n: reader.whole(),
    sum: reader.number(),
    min: hasRange ? reader.number() : Infinity,
    max: hasRange ? reader.number() : -Infinity,
    last: type === 'gauge' ? reader.number() : 0,
    lastTime: type === 'gauge' ? reader.number() : -Infinity,
    buckets: type === 'trend' ? readBuckets(reader) : NO_BUCKETS,
  };
}

function writeBuckets(writer: Writer, { n, index, count }: Buckets): void {
  writer.whole(n);
  let before = 0;
  for (let i = 0; i < n; i++) {
    const bucket = index[i] ?? 0;
    writer.whole(bucket - before);
    writer.whole(count[i] ?? 0);
    before = bucket;
  }
}

function readBuckets(reader: Reader): Buckets {
  const n = reader.whole();
  const index = new Uint32Array(n);
  const count = new Uint32Array(n);
  let bucket = 0;
  for (let i = 0; i < n; i++) {
    bucket += reader.whole();
    index[i] = bucket;
    count[i] = reader.whole();
  }
  return { n, index, count };
}

class Writer {
  #buffer = Buffer.alloc(4096);
  #at = 0;

  #room(bytes: number): void {
    if (this.#at + bytes <= this.#buffer.length) return;
    const larger = Buffer.alloc(Math.max(this.#buffer.length * 2, this.#at + bytes));
    this.#buffer.copy(larger, 0, 0, this.#at);
    this.#buffer = larger;
  }

  /** A whole number from 0 to 2^53. */
  whole(value: number): void {
    this.#room(8);
    let rest = value;
    while (rest >= 128) {
      this.#buffer[this.#at++] = (rest % 128) + 128;
      rest = Math.floor(rest / 128);
    }
    this.#buffer[this.#at++] = rest;
  }

  /** Any number: twice a whole one, or 1 and a double. */
  number(value: number): void {
    const isWhole = Number.isInteger(value) && value >= 0 && value < 2 ** 51;
    if (isWhole && !Object.is(value, -0)) return this.whole(value * 2);
    this.whole(1);
    this.#room(8);
    this.#at = this.#buffer.writeDoubleLE(value, this.#at);
  }

  text(text: string): void {
    const bytes = Buffer.from(text);
    this.whole(bytes.length);
    this.#room(bytes.length);
    this.#at += bytes.copy(this.#buffer, this.#at);
  }

  bytes(): Buffer {
    return this.#buffer.subarray(0, this.#at);
  }
}

class Reader {
  readonly #buffer: Buffer;
  #at = 0;

  constructor(buffer: Buffer) {
    this.#buffer = buffer;
  }

  whole(): number {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = this.#buffer[this.#at++];
      if (byte === undefined) throw new Error('a frame ends in the middle of a number');
      value += (byte % 128) * scale;
      if (byte < 128) return value;
    }
  }

  number(): number {
    const head = this.whole();
    if (head % 2 === 0) return head / 2;
    this.#at += 8;
    return this.#buffer.readDoubleLE(this.#at - 8);
  }

  text(): string {
    const length = this.whole();
    this.#at += length;
    return this.#buffer.toString('utf8', this.#at - length, this.#at);
  }
}
