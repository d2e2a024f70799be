// The OpenTelemetry output against a receiver that takes messages only as OpenTelemetry's own generated
// code knows them: a field that is unknown or of another type does not survive the way there and back.
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import generated from '@opentelemetry/otlp-transformer/build/src/generated/root.js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sampleRun } from '../../tests/sample-run.ts';
import type { RunRecord } from '../../runlog/format.ts';
import { ExponentialHistogram } from './exponential.ts';
import { otlpOutput } from './otlp-kind.ts';

interface Attributes {
  readonly attributes: readonly { key: string; value: { stringValue: string } }[];
}
interface DataPoint extends Attributes {
  readonly startTimeUnixNano: string;
  readonly timeUnixNano: string;
  readonly asDouble?: number;
  readonly count?: string;
  readonly sum?: number;
  readonly scale?: number;
  readonly zeroCount?: string;
  readonly positive?: { readonly offset: number; readonly bucketCounts: readonly string[] };
}
interface Points {
  readonly dataPoints: readonly DataPoint[];
}
interface Metric {
  readonly name: string;
  readonly unit: string;
  readonly sum?: Points & { readonly isMonotonic: boolean };
  readonly gauge?: Points;
  readonly exponentialHistogram?: Points;
}
interface Request {
  readonly resourceMetrics: readonly {
    readonly resource: Attributes;
    readonly scopeMetrics: readonly { readonly metrics: readonly Metric[] }[];
  }[];
}

interface Message {
  verify(object: object): string | null;
  fromObject(object: object): object;
  toObject(message: object, options: object): object;
}

// why: the package describes the module with namespaces, as one that has names but no default
const { opentelemetry } = generated as unknown as {
  opentelemetry: { proto: { collector: { metrics: { v1: Record<string, Message> } } } };
};
const message = opentelemetry.proto.collector.metrics.v1['ExportMetricsServiceRequest'];

let dir: string;
let server: Server;
let url: string;
const requests: Request[] = [];
const headers: (string | undefined)[] = [];
let answer = '{}';
beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'dicomrun-otlp-'));
  requests.length = headers.length = 0;
  answer = '{}';
  server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      headers.push(request.headers.authorization);
      const isRight = request.url === '/v1/metrics' && request.method === 'POST';
      const read = JSON.parse(body) as Request;
      requests.push(read);
      const again = message?.toObject(message.fromObject(read), { longs: String });
      const same = JSON.stringify(sorted(again)) === JSON.stringify(sorted(read));
      response.writeHead(isRight && same ? 200 : 400, { 'content-type': 'application/json' });
      response.end(answer);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  rmSync(dir, { recursive: true, force: true });
});

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, one]) => [key, sorted(one)] as const);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

const complaints = {
  value: (must: string) => expect.fail(must),
  unknownKey: (key: string) => expect.fail(key),
};

async function record(seconds: number, query = '') {
  const messages: string[] = [];
  const config = otlpOutput.parse(`${url}${query}`, complaints);
  if (config === undefined) throw new Error('not read');
  const output = await otlpOutput.open({
    config,
    folder: dir,
    first: { id: 'a run', version: '1.2.3', tags: { site: 'lab' } } as unknown as RunRecord,
    warn: (text) => messages.push(text),
    sampleLog: () => expect.fail('not asked for'),
    loadModule: () => expect.fail('not asked for'),
  });
  await output.start();
  const run = await sampleRun({ seconds, dir, id: 'a run' });
  return { ...run, messages, result: await output.finish(10_000) };
}

function pointsOf(name: string, view: string, service?: string): DataPoint[] {
  const metrics = requests.flatMap(({ resourceMetrics }) =>
    resourceMetrics.flatMap(({ scopeMetrics }) => scopeMetrics.flatMap((one) => one.metrics)),
  );
  return metrics
    .filter((metric) => metric.name === name)
    .flatMap(({ sum, gauge, exponentialHistogram }) => {
      return (sum ?? gauge ?? exponentialHistogram)?.dataPoints ?? [];
    })
    .filter(({ attributes }) => {
      const tags = Object.fromEntries(attributes.map(({ key, value }) => [key, value.stringValue]));
      return tags['view'] === view && (service === undefined || tags['service'] === service);
    });
}

/** Upper edge of the bucket in which a quantile lies. */
function quantile({ scale = 0, positive, count }: DataPoint, q: number): number {
  let rest = q * Number(count);
  const { offset = 0, bucketCounts = [] } = positive ?? {};
  const at = bucketCounts.findIndex((one) => (rest -= Number(one)) <= 0);
  return 2 ** ((offset + at + 1) / 2 ** scale);
}

const NONE = { count: 0, avg: 0, p95: 0 };

describe('OTLP', () => {
  it('holds the numbers of the summary, in messages of the official schema', async () => {
    const { result, messages, stores, summary } = await record(25, '?token=secret');
    expect(messages).toEqual([]);
    expect(result).toMatchObject({ rejected: 0, unwritten: 0 });
    expect(result.written).toBeGreaterThan(500);
    expect(new Set(headers)).toEqual(new Set(['Bearer secret']));
    const counts = pointsOf('dicom_reqs', 'service', 'C-STORE');
    expect(counts).toHaveLength(25);
    expect(counts.at(-1)?.asDouble).toBe(stores);
    expect(new Set(counts.map(({ startTimeUnixNano }) => startTimeUnixNano)).size).toBe(1);
    const store = summary.operations.find(({ service }) => service === 'C-STORE');
    expect(pointsOf('dicom_req_failed.passes', 'service', 'C-STORE').at(-1)?.asDouble).toBe(
      store?.failed,
    );
    expect(pointsOf('vus', 'all').at(-1)?.asDouble).toBe(25);
    const [resource] = requests[0]?.resourceMetrics ?? [];
    expect(resource?.resource.attributes).toEqual(
      expect.arrayContaining([
        { key: 'service.name', value: { stringValue: 'dicomrun' } },
        { key: 'service.instance.id', value: { stringValue: 'a run' } },
        { key: 'site', value: { stringValue: 'lab' } },
      ]),
    );
  });

  it('has the distribution of times within a bucket', async () => {
    const { stores, summary } = await record(25);
    const { count, avg, p95 } =
      summary.operations.find(({ service }) => service === 'C-STORE')?.duration ?? NONE;
    const times = pointsOf('dicom_req_duration', 'service', 'C-STORE');
    const last = times.at(-1);
    expect(times.length).toBeGreaterThan(1);
    expect(Number(last?.count)).toBe(count);
    expect((last?.sum ?? 0) / stores).toBeCloseTo(avg / 1000, 9);
    const truth = p95 / 1000;
    expect(quantile(last as DataPoint, 0.95) / truth).toBeGreaterThan(0.99);
    expect(quantile(last as DataPoint, 0.95) / truth).toBeLessThan(
      2 ** (2 ** -(last?.scale ?? 0)) * 1.01,
    );
    // sums only grow, and at the time of a point they are those of its seconds
    const sums = times.map(({ sum, count }) => (sum ?? 0) / Number(count));
    for (const mean of sums) expect(mean).toBeCloseTo(avg / 1000, 2);
  });

  it('counts what a receiver left out and never sends it again', async () => {
    answer = '{"partialSuccess":{"rejectedDataPoints":"3","errorMessage":"too \\"old\\""}}';
    const { result, messages } = await record(1);
    expect(result.rejected).toBe(3 * requests.length);
    expect(result.unwritten).toBe(0);
    expect(messages).toHaveLength(1);
    expect(messages[0]).toContain('refused 3 points');
    expect(result.note ?? '').not.toContain('.jsonl');
  });
});

describe('an exponential histogram', () => {
  it('keeps every value within its bucket, and at most 160 buckets', () => {
    const histogram = new ExponentialHistogram();
    const values = [0, 1e-4, 0.5, 1, 2, 3.3, 700];
    for (const value of values) histogram.add(value, 2);
    const { scale, zeroCount, positive } = histogram.encoded();
    expect(histogram.count).toBe(14);
    expect(zeroCount).toBe('2');
    expect(positive.bucketCounts.length).toBeLessThanOrEqual(160);
    const base = 2 ** (2 ** -scale);
    for (const value of values.slice(1)) {
      const index = positive.bucketCounts.findIndex(
        (count, i) =>
          count !== '0' &&
          base ** (positive.offset + i) < value * (1 + 1e-9) &&
          value <= base ** (positive.offset + i + 1) * (1 + 1e-9),
      );
      expect(index, String(value)).toBeGreaterThanOrEqual(0);
    }
    const sum = positive.bucketCounts.reduce((all, count) => all + Number(count), 0);
    expect(sum).toBe(12);
  });

  it('of nothing has no bucket', () => {
    expect(new ExponentialHistogram().encoded()).toEqual({
      scale: 6,
      zeroCount: '0',
      positive: { offset: 0, bucketCounts: [] },
    });
  });
});
