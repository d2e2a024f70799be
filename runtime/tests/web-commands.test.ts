// DICOMweb from the command line: `serve archive --dicomweb`, `web`, `doctor --web-target`, and what
// `run` looks at before it begins.
import { hash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readMeta } from '../dicom/file/part10.ts';
import { Place, type Running } from './cli-spawn.ts';

let place: Place;
let archive: Running;
let url: string;

beforeAll(async () => {
  place = new Place({ 'token.txt': 'T0KEN.canary\n', 'bad.txt': 'two words\n' });
  const flags = ['--dicomweb', '0', '--dicomweb-token', 'token.txt', '--quiet'];
  archive = place.start(['serve', 'archive', '--port', '0', ...flags]);
  await place.run(['generate', 'data', '--count', '3', '--rows', '32', '--columns', '32']);
  place.write('data/notes.txt', 'none');
  [, url = ''] = /DICOMweb on (\S+)/.exec(await archive.prints('DICOMweb on')) ?? [];
});
afterAll(async () => {
  archive.kill('SIGINT');
  await archive.done;
  place.remove();
});

describe('dicomrun serve archive --dicomweb', () => {
  it('answers who shows the token, and says nothing of it', async () => {
    expect((await fetch(`${url}/studies`)).status).toBe(401);
    const headers = {
      authorization: `Bearer ${readFileSync(join(place.folder, 'token.txt'), 'utf8').trim()}`,
    };
    expect((await fetch(`${url}/studies`, { headers })).status).toBe(204);
    expect(await archive.says('Ctrl-C')).not.toContain('canary');
  });

  it('says what does not fit', async () => {
    const said = async (...args: readonly string[]) => (await place.run(['serve', ...args])).err;
    expect(await said('sink', '--dicomweb', '0')).toContain(
      'flag --dicomweb: is for an archive, this is a sink',
    );
    expect(await said('archive', '--dicomweb-token', 'token.txt')).toContain('--dicomweb PORT');
    const bad = ['archive', '--dicomweb', '0', '--dicomweb-token', 'bad.txt'];
    expect(await said(...bad)).toContain('bad.txt: holds no bearer token');
    const taken = new URL(url).port;
    const inUse = await said('archive', '--port', '0', '--dicomweb', taken);
    expect(inUse).toContain(`port ${taken} is in use`);
    expect(inUse).toContain('choose another with --dicomweb');
  });
});

const TOKEN = { DICOMRUN_WEB_TARGET_TOKEN: 'T0KEN.canary' };

describe('dicomrun web', () => {
  const web = (args: readonly string[], env = TOKEN as Readonly<Record<string, string>>) =>
    place.run(['web', ...args, '--web-target', url], env);

  it('sends, finds and gets, and the files are the same', async () => {
    const sent = await web(['send', 'data', '--per-request', '2']);
    expect(sent).toMatchObject({ code: 0, out: '3 stored, 0 failed, 1 skipped\n' });
    const { out } = await web(['find', 'all', '--modality', 'CT', '--json']);
    const [study, ...more] = JSON.parse(out) as Record<string, string>[];
    expect(more).toEqual([]);
    const uid = study?.['StudyInstanceUID'] ?? '';
    const series = await web(['find', 'series', uid]);
    expect(series.out).toMatch(/^Modality .*\nCT .* 3 .*\n1 match\n$/s);
    expect(await web(['find', 'patient', 'NOBODY'])).toMatchObject({ code: 0, out: '0 matches\n' });
    const got = await web(['get', uid, '--folder', 'got', '--json']);
    expect(JSON.parse(got.out)).toMatchObject({ status: 200, received: 3 });
    const hashes = (folder: string): readonly string[] =>
      readdirSync(join(place.folder, folder), { recursive: true, encoding: 'utf8' })
        .filter((name) => name.endsWith('.dcm'))
        .map((name) => datasetHash(join(place.folder, folder, name)))
        .sort();
    expect(hashes('got')).toHaveLength(3);
    expect(hashes('got')).toEqual(hashes('data'));
    const [file = ''] = readdirSync(join(place.folder, 'got'));
    const unkept = await web(['get', uid, '--folder', join('got', file, 'below')]);
    expect(unkept).toMatchObject({ code: 99, out: '' });
    expect(unkept.err).toContain('no folder can be made there');
    const metadata = await web(['get', uid, '--metadata']);
    expect(JSON.parse(metadata.out)).toHaveLength(3);
  });

  it('says what was refused, and what does not fit', async () => {
    const anonymous = await web(['send', 'data', '-q'], {});
    expect(anonymous).toMatchObject({ code: 99, out: '0 stored, 3 failed, 1 skipped\n' });
    expect(anonymous.err).toContain('401 Unauthorized');
    expect(anonymous.err).toContain('DICOMRUN_WEB_TARGET_TOKEN');
    expect(await web(['get', '1.2.3'])).toMatchObject({ code: 99, out: '' });
    const said = async (...args: readonly string[]) => (await web(args)).err;
    expect(await said('find', 'worklist')).toContain('QIDO-RS has no worklist');
    expect(await said('find', 'all', '--folder', 'x')).toContain('--folder: is for web get');
    expect(await said('get', 'x')).toContain('is no UID');
    expect(await said('find', 'all', '-H', 'CANARY')).not.toContain('CANARY');
    const nobody = ['web', 'find', 'all', '--web-target', 'http://127.0.0.1:1/dicom-web'];
    expect(await place.run(nobody)).toMatchObject({ code: 111 });
  });
});

interface Finding {
  readonly check: string;
  readonly state: string;
  readonly hint?: string;
}

describe('dicomrun doctor --web-target', () => {
  const examine = async (
    target: string,
    env: Readonly<Record<string, string>>,
    ...more: string[]
  ) => {
    const { code, out } = await place.run(
      ['doctor', '--web-target', target, '--json', ...more],
      env,
    );
    const list = JSON.parse(out) as Finding[];
    return { code, of: Object.fromEntries(list.map((one) => [one.check, one])) };
  };

  it('looks at the way, who may ask, and each service', async () => {
    const { code, of } = await examine(url, TOKEN, '--allow-store');
    expect(code).toBe(0);
    for (const check of ['web tcp', 'QIDO-RS', 'web auth', 'WADO-RS', 'STOW-RS']) {
      expect(of[check], check).toMatchObject({ state: 'ok' });
    }
  });

  it('ends where nothing more can be asked', async () => {
    const refused = await examine(url, {});
    expect(refused.code).toBe(111);
    expect(refused.of['QIDO-RS']?.hint).toContain('who asks');
    expect(refused.of['WADO-RS']).toBeUndefined();
    const nobody = await examine('http://127.0.0.1:1/dicom-web', {});
    expect(nobody.code).toBe(111);
    expect(nobody.of['web tcp']).toMatchObject({ state: 'fail' });
  });
});

describe('what a run looks at first', () => {
  let server: Server;
  let asked: string[] = [];
  beforeAll(async () => {
    place.write(
      'look.ts',
      `import web from 'dicomweb';
const pacs = web.server();
export const options = { vus: 1, iterations: 1 };
export default async function () { await pacs.request({ path: '/beyond' }); }`,
    );
    place.write(
      'own.ts',
      `import web from 'dicomweb';
const servers = __ENV.URLS.split(' ').map((url) => web.server({ url, auth: { bearer: 'CANARY' } }));
export const options = { vus: 1, iterations: 1 };
export default async function () { await servers[0].request({ path: '/beyond' }); }`,
    );
    server = createServer((request, response) => {
      asked.push(request.url ?? '');
      const [, status = ''] = /^\/(\d+)/.exec(request.url ?? '') ?? [];
      const type = request.url?.startsWith('/200') === true ? 'text/html' : 'text/plain';
      // As Orthanc answers at its own root: another kind of studies, which wants other words.
      const isRest = request.url?.startsWith('/400/json') === true;
      if (isRest && request.url?.includes('UID') === true) {
        response.writeHead(200, { 'content-type': 'application/json' });
        return response.end('["9757e63c-1be7be70"]');
      }
      response.writeHead(Number(status), {
        'content-type': type,
        location: 'https://login.example/',
      });
      return response.end('<p>who are you?</p>');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterAll(() => new Promise((resolve) => server.close(resolve)));

  it.each([
    ['200', 'answered with HTML or XML', 'is it not a login page'],
    ['302', '302 Found elsewhere', 'it leads to https://login.example'],
    ['401', '401 Unauthorized', 'DICOMRUN_WEB_TARGET_TOKEN'],
    ['404', '404 Not Found', '--no-preflight'],
  ])('is told of a %s once, and nothing runs', async (path, message, hint) => {
    asked = [];
    const at = `http://127.0.0.1:${(server.address() as AddressInfo).port}/${path}`;
    const { code, err } = await place.run(['run', 'look.ts', '--web-target', at]);
    expect({ code, err }).toMatchObject({ code: 111 });
    expect(err).toContain(message);
    expect(err).toContain(hint);
    expect(asked).toEqual([`/${path}/studies?limit=1`]);
    // The same of a server that the script names.
    const own = await place.run(['run', 'own.ts', '-e', `URLS=${at}`]);
    expect(own).toMatchObject({ code: 111 });
    expect(own.err).toContain(message);
    expect(own.err).toContain(hint);
    expect(own.err).not.toContain('CANARY');
    expect(asked).toHaveLength(2);
  });

  it('is a note of the plan where another server of the script can be used', async () => {
    asked = [];
    const { port } = server.address() as AddressInfo;
    const at = `http://user:CANARY@127.0.0.1:${port}`;
    const urls = `URLS=${at}/405 ${at}/401?CANARY http://127.0.0.1:1/dicom-web`;
    const { err } = await place.run(['run', 'own.ts', '-e', urls]);
    const shown = `http://127.0.0.1:${port}`;
    expect(err).toContain(`${shown}/405   ${shown}/401   http://127.0.0.1:1/dicom-web\n`);
    expect(err).toMatch(/^note +127.0.0.1:\d+ answered QIDO-RS with 401 Unauthorized: .*auth:/m);
    expect(err).toMatch(/^note +127.0.0.1:1 refused the connection .*: nobody listens there/m);
    expect(err).not.toContain('CANARY');
    expect(asked.sort()).toEqual(['/401/studies?limit=1', '/405/beyond', '/405/studies?limit=1']);
  });

  it('is the root of DICOMweb, not what is below it, nor the JSON of another service', async () => {
    const at = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const below = await place.run(['run', 'look.ts', '--web-target', `${at}/405/studies`]);
    expect(below).toMatchObject({ code: 111 });
    expect(below.err).toContain('leave out /studies');
    const other = await place.run(['run', 'look.ts', '--web-target', `${at}/400/json`]);
    expect(other).toMatchObject({ code: 111 });
    expect(other.err).toContain('answered with JSON that is not DICOM JSON');
  });

  it('is a URL, as the line that says it is told', async () => {
    const url = 'http://us%er@host/dicom-web';
    const { code, err } = await place.run(['run', 'own.ts', '-e', `URLS=${url}`]);
    expect({ code, err }).toMatchObject({ code: 104 });
    expect(err).toContain('server({ url }): is no URL of a web service');
    expect(err).toContain('own.ts:2');
  });

  it('goes on where a server takes images only, or nothing is looked at', async () => {
    asked = [];
    const at = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    await place.run(['run', 'look.ts', '--web-target', `${at}/405`]);
    await place.run(['run', 'look.ts', '--web-target', `${at}/404`, '--no-preflight']);
    expect(asked).toEqual(['/405/studies?limit=1', '/405/beyond', '/404/beyond']);
  });
});

function datasetHash(file: string): string {
  const bytes = readFileSync(file);
  return hash('sha256', bytes.subarray(readMeta(bytes).datasetOffset), 'hex');
}
