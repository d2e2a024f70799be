// A web server that misbehaves: each answer is a value or is thrown by name, in time, and nothing that
// went wrong is counted as stored, found or brought. And what bodies may cost an archive of ours. The
// long run of damaged bodies is `node --expose-gc dist/runtime/bench/fuzz-web.js --record`.
import { readFileSync } from 'node:fs';
import { createServer, request as ask } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fuzzWeb } from '../bench/fuzz-web.ts';
import { WEB_CORPUS } from '../bench/fuzz-web-corpus.ts';
import { fileMeta } from '../dicom/file/part10.ts';
import { Place } from './cli-spawn.ts';
import { expectLongRun } from './fuzz-record.ts';
import { anyPortFree } from './peers.ts';
import { runScript, type ScriptRun } from './script-run.ts';

const CT = '1.2.840.10008.5.1.4.1.1.2';
const PART = Buffer.concat([
  fileMeta(CT, '1.2.3', '1.2.840.10008.1.2.1'),
  Buffer.from('080018005549060031' + '2e322e3300', 'hex'),
]);
const multipart = (...parts: readonly Buffer[]): Buffer =>
  Buffer.concat([
    ...parts.flatMap((part) => [
      Buffer.from('\r\n--b\r\nContent-Type: application/dicom\r\n\r\n'),
      part,
    ]),
    Buffer.from('\r\n--b--\r\n'),
  ]);
const TWO = multipart(PART, PART);
const FOUND = Buffer.from('[{"0020000D":{"vr":"UI","Value":["1.2.3"]}}]');
const RELATED = 'multipart/related; type="application/dicom"; boundary=b';
const JSON_TYPE = 'application/dicom+json';

type Answer = (response: ServerResponse, request: IncomingMessage) => void;
const plain =
  (status: number, type: string, body: Buffer | string, more: object = {}): Answer =>
  (response) =>
    response.writeHead(status, { 'content-type': type, ...more }).end(body);
/** In pieces of so many bytes, so many ms apart. */
const slowly =
  (type: string, body: Buffer, piece: number, ms: number): Answer =>
  (response) => {
    response.writeHead(200, { 'content-type': type });
    let at = 0;
    const timer = setInterval(() => {
      response.write(body.subarray(at, (at += piece)));
      if (at < body.length) return;
      clearInterval(timer);
      response.end();
    }, ms);
    response.once('close', () => clearInterval(timer));
  };

/** What it does by the first step of the path. */
const ANSWERS: Readonly<Record<string, Answer>> = {
  slow: slowly(RELATED, TWO, 40, 5),
  slowjson: slowly(JSON_TYPE, FOUND, 3, 5),
  silent: () => undefined,
  stops: (response) => {
    response.writeHead(200, { 'content-type': RELATED, 'content-length': 10_000 });
    response.write(TWO);
  },
  cut: (response) => {
    response.writeHead(200, { 'content-type': RELATED, 'content-length': 10_000 });
    response.write(TWO, () => response.destroy());
  },
  unended: plain(200, RELATED, TWO.subarray(0, TWO.length - 8)),
  boundary: plain(200, RELATED.replace(/b$/, 'other'), TWO),
  noboundary: plain(200, 'multipart/related; type="application/dicom"', TWO),
  html: plain(200, 'text/html', '<p>please log in</p>'),
  typed: plain(200, 'text/html', FOUND),
  json: plain(200, JSON_TYPE, FOUND.subarray(0, 30)),
  nodicom: plain(200, RELATED, multipart(Buffer.from('GIF89a'))),
  '500': plain(500, 'text/html', '<h1>it broke</h1>'),
  '503': plain(503, 'text/plain', 'later', { 'retry-after': '3' }),
  '413': (response, request) => {
    // As proxies do: it says so at once, and lets go of what still comes.
    request.pause();
    response.writeHead(413, { 'content-type': 'text/plain' });
    response.end('too much');
  },
  hangs: (_, request) => request.socket.destroy(),
  early: (response) => response.writeHead(100),
};

let server: Server;
let run: ScriptRun;
/** Stores that came to `kept`. */
let posted = 0;

beforeAll(async () => {
  const used = new WeakSet<object>();
  server = createServer((request, response) => {
    const [, which = ''] = request.url?.split('/') ?? [];
    if (which !== '413' && which !== 'hangs') request.resume();
    if (which === 'kept') {
      if (request.method === 'POST') posted++;
      // Answers once on a connection, and hangs up on what follows.
      if (used.has(request.socket)) return void request.socket.destroy();
      used.add(request.socket);
      return plain(200, JSON_TYPE, FOUND)(response, request);
    }
    (ANSWERS[which] ?? plain(404, 'text/plain', ''))(response, request);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  run = await runScript(`import web from 'dicomweb';
const timeouts = { response: '500ms', idle: '500ms' };
const at = (path) => web.server({ url: '${url}/' + path, timeouts });
const servers = Object.fromEntries(${JSON.stringify([...Object.keys(ANSWERS), 'kept'])}.map((name) => [name, at(name)]));
const images = dicom.synthetic({ modality: 'CT', rows: 16, columns: 16 });
const large = dicom.synthetic({ modality: 'CT', rows: 2048, columns: 2048 });
const got = async (name, server) => attempt('get-' + name, async () => {
  const { status, ok, received, problem } = await server.retrieve({ study: '1.2.3' });
  return { status, ok, received, problem };
});
const found = (name, server) => attempt('find-' + name, async () => {
  const { status, ok, count } = await server.search('studies', { PatientID: 'X' });
  return { status, ok, count };
});
const stored = (name, server, from = images) => attempt('store-' + name, async () => {
  const { status, ok, stored } = await server.store(dicom.study({ images: 2, from }), { perRequest: 2 });
  return { status, ok, stored };
});
export const options = { vus: 1, iterations: 1 };
export default async function () {
  for (const [name, server] of Object.entries(servers)) {
    if (name === 'kept') continue;
    await Promise.all([got(name, server), found(name, server), stored(name, server)]);
  }
  await stored('large', servers['413'], large);
  await stored('hung', servers.hangs, large);
  await found('kept1', servers.kept);
  await found('kept2', servers.kept);
  for (let i = 0; i < 6; i++) await stored('kept' + i, servers.kept);
}`);
}, 60_000);
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const said = (name: string) => run.told[name];
const thrown = (kind: string, code: string | RegExp, hint = '') => ({
  thrown: kind,
  code: typeof code === 'string' ? code : (expect.stringMatching(code) as string),
  ...(hint === '' ? {} : { hint: expect.stringContaining(hint) as string }),
});

describe('a web server that misbehaves', () => {
  it('may be slow, as long as it goes on', () => {
    expect(said('get-slow'), run.err).toMatchObject({ status: 200, ok: true, received: 2 });
    expect(said('find-slowjson')).toEqual({ status: 200, ok: true, count: 1 });
  });

  it('is given up when it is silent, before or within its answer', () => {
    for (const what of ['get', 'find', 'store']) {
      expect(said(`${what}-silent`)).toMatchObject(thrown('WebTimeoutError', 'TIMEOUT_RESPONSE'));
    }
    expect(said('get-stops')).toMatchObject(thrown('WebTimeoutError', 'TIMEOUT_IDLE'));
    expect(said('get-early')).toMatchObject(thrown('WebTimeoutError', 'TIMEOUT_RESPONSE'));
  });

  it('has brought nothing by a body that is cut, by its connection or by its boundary', () => {
    expect(said('get-cut')).toMatchObject(thrown('WebTransportError', 'WEB_CUT'));
    expect(said('get-unended')).toMatchObject(
      thrown('HttpError', 'WEB_CUT', 'gave up in the middle'),
    );
    expect(said('get-boundary')).toMatchObject(thrown('HttpError', 'WEB_CUT', 'its boundary'));
    expect(said('get-noboundary')).toMatchObject(thrown('HttpError', 'WEB_NOT_MULTIPART'));
    expect(said('get-nodicom')).toMatchObject(thrown('HttpError', 'WEB_NOT_DICOM'));
    expect(said('find-json')).toMatchObject(thrown('HttpError', 'WEB_NOT_JSON'));
  });

  it('is no service of DICOMweb when it answers by a page, whatever its type says', () => {
    expect(said('get-html')).toMatchObject(thrown('HttpError', 'WEB_NOT_MULTIPART', 'login page'));
    expect(said('find-html')).toMatchObject(thrown('HttpError', 'WEB_NOT_JSON', 'login page'));
    expect(said('store-html')).toMatchObject({ status: 200, ok: false, stored: 0 });
    expect(said('find-typed')).toEqual({ status: 200, ok: true, count: 1 });
  });

  it('answers 5xx: values, with what it said, and nothing stored', () => {
    expect(said('get-500')).toMatchObject({ status: 500, ok: false, received: 0 });
    expect(said('get-500')?.['problem']).toContain('it broke');
    expect(said('find-500')).toEqual({ status: 500, ok: false, count: 0 });
    expect(said('store-503')).toEqual({ status: 503, ok: false, stored: 0 });
    expect(run.err).toContain('it asks for 3 s before the next try');
  });

  it('may refuse a body that it does not read: its status is heard', () => {
    expect(said('store-413')).toEqual({ status: 413, ok: false, stored: 0 });
    expect(said('store-large')).toEqual({ status: 413, ok: false, stored: 0 });
    expect(run.err).toContain('fewer instances a request (perRequest)');
    // Or hang up in the middle of it: whatever the socket says first.
    expect(said('store-hung')).toMatchObject(
      thrown('WebTransportError', /^TCP_/, 'its limit of the request body'),
    );
  });

  it('may close a connection that was kept: a question is asked again, a store is not', () => {
    expect(said('find-kept1')).toEqual({ status: 200, ok: true, count: 1 });
    expect(said('find-kept2')).toEqual({ status: 200, ok: true, count: 1 });
    const stores = Array.from({ length: 6 }, (_, i) => said(`store-kept${i}`));
    expect(stores).toContainEqual(expect.objectContaining(thrown('WebTransportError', /^TCP_/)));
    expect(posted).toBe(6);
  });
});

describe('damaged bodies', () => {
  it('crash, hang and leave nothing, in either role, whole and in pieces', async () => {
    const { problems, inputs, endings } = await fuzzWeb({ inputs: 4_000, seconds: 100, seed: 13 });
    expect(problems).toEqual([]);
    expect(inputs).toBe(4_000);
    expect(Object.keys(endings).length).toBeGreaterThan(8);
  }, 120_000);

  it('the long run on record: a million bodies, no crash, no hang, growth below 20 MB', () => {
    expectLongRun(WEB_CORPUS);
  });
});

describe('faults of web.receiver', () => {
  it('fail stores, and the account tells what was accepted from what was not', async () => {
    const port = await anyPortFree();
    const { told, out, err } = await runScript(`import web from 'dicomweb';
const arrives = web.receiver({
  port: ${port},
  faults: {
    status: [0, 0xa700, 0],
    requests: [
      { service: 'STOW-RS', first: 1, status: 503 },
      { service: 'STOW-RS', first: 1, resetAfter: 7000 },
      { service: 'STOW-RS', first: 1, delay: '150ms' },
    ],
  },
});
const pacs = web.server({ url: 'http://127.0.0.1:${port}/dicom-web', name: 'gateway', deliversTo: arrives });
const images = dicom.synthetic({ modality: 'CT', rows: 32, columns: 32 });
export const options = { vus: 1, iterations: 1 };
export default async function () {
  const study = dicom.study({ images: 3, from: images });
  for (const name of ['busy', 'reset', 'late', 'after']) {
    await attempt(name, async () => {
      const { status, stored, failed, phases } = await pacs.store(dicom.study({ images: 3, from: images }), { perRequest: 3 });
      return { status, stored, reasons: failed.map((one) => one.reason), waiting: phases.waiting };
    });
  }
  await attempt('account', async () => {
    const { expected, arrived, missing } = await arrives.expect(study, { timeout: '1ms' });
    return { expected, arrived, missing };
  });
}`);
    expect(told['busy'], err).toMatchObject({ status: 503, stored: 0 });
    expect(told['reset']).toMatchObject({ thrown: 'WebTransportError' });
    const some = { status: 202, stored: 2, reasons: [0xa700] };
    expect(told['late']).toMatchObject(some);
    expect(told['late']?.['waiting']).toBeGreaterThan(149);
    expect(told['after']).toMatchObject(some);
    // What was refused is not missing: only what was accepted has to be there.
    // What came whole before the reset did arrive, and no accepted store accounts for it.
    expect(out).toMatch(/^ +gateway +4 +4 +4 +0 +[12] /m);
  });
});

describe('serve archive --dicomweb', () => {
  it('holds no more of a huge body than it may keep', async () => {
    const place = new Place({ 'small.json': JSON.stringify({ keepBytes: 16 * MB }) });
    try {
      const flags = ['--dicomweb', '0', '--spec', 'small.json', '--quiet'];
      const archive = place.start(['serve', 'archive', '--port', '0', ...flags]);
      const [, url = ''] = /DICOMweb on (\S+)/.exec(await archive.prints('DICOMweb on')) ?? [];
      const before = residentMb(archive.pid);
      const answer = await post(`${url}/studies`, 500);
      expect(answer).toContain('"00081197":{"vr":"US","Value":[42752]}');
      expect(residentMb(archive.pid) - before).toBeLessThan(150);
      archive.kill('SIGINT');
      await archive.done;
    } finally {
      place.remove();
    }
  });
});

const MB = 1024 ** 2;

/** The most it ever had. */
function residentMb(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? 0) / 1024;
}

/** One instance with so many MB of pixel data. */
function post(url: string, mb: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': RELATED };
    const request = ask(url, { method: 'POST', headers }, (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => (text += String(chunk)));
      response.on('end', () => resolve(text));
    });
    request.on('error', reject);
    const pixels = Buffer.from('e07f10004f57000000000000', 'hex');
    pixels.writeUInt32LE(mb * MB, 8);
    request.write(Buffer.concat([multipart(PART).subarray(0, -9), pixels]));
    const zeros = Buffer.alloc(MB);
    let left = mb;
    const more = (): void => {
      while (left-- > 0) if (!request.write(zeros)) return void request.once('drain', more);
      request.end(Buffer.from('\r\n--b--\r\n'));
    };
    more();
  });
}
