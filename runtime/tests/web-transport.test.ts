// What stands between a script and a DICOMweb server: HTTP/2, certificates of both sides, compression,
// 401, 429 with Retry-After, redirects. Each has its status or its words, and the verdict is theirs.
import { readFileSync } from 'node:fs';
import { createSecureServer, type Http2SecureServer } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Place } from './cli-spawn.ts';
import { requirePeer } from './peers.ts';
import { certificate } from './peers/certificate.ts';
import { runScript, type ScriptRun } from './script-run.ts';

const STUDY = JSON.stringify([{ '0020000D': { vr: 'UI', Value: ['1.2.3'] } }]);
const JSON_TYPE = { 'content-type': 'application/dicom+json' };

/** What it answers by the first step of a path; it says which HTTP was spoken in a header. */
const ANSWERS: Readonly<
  Record<string, readonly [number, Readonly<Record<string, string>>, Buffer]>
> = {
  ok: [200, JSON_TYPE, Buffer.from(STUDY)],
  gzip: [200, { ...JSON_TYPE, 'content-encoding': 'gzip' }, gzipSync(STUDY)],
  bomb: [
    200,
    { ...JSON_TYPE, 'content-encoding': 'gzip' },
    gzipSync(Buffer.alloc(300 * 1024 ** 2)),
  ],
  odd: [200, { ...JSON_TYPE, 'content-encoding': 'zstd' }, Buffer.from('?')],
  '401': [401, { 'www-authenticate': 'Bearer' }, Buffer.from('who?')],
  '429': [429, { 'retry-after': '7' }, Buffer.from('slowly')],
  '302': [302, { location: 'https://login.example/?next=SECRET' }, Buffer.from('')],
};

describe.skipIf(!requirePeer('openssl'))('a server behind TLS that asks for certificates', () => {
  let place: Place;
  let server: Http2SecureServer;
  let url: string;
  let run: ScriptRun;

  beforeAll(async () => {
    place = new Place();
    const own = certificate(place.folder, 'server');
    const ours = certificate(place.folder, 'client');
    certificate(place.folder, 'stranger');
    server = createSecureServer(
      {
        cert: readFileSync(own.cert),
        key: readFileSync(own.key),
        ca: readFileSync(ours.cert),
        ...{ requestCert: true, rejectUnauthorized: true, allowHTTP1: true },
      },
      (request, response) => {
        const [, which = ''] = request.url.split('/');
        const [status, headers, body] = ANSWERS[which] ?? [404, {}, Buffer.from('')];
        request.resume();
        request.on('end', () => {
          response.writeHead(status, { ...headers, 'x-http': request.httpVersion });
          response.end(body);
        });
      },
    );
    server.on('error', () => undefined);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const text = (name: string): string =>
      JSON.stringify(readFileSync(`${place.folder}/${name}`, 'utf8'));
    run = await runScript(`import web from 'dicomweb';
const ca = ${text('server.pem')};
const tls = { ca, cert: ${text('client.pem')}, key: ${text('client.key')} };
const at = (path, more = {}) => web.server({ url: '${url}/' + path, tls, ...more });
const servers = {
  http1: at('ok'), http2: at('ok', { http2: true }), gzip: at('gzip'), bomb: at('bomb'), odd: at('odd'),
  401: at('401'), 429: at('429'), 302: at('302'),
  none: at('ok', { tls: { ca } }),
  stranger: at('ok', { tls: { ...tls, cert: ${text('stranger.pem')}, key: ${text('stranger.key')} } }),
  untrusted: at('ok', { tls: { cert: tls.cert, key: tls.key } }),
};
const images = dicom.synthetic({ modality: 'CT', rows: 16, columns: 16 });
export const options = { vus: 1, iterations: 1, thresholds: { http_req_failed: ['rate==0'] } };
export default async function () {
  for (const [name, server] of Object.entries(servers)) {
    await attempt(name, async () => {
      const { status, ok, count } = await server.search('studies', { PatientID: 'X' });
      return { status, ok, count };
    });
  }
  await attempt('versions', async () => [
    (await servers.http1.request({ path: '/x' })).headers['x-http'],
    (await servers.http2.request({ path: '/x' })).headers['x-http'],
  ]);
  await attempt('stored', async () => {
    const { status, ok, stored } = await at('429').store(dicom.study({ images: 2, from: images }));
    return { status, ok, stored };
  });
  await attempt('compressed', () => at('gzip').retrieve({ study: '1.2.3' }));
}`);
  });
  afterAll(() => {
    server.close();
    place.remove();
  });

  it('answers by HTTP/1.1 and HTTP/2 who shows one', () => {
    const found = { status: 200, ok: true, count: 1 };
    expect(run.told['http1'], run.err).toEqual(found);
    expect(run.told['http2']).toEqual(found);
    expect(run.told['versions']).toEqual(['1.1', '2.0']);
  });

  it("refuses who shows none or a stranger's, and is refused where nobody trusts it", () => {
    // A server of Node.js just hangs up after the handshake, others send an alert.
    for (const who of ['none', 'stranger']) {
      expect(run.told[who]).toMatchObject({ thrown: 'WebTransportError' });
      expect(run.told[who]?.['hint']).toMatch(/certificate/);
    }
    expect(run.told['untrusted']).toMatchObject({ thrown: 'WebTransportError' });
    expect(run.told['untrusted']?.['hint']).toMatch(/\bca\b|authorit/);
  });

  it('may compress what is collected, within bounds', () => {
    expect(run.told['gzip']).toEqual({ status: 200, ok: true, count: 1 });
    expect(run.told['bomb']).toMatchObject({ thrown: 'HttpError', code: 'WEB_ENCODING' });
    expect(run.told['odd']).toMatchObject({ thrown: 'HttpError', code: 'WEB_ENCODING' });
    expect(run.told['compressed']).toMatchObject({ thrown: 'HttpError', code: 'WEB_ENCODING' });
    expect(run.told['compressed']?.['hint']).toContain('Accept-Encoding');
  });

  it('answers 401, 429 and a redirect: values, failures, and words', () => {
    expect(run.told['401']).toEqual({ status: 401, ok: false, count: 0 });
    expect(run.told['429']).toEqual({ status: 429, ok: false, count: 0 });
    expect(run.told['302']).toEqual({ status: 302, ok: false, count: 0 });
    expect(run.told['stored']).toEqual({ status: 429, ok: false, stored: 0 });
    expect(run.err).toContain('DICOMRUN_WEB_TARGET_TOKEN');
    expect(run.err).toContain('it asks for 7 s before the next try');
    expect(run.err).toContain('redirects are not followed: it leads to https://login.example;');
    expect(run.err + run.out).not.toContain('SECRET');
  });

  it('is looked at before the run: a certificate that does not fit is told once', async () => {
    const script = (tls: string): string => `import web from 'dicomweb';
const pacs = web.server({ url: __ENV.URL, tls: ${tls} });
export const options = { vus: 1, iterations: 1 };
export default async function () { await pacs.search('studies', {}); }`;
    place.write('own.ts', script("{ ca: 'server.pem', cert: 'client.pem', key: 'client.key' }"));
    place.write('trusting.ts', script('true'));
    place.write('target.ts', script('undefined').replace('url: __ENV.URL, ', ''));
    const root = `${url}/ok`;
    const said = async (file: string, at: string, ...more: readonly string[]) => {
      const { code, err } = await place.run(['run', file, '-e', `URL=${at}`, ...more]);
      expect({ code, err }).toMatchObject({ code: 111 });
      return err;
    };
    const anotherName = await said('own.ts', root.replace('127.0.0.1', 'localhost'));
    expect(anotherName).toMatch(/tls: \{ serverName \}/);
    expect(await said('trusting.ts', root)).toMatch(/tls: \{ ca \}/);
    expect(await said('target.ts', '', '--web-target', root)).toMatch(/WEB_TARGET_TLS_CA/);
    const fits = await place.run(['run', 'own.ts', '-e', `URL=${root}`, '--no-report']);
    expect(fits).toMatchObject({ code: 0 });
    expect(fits.err).toContain(`${root}\n`);
  });

  it("is the run's failure", () => {
    expect(run.code).toBe(99);
    expect(run.out).toMatch(/http_req_failed/);
  });
});
