// TLS on the command line: every command that connects, against DCMTK's storescp and an archive of
// ours, both of which ask for our certificate.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { serveArchive, type Served } from '../acceptors/serve.ts';
import { Place } from './cli-spawn.ts';
import { type Peer, requirePeer, startStorescp } from './peers.ts';

const OURS = ['--tls-ca', 'pki/ca.pem', '--tls-cert', 'pki/me.pem', '--tls-key', 'pki/me.key'];
const LITTLE = ['--modality', 'CT', '--rows', '8', '--columns', '8', '--count', '2'];

const SCRIPT = `import dicom from 'dicom';
import { check } from 'k6';
const images = dicom.files('../ct');
const pacs = dicom.peer(PEER);
export const options = { vus: 1, iterations: 1 };
export default async function () {
  const association = await pacs.associate({ for: images });
  check(await association.store(images.next()), { stored: (r) => r.ok });
  await association.release();
}
`;

describe.skipIf(!requirePeer('openssl') || !requirePeer('storescp'))('TLS flags', () => {
  const place = new Place({ 'pki/san.cnf': 'subjectAltName=IP:127.0.0.1\n' });
  let storescp: Peer;
  let served: Served;
  let store = '';
  let archive = '';

  const openssl = (...args: string[]) =>
    execFileSync('openssl', args, {
      cwd: `${place.folder}/pki`,
      stdio: 'pipe',
    });

  function certificate(name: string, ...more: string[]): void {
    const key = ['-newkey', 'rsa:2048', '-nodes', '-keyout', `${name}.key`];
    openssl('req', ...key, '-out', `${name}.csr`, '-subj', `/CN=${name}.example`);
    const by = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-days', '30'];
    openssl('x509', '-req', '-in', `${name}.csr`, ...by, '-out', `${name}.pem`, ...more);
  }

  beforeAll(async () => {
    const made = ['-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', 'ca.key', '-out', 'ca.pem'];
    openssl('req', ...made, '-days', '30', '-subj', '/CN=ca');
    certificate('me');
    certificate('server', '-extfile', 'san.cnf');
    certificate('nameless');
    const at = (name: string) => `${place.folder}/pki/${name}`;
    const own = ['+tls', at('server.key'), at('server.pem'), '+cf', at('ca.pem')];
    storescp = await startStorescp({ args: own });
    const [cert, key, ca] = ['nameless.pem', 'nameless.key', 'ca.pem'].map((name) =>
      readFileSync(at(name), 'utf8'),
    ) as [string, string, string];
    served = await serveArchive({ aets: ['ARCHIVE'], tls: { cert, key, ca } }, { port: 0 });
    store = `${storescp.aet}@127.0.0.1:${storescp.port}`;
    archive = `ARCHIVE@127.0.0.1:${served.port}`;
    await place.run(['generate', ...LITTLE, '--out', 'ct']);
  });
  afterAll(async () => {
    await storescp.stop();
    await served.close();
    place.remove();
  });

  it('serve echo, send and doctor', async () => {
    const echo = await place.run(['echo', '-c', store, ...OURS]);
    expect([echo.code, echo.err]).toEqual([0, '']);
    expect((await place.run(['send', '-c', store, ...OURS, 'ct'])).code).toBe(0);
    const doctor = await place.run(['doctor', '-c', store, ...OURS, '--json']);
    expect(JSON.parse(doctor.out)).toContainEqual(
      expect.objectContaining({
        check: 'tls',
        text: expect.stringMatching(/server/) as string,
      }),
    );
  });

  it('serve find and move, by the name in the certificate or with any', async () => {
    const named = [...OURS, '--tls-server-name', 'nameless.example'];
    const found = await place.run(['find', '-c', archive, ...named, 'patient', 'X']);
    expect([found.code, found.out]).toEqual([0, expect.stringMatching(/0 matches/)]);
    const other = await place.run(['echo', '-c', archive, ...OURS]);
    expect(other.code).toBe(111);
    expect(other.err).toMatch(/--tls-server-name/);
    const any = await place.run(['echo', '-c', archive, ...OURS, '--no-tls-verify']);
    expect(any.code).toBe(0);
    const moved = await place.run(['move', '-c', archive, ...named, '--to', 'X', '1.2']);
    expect(moved.err).not.toMatch(/TLS/);
  });

  it('are told what is missing', async () => {
    const bare = await place.run(['echo', '-c', store, '--tls']);
    expect(bare.code).toBe(111);
    expect(bare.err).toMatch(/--tls-ca/);
    const lost = await place.run(['echo', '-c', store, '--tls-ca', 'no.pem']);
    expect([lost.code, lost.err]).toEqual([104, expect.stringMatching(/no\.pem/)]);
    const inside = await place.run(['config', '--embedded', '--tls']);
    expect(inside.err).toMatch(/flag --tls has no effect: the embedded target takes plain TCP/);
  });

  it('serve a run, whose plan says so; files are found from where the command was typed', async () => {
    place.write('scripts/a.ts', SCRIPT.replace('PEER', '{}'));
    const run = await place.run(['run', 'scripts/a.ts', '-c', store, ...OURS]);
    expect([run.code, run.err]).toEqual([0, expect.stringMatching(/TLS with our certificate/)]);
    const env = {
      DICOMRUN_TARGET_TLS_CA: 'pki/ca.pem',
      DICOMRUN_TARGET_TLS_CERT: 'pki/me.pem',
      DICOMRUN_TARGET_TLS_KEY: 'pki/me.key',
    };
    expect((await place.run(['smoke', 'scripts/a.ts', '-c', store], env)).code).toBe(0);
  });

  it('are not needed where the script says it: the preflight asks as the script does', async () => {
    const tls = "{ ca: '../pki/ca.pem', cert: '../pki/me.pem', key: '../pki/me.key' }";
    place.write('scripts/b.ts', SCRIPT.replace('PEER', `{ tls: ${tls} }`));
    expect((await place.run(['run', 'scripts/b.ts', '-c', store])).code).toBe(0);
    place.write('scripts/c.ts', SCRIPT.replace('PEER', `{ connect: '${store}', tls: ${tls} }`));
    expect((await place.run(['run', 'scripts/c.ts'])).code).toBe(0);
  });
});
