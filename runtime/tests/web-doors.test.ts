// A web server that wants to know who asks: nothing that it refuses, or answers by a login page, counts
// as stored or found, and what was shown to it stands in no artefact, though it says it back.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Place } from './cli-spawn.ts';

const CANARY = /PWCANARY|TOKENCANARY|SECRETCANARY|URLCANARY/;

let server: Server;
let place: Place;
let said: { readonly code: number | null; readonly out: string; readonly err: string };

beforeAll(async () => {
  server = createServer((request, response) => {
    const who = request.headers.authorization ?? '';
    request.resume();
    if (request.url?.startsWith('/login') === true) {
      response.writeHead(200, { 'content-type': 'text/html' });
      response.end(`<p>who is ${who}?</p>`);
      return;
    }
    if (request.url?.startsWith('/empty') === true) {
      const isParts = request.headers.accept?.startsWith('multipart') === true;
      response.writeHead(200, {
        'content-type': isParts ? 'multipart/related; boundary=b' : 'application/dicom+json',
      });
      response.end(isParts ? '--b--\r\n' : '[]');
      return;
    }
    response.writeHead(401, { 'www-authenticate': `Bearer realm="${who}"` });
    response.end(JSON.stringify({ error: who, url: request.url }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const at = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  place = new Place({
    's.ts': `
import dicom from 'dicom';
import web from 'dicomweb';
import { check } from 'k6';
export const options = { vus: 1, iterations: 1 };
const oauth2 = {
  tokenUrl: 'http://${at}/token?key=URLCANARY', clientId: 'c', clientSecret: 'SECRETCANARY',
};
const servers = {
  login: web.server({ url: 'http://user:PWCANARY@${at}/login' }),
  empty: web.server({ url: 'http://${at}/empty' }),
  refuses: web.server({ url: 'http://${at}/x', auth: { bearer: 'TOKENCANARY' } }),
  token: web.server({ url: 'http://${at}/x', auth: { oauth2 } }),
};
const pool = dicom.synthetic({ modality: 'CT', rows: 16, columns: 16 });
export default async function () {
  for (const [name, server] of Object.entries(servers)) {
    const tries = {
      stored: () => server.store(dicom.study({ images: 2, from: pool })),
      found: () => server.search('studies', { PatientID: 'X' }),
      retrieved: () => server.retrieve({ study: '1.2.3' }),
    };
    for (const [what, one] of Object.entries(tries)) {
      try {
        check(await one(), { [\`\${name}: \${what}\`]: (r) => r.ok });
      } catch (error) {
        console.log(name, what, String(error));
      }
    }
  }
}`,
  });
  said = await place.run(['run', 's.ts', '--out', 'json=samples.json', '--title', 'doors']);
});
afterAll(async () => {
  place.remove();
  await new Promise((resolve) => server.close(resolve));
});

describe('a web server that wants to know who asks', () => {
  it('has stored nothing, whatever its status', () => {
    const { checks } = place.summary();
    expect(checks.items.map(({ name, passes }) => [name, passes])).toEqual([
      ['login: stored', 0],
      ['empty: stored', 0],
      ['empty: found', 1],
      ['refuses: stored', 0],
      ['refuses: found', 0],
      ['refuses: retrieved', 0],
    ]);
    expect(said.out).toMatch(/^DONE .*not accepted/m);
    expect(said.out).toMatch(/^! 5 of 6 checks failed/m);
    expect(said.out).toMatch(/HTTP 200, failure, 2 not stored, the answer does not name it/);
    expect(said.out).toMatch(/HTTP 401, failure/);
  });

  it('is told with what it wants', () => {
    expect(said.err).toContain('is it not a login page that answers?');
    expect(said.err).toContain('answered with a multipart body without a part');
    expect(said.err).toContain('give auth: { bearer }, { basic } or { oauth2 }');
    expect(said.err).toMatch(
      /wants a token, and 127\.0\.0\.1:\d+ answered the request .* with 401/,
    );
  });

  it('says back what it was shown, and no artefact has it', () => {
    const files = readdirSync(place.folder, { recursive: true, encoding: 'utf8' })
      .map((name) => join(place.folder, name))
      .filter((file) => !file.endsWith('s.ts') && statSync(file).isFile());
    expect(files.length).toBeGreaterThan(4);
    const found = files.filter((file) => CANARY.test(readFileSync(file, 'latin1')));
    expect(found).toEqual([]);
    expect(said.out + said.err).not.toMatch(CANARY);
  });
});
