// What every output that writes to a server promises: what was produced is stored, once, whatever the
// server does meanwhile; what is not is counted and named. Held for each by a server that records.
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { OutputResult } from '../../metrics/summary.ts';
import type { RunRecord } from '../../runlog/format.ts';
import { sampleRun } from '../../tests/sample-run.ts';
import { outputOf } from '../index.ts';

interface Kind {
  readonly name: string;
  /** What stands after `--out`, for a server at this URL. */
  readonly out: (url: string) => string;
  readonly rejected: string;
  /** Every point of a request, as text. */
  readonly points: (body: Buffer) => string[];
}

const KINDS: readonly Kind[] = [
  {
    name: 'InfluxDB 1',
    out: (url) => `influxdb=${url}/db?token=canary`,
    rejected: 'influx.rejected.jsonl',
    points: (body) => body.toString().split('\n').filter(Boolean),
  },
  {
    name: 'a bucket',
    out: (url) => `influxdb=${url}?org=o&bucket=b&token=canary`,
    rejected: 'influx.rejected.jsonl',
    points: (body) => body.toString().split('\n').filter(Boolean),
  },
  {
    name: 'remote write',
    out: (url) => `prometheus=${url}?token=canary`,
    rejected: 'prometheus.rejected.jsonl',
    points: samplesOf,
  },
  {
    name: 'OTLP',
    out: (url) => `otlp=${url}?token=canary`,
    rejected: 'otlp.rejected.jsonl',
    points: dataPointsOf,
  },
];

/** Fields of a protobuf message of which all are bytes, or numbers of eight bytes or sevens of bits. */
function fieldsOf(data: Buffer): { field: number; bytes: Buffer }[] {
  const fields: { field: number; bytes: Buffer }[] = [];
  let at = 0;
  const varint = (): number => {
    let [value, unit] = [0, 1];
    for (;;) {
      const byte = data[at++] ?? 0;
      value += (byte & 0x7f) * unit;
      if (byte < 0x80) return value;
      unit *= 128;
    }
  };
  while (at < data.length) {
    const key = varint();
    const from = at;
    const wire = key & 7;
    const value = wire === 1 ? 8 : varint();
    const start = wire === 2 ? at : from;
    if (wire !== 0) at = start + value;
    fields.push({ field: key >> 3, bytes: data.subarray(start, at) });
  }
  return fields;
}

function samplesOf(body: Buffer): string[] {
  const series = fieldsOf(literals(body));
  return series.flatMap(({ bytes }) => {
    const fields = fieldsOf(bytes);
    const labels = fields.filter(({ field }) => field === 1).map((one) => one.bytes.toString());
    const samples = fields.filter(({ field }) => field === 2);
    return samples.map((one) => `${labels.join()} ${one.bytes.toString('hex')}`);
  });
}

/** Of snappy, what is written here: a length, then literals of two bytes of length. */
function literals(body: Buffer): Buffer {
  const parts: Buffer[] = [];
  let at = body.findIndex((byte) => byte < 0x80) + 1;
  while (at < body.length) {
    const size = body.readUInt16LE(at + 1) + 1;
    parts.push(body.subarray(at + 3, at + 3 + size));
    at += 3 + size;
  }
  return Buffer.concat(parts);
}

function dataPointsOf(body: Buffer): string[] {
  interface Metric {
    readonly name: string;
    readonly [kind: string]: unknown;
  }
  const request = JSON.parse(body.toString()) as {
    resourceMetrics: { scopeMetrics: { metrics: Metric[] }[] }[];
  };
  const metrics = request.resourceMetrics.flatMap(({ scopeMetrics }) =>
    scopeMetrics.flatMap((scope) => scope.metrics),
  );
  return metrics.flatMap(({ name, ...kinds }) =>
    Object.values(kinds).flatMap((kind) =>
      ((kind as { dataPoints?: unknown[] }).dataPoints ?? []).map(
        (one) => `${name} ${JSON.stringify(one)}`,
      ),
    ),
  );
}

interface Answer {
  readonly status: number;
  readonly text?: string;
  readonly retryAfter?: string;
  /** Stores all the same, and hangs up without an answer. */
  readonly hangUp?: boolean;
}
/** What a server does with the n-th request that has points; null: stores it. */
type Trouble = (points: readonly string[], n: number) => Answer | null | Promise<Answer | null>;

let dir: string;
let server: Server;
let url: string;
let kind: Kind;
let trouble: Trouble;
let stored: string[];
let times: number[];

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'dicomrun-promises-'));
  [stored, times, trouble] = [[], [], () => null];
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const points = /write|metrics/.test(request.url ?? '')
        ? kind.points(Buffer.concat(chunks))
        : [];
      void answer(points).then(({ status, text = '', retryAfter, hangUp }) => {
        if (hangUp === true) return response.destroy();
        if (retryAfter !== undefined) response.setHeader('Retry-After', retryAfter);
        return response.writeHead(status).end(text);
      });
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

async function answer(points: readonly string[]): Promise<Answer> {
  if (points.length === 0) return { status: 204 };
  times.push(performance.now());
  const given = (await trouble(points, times.length)) ?? { status: 204 };
  if (given.status < 300) stored.push(...points);
  return given;
}

const complaints = {
  value: (must: string) => expect.fail(must),
  unknownKey: (key: string) => expect.fail(key),
};

async function record(drainMs = 20_000): Promise<OutputResult & { readonly said: string[] }> {
  const folder = mkdtempSync(join(dir, 'run-'));
  const said: string[] = [];
  const { kind: found, to } = outputOf(kind.out(url));
  const config = found?.parse(to, complaints);
  if (found === undefined || config === undefined) throw new Error('no such output');
  const output = await found.open({
    config,
    folder,
    first: { id: 'sample', version: '1', tags: {} } as unknown as RunRecord,
    warn: (text) => said.push(text),
    sampleLog: () => expect.fail('not asked for'),
    loadModule: () => expect.fail('not asked for'),
  });
  await output.start();
  await sampleRun({ seconds: 2, dir: folder, onSecond: () => Promise.resolve(output.wake()) });
  const result = await output.finish(drainMs);
  const file = join(folder, kind.rejected);
  const lines = existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : [];
  expect(lines).toHaveLength(result.rejected);
  expect(JSON.stringify([result, said])).not.toContain('canary');
  return { ...result, said };
}

describe.each(KINDS)('$name', (one) => {
  beforeEach(() => {
    kind = one;
  });

  /** What a server without trouble holds of the same run. */
  async function whole(): Promise<Set<string>> {
    const had = trouble;
    trouble = () => null;
    const { written } = await record();
    const all = new Set(stored);
    expect(all.size).toBe(written);
    expect(stored).toHaveLength(written);
    [stored, times, trouble] = [[], [], had];
    return all;
  }

  it('slow: a late batch costs time, not points', async () => {
    const all = await whole();
    trouble = async () => (await delay(50), null);
    const { written, rejected, unwritten, said } = await record();
    expect({ written, rejected, unwritten }).toEqual({
      ...{ written: all.size, rejected: 0, unwritten: 0 },
    });
    expect(new Set(stored)).toEqual(all);
    expect(said).toEqual([]);
  });

  it('busy (429 with Retry-After): left alone for so long', async () => {
    const all = await whole();
    trouble = (_, n) => (n === 1 ? { status: 429, text: 'slow down', retryAfter: '1' } : null);
    const { written, unwritten, said } = await record();
    expect({ written, unwritten }).toEqual({ written: all.size, unwritten: 0 });
    const [first = 0, second = 0] = times;
    expect(second - first).toBeGreaterThan(950);
    expect(said[0]).toMatch(/cannot write \(.*(slow down|Too Many Requests)/);
    expect(said.at(-1)).toContain('writing again');
    expect(new Set(stored)).toEqual(all);
  });

  it('full disk: tried again, and stored once there is room', async () => {
    const all = await whole();
    const full = { status: 500, text: 'write wal/00000001: no space left on device' };
    trouble = (_, n) => (n <= 2 ? full : null);
    const { written, unwritten, said } = await record();
    expect({ written, unwritten }).toEqual({ written: all.size, unwritten: 0 });
    expect(said[0]).toMatch(/no space left on device|a full disk\?/);
    expect(stored).toHaveLength(all.size);
  });

  it('full disk for good: what is unwritten is counted', async () => {
    const all = await whole();
    trouble = () => ({ status: 507, text: 'no space left on device' });
    const { written, rejected, unwritten, note } = await record(300);
    expect({ written, rejected, unwritten }).toEqual({
      ...{ written: 0, rejected: 0, unwritten: all.size },
    });
    expect(note).toContain(`${all.size} points are in the run log only`);
  });

  it('a point that is refused is set aside, and the others are stored', async () => {
    const all = await whole();
    const bad = [...all].find((text) => text.includes('dicom_req_failed'));
    const has = (points: readonly string[]): boolean => points.some((text) => text === bad);
    trouble = (points) => (has(points) ? { status: 400, text: 'bad point' } : null);
    const { written, rejected, unwritten, said } = await record();
    expect({ written, rejected, unwritten }).toEqual({
      ...{ written: all.size - 1, rejected: 1, unwritten: 0 },
    });
    expect(said[0]).toMatch(/bad point|Bad Request/);
    expect(new Set(stored)).toEqual(new Set([...all].filter((text) => text !== bad)));
  });

  it('a batch that is too large (413) goes in parts', async () => {
    const all = await whole();
    trouble = (points) => (points.length > 40 ? { status: 413 } : null);
    const { written, rejected, unwritten } = await record();
    expect({ written, rejected, unwritten }).toEqual({
      ...{ written: all.size, rejected: 0, unwritten: 0 },
    });
    expect(new Set(stored)).toEqual(all);
  });

  it('no answer to what was stored: sent again, and no other point for it', async () => {
    const all = await whole();
    let hung = false;
    trouble = (points) => {
      if (!hung) {
        hung = true;
        return { status: 204, hangUp: true };
      }
      // as a server that keeps one value a time
      const again = kind.name === 'remote write' && points.some((text) => stored.includes(text));
      return again ? { status: 400, text: 'out of order sample' } : null;
    };
    const { written, rejected, unwritten } = await record();
    expect({ written, rejected, unwritten }).toEqual({
      ...{ written: all.size, rejected: 0, unwritten: 0 },
    });
    expect(new Set(stored)).toEqual(all);
  });

  it('not allowed (403): stops, says so, and counts', async () => {
    const all = await whole();
    trouble = () => ({ status: 403, text: 'token canary may not write' });
    const { written, unwritten, said, note } = await record();
    expect({ written, unwritten }).toEqual({ written: 0, unwritten: all.size });
    expect(times).toHaveLength(1);
    expect(said[0]).toMatch(/not allowed to write \((403|.*\*\*\*)/);
    expect(note).toContain('not allowed');
  });
});

// The others are killed and paused for real: influxdb.test.ts, timeseries.test.ts.
it('OTLP: a receiver that pauses for 5 s and is gone for 3 s gets all of it', async () => {
  kind = KINDS.find(({ name }) => name === 'OTLP') ?? expect.fail('no OTLP');
  const reference = await record();
  const all = new Set(stored);
  expect(all.size).toBe(reference.written);
  [stored, times] = [[], []];
  const { port } = server.address() as AddressInfo;
  let back: Promise<unknown> = Promise.resolve();
  trouble = async (_, n) => {
    if (n === 1) await delay(5000);
    if (n !== 2) return null;
    server.closeAllConnections();
    server.close();
    back = delay(3000).then(() => server.listen(port, '127.0.0.1'));
    return { status: 503, hangUp: true };
  };
  const { written, rejected, unwritten } = await record();
  await back;
  expect({ written, rejected, unwritten }).toEqual({
    ...{ written: all.size, rejected: 0, unwritten: 0 },
  });
  // What an answer never came to is sent again, the same sums at the same times.
  expect(new Set(stored)).toEqual(all);
}, 40_000);
