import { describe, expect, it } from 'vitest';
import { BucketCounter } from '../../metrics/distribution/buckets.ts';
import { BlockEncoder } from '../../metrics/distribution/histogram.ts';
import { bucketOf } from '../../metrics/distribution/scale.ts';
import type { LogRecord } from '../../runlog/format.ts';
import { bucketSeconds, TimelineBuilder } from './timeline.ts';

const STORES = 0;
const LATENCY = 1;
const VUS = 2;
const VIEWS: readonly LogRecord[] = [
  view(STORES, 'dicom_reqs', 'counter', 'service'),
  view(LATENCY, 'dicom_req_duration', 'trend', 'service'),
  view(VUS, 'vus', 'gauge', 'all'),
];

function view(
  id: number,
  metric: string,
  type: 'counter' | 'trend' | 'gauge',
  name: string,
): LogRecord {
  const tags: Record<string, string> = name === 'service' ? { service: 'C-STORE' } : {};
  const contains = type === 'trend' ? 'time' : 'default';
  return { k: 'view', id, metric, type, contains, view: name, tags, builtin: true };
}

function rows(at: number, stores: number, vus: number): LogRecord {
  const latency = [LATENCY, stores, 50 * stores, 10, 90, 50, 80, 85, 89, 90];
  return {
    k: 'rows',
    at,
    ms: 1000,
    rows: [[STORES, stores, stores], latency, [VUS, vus, vus, vus, 1, vus]],
  };
}

const encoder = new BlockEncoder();
/** A block whose every value is so many ms. */
function block(from: number, ms: number, count: number): LogRecord {
  const counter = new BucketCounter();
  counter.add(new Uint32Array(count).fill(bucketOf(ms * 1000)), count);
  return { k: 'block', from, to: from + 10, h: [[LATENCY, encoder.encode([counter.take()])]] };
}

function timeline(records: readonly LogRecord[], seconds: number) {
  const builder = new TimelineBuilder();
  for (const record of [...VIEWS, ...records]) builder.take(record);
  return builder.build(seconds);
}

describe('bucketSeconds', () => {
  it('is a second up to ten minutes, then whole blocks, at most 600 buckets', () => {
    expect([1, 600, 601, 6000, 6001, 86_400].map(bucketSeconds)).toEqual([1, 1, 10, 10, 20, 150]);
  });
});

describe('TimelineBuilder', () => {
  it('shows a run of three seconds second by second', () => {
    const { time, columns } = timeline([rows(0, 5, 1), rows(2, 7, 3)], 3);
    expect(time).toEqual([0, 1, 2]);
    expect(columns['reqs C-STORE']).toEqual([5, 0, 7]);
    expect(columns['vus']).toEqual([1, null, 3]);
    expect(columns['p50 C-STORE']).toEqual([50, null, 50]);
    expect(columns['p95 C-STORE']).toEqual([85, null, 85]);
    expect(columns['max C-STORE']).toEqual([90, null, 90]);
  });

  it('merges the histograms of longer buckets and never averages a percentile', () => {
    // nine blocks at 10 ms and one of a tenth as many at 1,000 ms: a mean of p50s would say 109
    const seconds = 6600;
    const blocks = Array.from({ length: 660 }, (_, at) =>
      at % 2 === 0 ? block(at * 10, 10, 100) : block(at * 10, 1000, 10),
    );
    const { bucketSeconds: size, columns } = timeline(blocks, seconds);
    expect(size).toBe(20);
    expect(columns['p50 C-STORE']?.[0]).toBeCloseTo(10, 1);
    expect((columns['p95 C-STORE']?.[0] ?? 0) / 1000).toBeCloseTo(1, 2);
  });

  it('keeps rates per second and peaks of gauges over 24 hours', () => {
    const hours = 24 * 3600;
    const records = Array.from({ length: hours }, (_, at) => rows(at, 10, at === 77_777 ? 50 : 1));
    const { time, columns } = timeline(records, hours);
    expect(time.length).toBeLessThanOrEqual(600);
    expect(columns['reqs C-STORE']?.every((value) => value === 10)).toBe(true);
    expect(columns['vus']?.filter((value) => value === 50)).toHaveLength(1);
  });

  it('counts failures by kind, the rarest as other', () => {
    const kinds = Array.from({ length: 10 }, (_, at) => `E${at}`);
    const errors = kinds.map((code, at): LogRecord => ({
      ...{ k: 'error', group: code, operation: 'C-STORE', code, message: code },
      ...{ at: 1500, count: 100 - at },
    }));
    const { columns } = timeline(errors, 3);
    expect(columns['error E0']).toEqual([0, 100, 0]);
    expect(columns['error E9']).toBeUndefined();
    expect(columns['error other']).toEqual([0, 93 + 92 + 91, 0]);
  });
});
