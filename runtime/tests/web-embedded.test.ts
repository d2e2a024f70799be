// The web side of `--embedded`: with a token and TLS of its own, as smoke test and as demonstration, and
// what is said where a script asks for a web target and there is none.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Place } from './cli-spawn.ts';
import { requirePeer } from './peers.ts';
import { certificate } from './peers/certificate.ts';

const SCRIPT = `import dicom from 'dicom';
import web from 'dicomweb';
import { check } from 'k6';
const archive = web.server();
const stranger = web.server({ auth: { bearer: 'another' } });
const scanner = dicom.synthetic({ modality: 'CT', rows: 16, columns: 16 });
export const options = {
  vus: 1,
  iterations: 1,
  thresholds: { http_req_failed: ['rate==0'] },
  simulate: { archive: { keep: 'all', token: __ENV.TOKEN, tls: { cert: 'a.pem', key: 'a.key' } } },
};
export default async function () {
  const study = dicom.study({ images: 2, from: scanner });
  check(await archive.store(study), { stored: (r) => r.ok });
  check(await archive.search('studies', { StudyInstanceUID: study.uid }), { found: (r) => r.count === 1 });
  const got = await archive.retrieve({ study: study.uid }, { transferSyntax: '*' });
  check(got, { 'read back': (r) => r.received === 2 });
  const bulk = await archive.retrieve({ study: study.uid }, { as: 'bulkdata' });
  check(bulk, { 'bulk data': (r) => r.received === 2 && r.bytes === 2 * 16 * 16 * 2 });
  const images = await archive.retrieve({ study: study.uid }, { as: 'rendered', expectStatus: [406] });
  check(images, { 'renders nothing': (r) => r.status === 406 && r.problem.includes('renders no images') });
  const refused = await stranger.search('studies', {}, { expectStatus: [401] });
  check(refused, { 'a stranger is not let in': (r) => r.status === 401 });
}
`;
const TOKEN = { TOKEN: 'T0KEN.canary' };
const QUICK = ['--no-report', '--settle', '1s'];

describe.skipIf(!requirePeer('openssl'))('the web side of --embedded', () => {
  let place: Place;
  beforeAll(() => {
    place = new Place({ 's.ts': SCRIPT });
    certificate(place.folder, 'a');
  });
  afterAll(() => place.remove());

  it('has the TLS and the token of its archive, which web.server() knows', async () => {
    const { code, out, err } = await place.run(['run', 's.ts', '--embedded', ...QUICK], TOKEN);
    expect({ code, out, err }).toMatchObject({ code: 0 });
    expect(out).toContain('EMBEDDED ROUTER');
    expect(out + err).not.toContain('canary');
  });

  it('is a target of smoke, and a case fails with what failed', async () => {
    const smoke = (...args: string[]) =>
      place.run(['smoke', 's.ts', ...QUICK, '--reporter', 'junit=j.xml', ...args], TOKEN);
    expect((await smoke('--embedded')).code).toBe(0);
    const junit = (): string => readFileSync(join(place.folder, 'j.xml'), 'utf8');
    expect(junit()).toContain('name="a stranger is not let in"');
    // Nobody is there: told once, before anything runs.
    const nobody = await smoke('--web-target', 'http://127.0.0.1:1/dicom-web');
    expect(nobody.code).toBe(111);
    expect(junit()).toContain('name="target answers"');
    expect(junit()).toContain('ECONNREFUSED');
  });

  it('is what is proposed where no web target is configured', async () => {
    const { code, err } = await place.run(['run', 's.ts', ...QUICK], TOKEN);
    expect(code).toBe(104);
    expect(err).toContain('--embedded');
    expect(err).toContain('--web-target http://host:port/dicom-web');
  });

  it('looks for a server that is named beside it', async () => {
    place.write('dicomrun.config.ts', "export default { target: 'embedded' };");
    const at = ['--web-target', 'http://127.0.0.1:1/dicom-web'];
    const { code, err } = await place.run(['run', 's.ts', ...at, ...QUICK], TOKEN);
    expect(code).toBe(111);
    expect(err).toContain('127.0.0.1:1');
  });

  it('refuses a token that no header can show, without telling it', async () => {
    const { code, err } = await place.run(['run', 's.ts', '--embedded', ...QUICK], {
      TOKEN: 'two canaries',
    });
    expect(code).toBe(104);
    expect(err).toContain('archive: token: is no bearer token');
    expect(err).not.toContain('canaries');
  });

  it('is what demo --dicomweb shows', async () => {
    const { code, out, err } = await place.run(['demo', '--dicomweb', '-d', '1s']);
    expect({ code, out, err }).toMatchObject({ code: 0 });
    expect(out).toMatch(/^ +WADO-RS /m);
    expect(out).toContain('next: dicomrun help dicomweb');
  });
});
