// InfluxDB 2 and 3 as their documentation has them refuse: a server that records what it takes.
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { IncomingMessage, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sampleRun } from '../../tests/sample-run.ts';
import { retryAfter } from '../upload/http.ts';
import { createInfluxOutput } from './influxdb.ts';
import { lineOf } from './line.ts';

const TOKEN = 'canary-token==';

interface Refusal {
  readonly status: number;
  readonly text: string;
  readonly retryAfter?: string;
}

/** Takes lines with the right token and bucket; in version 3 with the tags of the first row only. */
class Recorder {
  readonly lines: string[] = [];
  /** Times of requests, ms. */
  readonly times: number[] = [];
  readonly queries: string[] = [];
  /** Answers to give instead, one a request. */
  readonly refusals: Refusal[] = [];
  readonly #version: string;
  readonly #tables = new Map<string, ReadonlySet<string>>();
  readonly #server: Server;

  constructor(version: string) {
    this.#version = version;
    this.#server = createServer((request, response) => {
      void text(request).then((body) => {
        const { status, text: why, retryAfter: after } = this.#answer(request, body);
        response.setHeader('X-Influxdb-Version', this.#version);
        if (after !== undefined) response.setHeader('Retry-After', after);
        response.writeHead(status).end(JSON.stringify({ code: 'x', message: why }));
      });
    });
  }

  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  stop(): Promise<unknown> {
    this.#server.closeAllConnections();
    return new Promise((resolve) => this.#server.close(resolve));
  }

  #answer({ url = '', headers, method }: IncomingMessage, body: string): Refusal {
    if (url === '/ping') return { status: 204, text: '' };
    const { pathname, search, searchParams } = new URL(url, 'http://h');
    if (method !== 'POST' || pathname !== '/api/v2/write') return { status: 404, text: 'no page' };
    this.queries.push(search);
    if (headers.authorization !== `Token ${TOKEN}`) {
      return { status: 401, text: `unauthorized access with ${headers.authorization}` };
    }
    if (body === '') return { status: 204, text: '' };
    this.times.push(performance.now());
    const refusal = this.refusals.shift();
    if (refusal !== undefined) return refusal;
    if (searchParams.get('bucket') !== 'b') return { status: 404, text: 'bucket not found' };
    const lines = body.split('\n');
    const wrong = lines.find((line) => !this.#fits(line));
    if (wrong !== undefined) return { status: 400, text: `partial write: new tag in ${wrong}` };
    this.lines.push(...lines);
    return { status: 204, text: '' };
  }

  #fits(line: string): boolean {
    if (!this.#version.startsWith('3')) return true;
    const [measurement = '', ...tags] = (line.split(/(?<!\\) /)[0] ?? '').split(/(?<!\\),/);
    const names = tags.map((tag) => tag.split('=')[0] ?? '');
    const known = this.#tables.get(measurement);
    if (known === undefined) this.#tables.set(measurement, new Set(names));
    return known === undefined || names.every((name) => known.has(name));
  }
}

async function text(request: IncomingMessage): Promise<string> {
  let body = '';
  request.setEncoding('utf8');
  for await (const chunk of request) body += chunk as string;
  return body;
}

let dir = '';
let server: Recorder;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'dicomrun-bucket-'));
  server = new Recorder('');
});
afterEach(async () => {
  await server.stop();
  rmSync(dir, { recursive: true, force: true });
});

async function record(version: string, options: { bucket?: string; token?: string } = {}) {
  server = new Recorder(version);
  const { bucket = 'b', token = TOKEN } = options;
  const url = new URL(await server.start());
  url.search = new URLSearchParams({ org: 'our org', bucket, token }).toString();
  const messages: string[] = [];
  const output = createInfluxOutput({ url: url.href, dir, onMessage: (say) => messages.push(say) });
  return { output, messages };
}

describe('a bucket', () => {
  it.each(['v2.7.5', '3.2.0'])('of InfluxDB %s takes every row', async (version) => {
    const { output, messages } = await record(version);
    await output.start();
    await sampleRun({ seconds: 12, dir, id: 'a b' });
    const result = await output.finish(10_000);
    expect(result).toMatchObject({ rejected: 0, unwritten: 0 });
    expect(messages).toEqual([]);
    const made = server.lines.filter((line) => !line.includes(',view=-'));
    expect(made).toHaveLength(result.written);
    expect(new Set(server.lines).size).toBe(server.lines.length);
    expect(server.lines.length > made.length).toBe(version.startsWith('3'));
    expect(server.queries.at(-1)).toBe('?org=our+org&bucket=b&precision=ns');
  });

  it('that is not there is waited for, and what is not written is counted', async () => {
    const { output, messages } = await record('v2.7.5', { bucket: 'c' });
    await output.start();
    await sampleRun({ seconds: 2, dir });
    const result = await output.finish(300);
    expect(result).toMatchObject({ written: 0, rejected: 0 });
    expect(result.unwritten).toBeGreaterThan(100);
    expect(result.note).toContain("--out 'influxdb=");
    expect(messages[0]).toContain('404 bucket not found; make the bucket "c" first');
  });

  it('is left alone with a wrong token, which nobody gets to read', async () => {
    const { output, messages } = await record('v2.7.5', { token: 'canary-wrong' });
    await output.start();
    await sampleRun({ seconds: 2, dir });
    const result = await output.finish(5_000);
    expect(messages.join()).toContain('not allowed to write (401 unauthorized access');
    expect(JSON.stringify([result, messages])).not.toContain('canary');
  });

  it('that asks for patience gets it: Retry-After', async () => {
    const { output, messages } = await record('v2.7.5');
    server.refusals.push({ status: 429, text: 'too many requests', retryAfter: '2' });
    await output.start();
    await sampleRun({ seconds: 5, dir, onSecond: () => Promise.resolve(output.wake()) });
    const woken = setInterval(() => output.wake(), 100);
    const result = await output.finish(10_000);
    clearInterval(woken);
    expect(result).toMatchObject({ rejected: 0, unwritten: 0 });
    const [first = 0, second = 0] = server.times;
    expect(second - first).toBeGreaterThan(1_900);
    expect(messages[0]).toContain('cannot write (429 too many requests)');
  });

  it('that refuses some rows gets all others', async () => {
    const { output } = await record('3.2.0');
    server.refusals.push({ status: 413, text: '' }, { status: 503, text: 'busy' });
    await output.start();
    await sampleRun({ seconds: 3, dir });
    const result = await output.finish(10_000);
    expect(result).toMatchObject({ rejected: 0, unwritten: 0 });
  });
});

describe('lines', () => {
  it('escape what has a meaning', () => {
    const tags = { b: 'x, y=z', a: '1' };
    const fields = { n: 1e21, t: 'say "\\"' };
    expect(lineOf({ measurement: 'm', tags, fields, timestamp: '5' })).toBe(
      String.raw`m,a=1,b=x\,\ y\=z n=1e+21,t="say \"\\\"" 5`,
    );
  });

  it('of an answer: Retry-After in seconds or as a date', () => {
    expect(retryAfter('3')).toEqual({ afterMs: 3000 });
    expect(retryAfter('9999')).toEqual({ afterMs: 300_000 });
    expect(retryAfter(new Date(Date.now() + 60_000).toUTCString()).afterMs).toBeGreaterThan(50_000);
    for (const nothing of [undefined, '', 'soon', '-1']) expect(retryAfter(nothing)).toEqual({});
  });
});
