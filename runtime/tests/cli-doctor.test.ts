// dicomrun doctor, find, move and send against services of ours: every finding with its remedy.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { serveArchive, serveSink } from '../acceptors/serve.ts';
import type { Served } from '../acceptors/serve.ts';
import { Place } from './cli-spawn.ts';
import { requirePeer } from './peers.ts';

interface Finding {
  readonly check: string;
  readonly state: string;
  readonly text: string;
  readonly hint?: string;
}

let place: Place;
const served: Served[] = [];
beforeEach(() => {
  place = new Place();
});
afterEach(async () => {
  place.remove();
  for (const one of served.splice(0)) await one.close();
});

async function archive(tls?: { readonly cert: string; readonly key: string }) {
  const one = await serveArchive({ aets: ['ARCHIVE'], ...(tls && { tls }) }, { port: 0 });
  served.push(one);
  return one;
}

async function sink() {
  const one = await serveSink({ aets: ['SINK'] }, { port: 0 });
  served.push(one);
  return one;
}

const at = ({ aets, port }: Served): string => `${aets[0] ?? ''}@127.0.0.1:${port}`;

/** What the doctor found, by check. */
async function examine(...args: readonly string[]) {
  const { code, out, err } = await place.run(['doctor', ...args, '--json']);
  const list = out === '' ? [] : (JSON.parse(out) as Finding[]);
  const states = Object.fromEntries(list.map(({ check, state }) => [check, state]));
  const of = (check: string) => list.find((one) => one.check === check);
  return { code, err, states, of };
}

describe('dicomrun doctor', () => {
  it('stores one instance at an archive, finds it, and says that it asked the target itself', async () => {
    const { code, states, of } = await examine('-c', at(await archive()), '--allow-store');
    expect(states).toMatchObject({
      tcp: 'ok',
      association: 'ok',
      echo: 'ok',
      storage: 'ok',
      store: 'ok',
      visible: 'warn',
      machine: 'ok',
      'open files': 'ok',
      disk: 'ok',
    });
    expect(Object.keys(states)).toEqual(expect.arrayContaining(['cpu', 'clock', 'environment']));
    expect(of('store')?.text).toContain('DICOMRUN^TEST');
    expect(of('visible')?.hint).toContain('--verify');
    expect(code).toBe(0);
  });

  it('goes on where the target only stores, and looks at the verify target', async () => {
    const store = ['-c', at(await sink()), '--allow-store'];
    const alone = await examine(...store);
    expect(alone.states).toMatchObject({ store: 'ok', visible: 'skip', disk: 'ok' });
    expect(alone.code).toBe(0);
    const verified = await examine('-c', at(await sink()), '--verify', at(await archive()));
    expect(verified.states).toMatchObject({ store: 'skip', verify: 'ok' });
    const wrong = await examine('-c', at(await sink()), '--verify', at(await sink()));
    expect(wrong.of('verify')).toMatchObject({ state: 'fail' });
    expect(wrong.code).toBe(99);
  });

  it('tells what is wrong with a peer, and still examines the machine', async () => {
    const { port, close } = await sink();
    await close();
    const refused = await examine('-c', `SINK@127.0.0.1:${port}`);
    expect(refused.of('tcp')).toMatchObject({
      state: 'fail',
      hint: expect.stringMatching(/nobody listens/) as string,
    });
    expect(refused.states).toMatchObject({ machine: 'ok' });
    expect(refused.code).toBe(111);
    const nameless = await examine('-c', 'SINK@no-such-host.invalid:104');
    expect(nameless.states).toMatchObject({ name: 'fail', machine: 'ok' });
    const stranger = await examine('-c', `X@127.0.0.1:${(await archive()).port}`);
    expect(stranger.of('association')).toMatchObject({
      state: 'fail',
      hint: expect.stringMatching(/does not know/) as string,
    });
    const none = await examine();
    expect(none.states).toMatchObject({ target: 'skip', machine: 'ok' });
    expect(none.code).toBe(0);
  });

  it.skipIf(!requirePeer('openssl'))('reads the certificate of a TLS peer', async () => {
    const words = 'req -x509 -newkey rsa:2048 -nodes -keyout k.pem -out c.pem -days 10 -subj';
    const san = ['/CN=pacs.example', '-addext', 'subjectAltName=IP:127.0.0.1'];
    execFileSync('openssl', [...words.split(' '), ...san], { cwd: place.folder, stdio: 'pipe' });
    const read = (name: string): string => readFileSync(join(place.folder, name), 'utf8');
    const where = at(await archive({ cert: read('c.pem'), key: read('k.pem') }));
    place.write('.env', 'DICOMRUN_TARGET_TLS_CA=c.pem\n');
    const trusted = await examine('-c', where);
    expect(trusted.of('tls')).toMatchObject({
      state: 'warn',
      text: expect.stringMatching(/TLSv1.3.*pacs\.example/) as string,
    });
    expect(trusted.states).toMatchObject({ association: 'ok', echo: 'ok' });
    place.write('.env', 'DICOMRUN_TARGET_TLS_MIN_VERSION=TLSv1.3\n');
    const unknown = await examine('-c', where);
    expect(unknown.of('tls')).toMatchObject({
      state: 'fail',
      hint: expect.stringMatching(/as `ca`/) as string,
    });
    expect(unknown.code).toBe(111);
  });
});

describe('a status that a peer answers with', () => {
  it('is told in words, with its remedy', async () => {
    const where = at(await archive());
    await place.run([
      'generate',
      '--modality',
      'CT',
      '--rows',
      '8',
      '--columns',
      '8',
      '--out',
      'ct',
    ]);
    const sent = await place.run(['send', '-c', where, 'ct']);
    expect(sent).toMatchObject({ code: 0 });
    const [uid = ''] =
      /\d+\.\d[\d.]{20,}/.exec((await place.run(['find', 'all', '-c', where])).out) ?? [];
    expect(uid).not.toBe('');
    const { code, out, err } = await place.run(['move', uid, '--to', 'NOBODY', '-c', where]);
    expect(out).toContain('A801 move destination unknown');
    expect(err).toContain('try: register the destination AE title, with its address, at the peer');
    expect(code).toBe(99);
  });
});

describe('dicomrun send --repeat', () => {
  it('sends new identities, as many as storescu would make, on one association', async () => {
    const to = await archive();
    const where = ['-c', at(to)];
    await place.run(['generate', './ct', '--modality', 'CT', '--rows', '8', '--columns', '8']);
    const again = ['--repeat', '12', '+IR', '3', '+IS', '2', '-q'];
    const sent = await place.run(['send', 'ct', ...where, ...again]);
    expect(sent).toMatchObject({ code: 0, out: '12 stored, 0 failed, 0 skipped\n', err: '' });
    expect(to.status()).toMatchObject({ associations: 1, instances: 12 });
    const { out } = await place.run(['find', 'all', ...where, '--json']);
    expect(JSON.parse(out)).toHaveLength(2);
  });

  it('does not lose the count when the peer goes away in between', async () => {
    const to = await sink();
    await place.run(['generate', './ct', '--modality', 'CT', '--rows', '8', '--columns', '8']);
    const sending = place.start(['send', 'ct', '-c', at(to), '--repeat', '1000000']);
    await sending.says('stored');
    await to.close();
    const { code, out, err } = await sending.done;
    expect({ code, err }).toMatchObject({ code: 111 });
    expect(out).toMatch(/^\d+ stored, 1 failed, 0 skipped\n$/);
  });

  it('says at Ctrl-C what was stored until then', async () => {
    const to = await sink();
    await place.run(['generate', './ct', '--modality', 'CT', '--rows', '8', '--columns', '8']);
    const sending = place.start(['send', 'ct', '-c', at(to), '--repeat', '1000000']);
    await sending.says('stored');
    sending.kill('SIGINT');
    const { code, out, err } = await sending.done;
    expect(code).toBe(105);
    expect(out).toMatch(/^[1-9]\d* stored, 0 failed, 0 skipped\n$/);
    expect(err).toMatch(/error: interrupted by SIGINT\n$/);
  });
});
