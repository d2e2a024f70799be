// TLS where images arrive: receivers, the simulated router and archive, towards destinations, and
// `dicomrun serve --tls-cert …`; DCMTK is the other side.
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { serveArchive, serveRouter, serveSink } from '../acceptors/serve.ts';
import type { Served } from '../acceptors/serve.ts';
import { anyPortFree, dumpToFile, requirePeer } from './peers.ts';
import { certificate } from './peers/certificate.ts';
import { Bench } from './run-cli.ts';

const HOST = '127.0.0.1';
const ROOT = '1.2.826.0.1.3680043.2.1143';
const bench = new Bench('tls');
const at = (name: string): string => join(bench.folder, name);
const open: Served[] = [];

const DUMP = `(0008,0016) UI =SecondaryCaptureImageStorage
(0008,0018) UI [${ROOT}.9.1]
(0008,0060) CS [OT]
(0010,0010) PN [DICOMRUN^TEST]
(0020,000D) UI [${ROOT}.9]
(0020,000E) UI [${ROOT}.9.0]
(0028,0010) US 2
(0028,0011) US 2
(7FE0,0010) OB 01\\02\\03\\04
`;

async function until(what: () => boolean): Promise<void> {
  const end = Date.now() + 10_000;
  while (!what() && Date.now() < end) await new Promise((resolve) => setTimeout(resolve, 10));
  expect(what()).toBe(true);
}

async function opened(service: Promise<Served>): Promise<Served> {
  const served = await service;
  open.push(served);
  return served;
}

describe.skipIf(!requirePeer('openssl', 'storescu', 'dump2dcm'))('TLS', () => {
  const own = { cert: 'station.pem', key: 'station.key' };

  /** storescu's exit code and words. */
  async function storescu(port: number, ...tls: string[]): Promise<string> {
    const args = ['-v', ...tls, '-aec', 'ANY', HOST, String(port), at('image.dcm')];
    const env = { ...process.env, TCP_NODELAY: '1' };
    try {
      const { stdout, stderr } = await promisify(execFile)('storescu', args, { env });
      return stdout + stderr;
    } catch (error) {
      return `failed ${String(error)}`;
    }
  }

  beforeAll(async () => {
    for (const name of ['station', 'client']) certificate(bench.folder, name);
    await dumpToFile(DUMP, at('image.dcm'));
  });
  afterEach(async () => {
    for (const served of open.splice(0)) await served.close();
  });
  afterAll(() => bench.remove());

  it('a run over TLS from the script to the receiver, through the embedded router', async () => {
    const script = `import dicom from 'dicom';
const tls = { cert: 'station.pem', key: 'station.key' };
const archive = dicom.receiver({ aet: 'SECURE', tls });
const router = dicom.peer({ route: 'HTM_CT', deliversTo: archive, tls: { ca: 'station.pem' } });
const stored = dicom.peer({ route: 'HTM_XA', tls: { ca: 'station.pem' } });
const image = dicom.synthetic({ modality: 'CT', rows: 16, columns: 16 });
export const options = {
  iterations: 2,
  thresholds: {
    dicom_tls_handshaking: ['max>0'],
    dicom_delivery_missing: ['count==0'],
    dicom_delivery_unique: ['count==4'],
  },
  simulate: { router: { tls }, archive: { tls } },
};
export default async function () {
  const study = dicom.study({ images: 2, from: image });
  await using association = await router.associate({ for: study });
  for (const one of study.images) await association.store(one);
  const delivery = await archive.expect(study, { timeout: '10s' });
  if (delivery.missing > 0) throw new Error('missing');
  await stored.store(image);
}
`;
    const result = await bench.script(script, ['--embedded', '--settle', '2s']);
    expect(result.code, result.stdout + result.stderr).toBe(0);
    expect(result.summary().delivery.routes[0]).toMatchObject({ unique: 4, missing: 0 });
  });

  it('handshakes that fail at a receiver are counted and told, folded, with what to do', async () => {
    const [open, strict] = [await anyPortFree(), await anyPortFree()];
    const script = `import dicom from 'dicom';
const tls = { cert: 'station.pem', key: 'station.key' };
dicom.receiver({ aet: 'OPEN', port: ${open}, tls });
dicom.receiver({ aet: 'STRICT', port: ${strict}, tls: { ...tls, ca: 'client.pem' } });
const to = (port, tls) => dicom.peer({ connect: 'ANY@127.0.0.1:' + port, tls });
const plain = to(${open});
const distrusts = to(${open}, { ca: 'client.pem' });
const anonymous = to(${strict}, { ca: 'station.pem' });
const foreign = to(${strict}, { ca: 'station.pem', cert: 'station.pem', key: 'station.key' });
export const options = { iterations: 3 };
export default async function () {
  for (const peer of [plain, distrusts, anonymous, foreign]) await peer.echo().catch(() => null);
}
`;
    const result = await bench.script(script, ['--settle', '1s', '--no-preflight']);
    const { groups } = result.summary().errors;
    const told = groups
      .filter(({ operation }) => operation === 'TLS handshake')
      .map(({ calledAET = '', code, count, hint }) => {
        const how = /^TCP_(ECONNRESET|EPIPE)$/.test(code) ? 'hung up' : code;
        return [calledAET, how, count, hint?.split(';')[0]];
      });
    const asked = 'a certificate is asked for here (`ca`)';
    expect(told.sort()).toEqual([
      ['OPEN', 'TLS_NOT_TLS', 3, 'the sender does not speak TLS'],
      ['OPEN', 'hung up', 3, 'the sender hung up'],
      ['STRICT', 'TLS_DEPTH_ZERO_SELF_SIGNED_CERT', 3, asked],
      ['STRICT', 'TLS_PEER_DID_NOT_RETURN_A_CERTIFICATE', 3, asked],
    ]);
    expect(result.stdout).toMatch(/OPEN: the TLS handshake of a sender .*127\.0\.0\.1.* failed/);
  });

  it('a receiver whose certificate cannot be read is named before the run', async () => {
    const script = `import dicom from 'dicom';
dicom.receiver({ aet: 'SECURE', tls: { cert: 'nothing.pem', key: 'station.key' } });
export default async function () {}
`;
    const result = await bench.script(script, ['--iterations', '1']);
    expect(result.code).toBe(107);
    expect(result.stderr).toContain('tls.cert: cannot read "nothing.pem"');
  });

  it('storescu +tls to a router, that asks for a certificate, on to a sink that does too', async () => {
    const folder = bench.folder;
    const [tls, port] = [{ ...own, ca: 'client.pem' }, 0];
    const sink = await opened(serveSink({ tls: { ...own, ca: 'station.pem' } }, { port, folder }));
    const archive = await opened(serveArchive({ tls: own }, { port, folder }));
    const calledAET = 'ANY';
    const towards = { ...own, ca: 'station.pem' };
    const destinations = {
      sink: { host: HOST, port: sink.port, calledAET, tls: towards },
      archive: { host: HOST, port: archive.port, calledAET, tls: { ca: 'station.pem' } },
    };
    const routes = [{ to: ['sink', 'archive'] }];
    const spec = { destinations, routes, tls };
    const router = await opened(serveRouter(spec, { port, folder }));
    const trust = ['+cf', at('station.pem')];
    const sent = await storescu(router.port, '+tls', at('client.key'), at('client.pem'), ...trust);
    expect(sent).toContain('Received Store Response (Success)');
    await until(() => sink.status().instances === 1 && archive.status().instances === 1);
    // Without a certificate, with one of another authority, without TLS: no way in.
    const other = ['+tls', at('station.key'), at('station.pem'), ...trust];
    for (const way of [['+tla', ...trust], other, []]) {
      expect(await storescu(router.port, ...way)).toMatch(/^failed/);
    }
    expect(router.status().instances).toBe(1);
  });

  it('dicomrun serve with certificates from flags, and towards --to', async () => {
    const port = await anyPortFree();
    const flags = ['--tls-cert', 'station.pem', '--tls-key', 'station.key'];
    const sink = bench.start(['serve', 'sink', '--port', String(port), ...flags, '--folder', 'in']);
    await sink.says(`sink listens on ${HOST}:${port} with TLS`);
    const to = ['--to', `SINK@${HOST}:${port}`, '--to-tls-ca', 'station.pem'];
    const router = bench.start(['serve', 'router', '--port', '0', ...flags, ...to]);
    await router.says(/router listens on .* with TLS/);
    const at = Number(/127\.0\.0\.1:(\d+)/.exec(router.stdout())?.[1]);
    const sent = await storescu(at, '+tla', '+cf', join(bench.folder, 'station.pem'));
    expect(sent).toContain('Received Store Response (Success)');
    await router.says('forwarded=1');
    router.signal('SIGINT');
    const ended = await router.ended;
    sink.signal('SIGINT');
    expect([ended.code, (await sink.ended).code]).toEqual([0, 0]);
    expect(ended.stdout).toContain('forwarded=1');
  });

  it('serve says what is wrong with its certificates', async () => {
    writeFileSync(at('spec.json'), JSON.stringify({ tls: { cert: 'station.pem' } }));
    const result = await bench.run(['serve', 'sink', '--port', '0', '--spec', 'spec.json']);
    expect(result.code).toBe(104);
    expect(result.stderr).toContain('sink: tls has no key');
  });
});
