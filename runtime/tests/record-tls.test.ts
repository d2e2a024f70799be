// `dicomrun record --tls`: TLS ends at the forwarder and begins anew; what is in it can be read.
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { join } from 'node:path';
import { connect as connectTls, createServer as createTlsServer } from 'node:tls';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { resetSocket } from '../dicom/ul/socket/reset.ts';
import { Forwarder } from '../recording/forward/forwarder.ts';
import type { RecordedAssociation } from '../recording/format.ts';
import { Place } from './cli-spawn.ts';
import { certificate } from './peers/certificate.ts';
import { startStorescp } from './peers/dcmtk.ts';
import { anyPortFree, HOST, requirePeer } from './peers/process.ts';

const command = promisify(execFile);

function closed(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    socket.once('close', () => resolve());
  });
}

describe.skipIf(!requirePeer('openssl', 'echoscu', 'storescp'))('a recording of TLS', () => {
  const place = new Place();
  const pem = (name: string): Buffer => readFileSync(join(place.folder, name));
  const identity = (name: string) => ({ cert: pem(`${name}.pem`), key: pem(`${name}.key`) });
  const toClose: (() => void)[] = [];

  beforeAll(() => {
    for (const name of ['forwarder', 'archive']) certificate(place.folder, name);
  });
  afterEach(() => {
    for (const close of toClose.splice(0)) close();
  });
  afterAll(() => place.remove());

  /** A forwarder that trusts `ca`, in front of a TLS server with the certificate `archive`. */
  async function stage(ca: string) {
    const server = createTlsServer({ ...identity('archive'), allowHalfOpen: true });
    server.listen(0, HOST);
    await once(server, 'listening');
    const lines: RecordedAssociation[] = [];
    const said: string[] = [];
    const forwarder = await Forwarder.open({
      listen: { host: HOST, port: 0 },
      to: { host: HOST, port: (server.address() as AddressInfo).port },
      tls: { inner: identity('forwarder'), outer: { ca: pem(`${ca}.pem`) } },
      startedAt: performance.now(),
      onAssociation: (line) => lines.push(line),
      onUnreachable: (why) => said.push(`unreachable: ${why}`),
      onTlsFailure: (why) => said.push(`handshake: ${why}`),
    });
    toClose.push(() => {
      forwarder.cut();
      void forwarder.drain();
      server.close();
    });
    const dial = (): Socket => {
      const trust = { ca: pem('forwarder.pem'), allowHalfOpen: true };
      // A TLS socket that wraps another one can be reset.
      const inner = connect({ host: HOST, port: forwarder.port, allowHalfOpen: true });
      const socket = connectTls({ host: HOST, socket: inner, ...trust });
      toClose.push(() => socket.destroy());
      socket.on('error', () => undefined);
      return socket;
    };
    const accepted = async (): Promise<Socket> => {
      const [socket] = (await once(server, 'secureConnection')) as [Socket];
      toClose.push(() => socket.destroy());
      return socket.on('error', () => undefined);
    };
    return { forwarder, lines, said, dial, accepted };
  }

  it('passes bytes and the end of each direction on', async () => {
    const { forwarder, lines, dial, accepted } = await stage('archive');
    const requestor = dial();
    const acceptor = await accepted();
    const arrived: Buffer[] = [];
    acceptor.on('data', (chunk: Buffer) => arrived.push(chunk));
    const sent = Buffer.alloc(3 * 1024 ** 2, 'bytes');
    requestor.end(sent);
    await once(acceptor, 'end');
    expect(Buffer.concat(arrived).equals(sent)).toBe(true);
    acceptor.end('an answer');
    const [answer] = (await once(requestor, 'data')) as [Buffer];
    expect(answer.toString()).toBe('an answer');
    await forwarder.drain();
    expect(lines).toMatchObject([{ end: 'closed', endedBy: 'requestor', bytes: [sent.length, 9] }]);
  });

  it.each(['requestor', 'acceptor'] as const)('passes a reset of the %s on', async (who) => {
    const { forwarder, lines, dial, accepted } = await stage('archive');
    const requestor = dial();
    const acceptor = await accepted();
    requestor.write('x');
    await once(acceptor, 'data');
    const [one, other] = who === 'requestor' ? [requestor, acceptor] : [acceptor, requestor];
    other.resume();
    const failed = new Promise<NodeJS.ErrnoException>((resolve) => other.once('error', resolve));
    resetSocket(one);
    expect((await failed).code).toBe('ECONNRESET');
    await forwarder.drain();
    expect(lines).toMatchObject([{ end: 'reset', endedBy: who }]);
  });

  it('tells a certificate it does not trust, and a requestor without TLS', async () => {
    const { forwarder, lines, said, dial } = await stage('forwarder');
    await closed(dial());
    await expect.poll(() => lines.length, { timeout: 10_000 }).toBe(1);
    expect(lines).toMatchObject([{ end: 'unreachable', endedBy: 'acceptor', operations: [] }]);
    expect(said).toEqual([expect.stringMatching(/^unreachable: .*self-signed certificate/)]);
    await expect(command('echoscu', [HOST, String(forwarder.port)])).rejects.toThrow();
    await expect.poll(() => said.length, { timeout: 10_000 }).toBe(2);
    expect(said[1]).toMatch(/^handshake: TLS_/);
  });

  it('tells an acceptor that does not listen', async () => {
    const said: string[] = [];
    const forwarder = await Forwarder.open({
      listen: { host: HOST, port: 0 },
      to: { host: HOST, port: await anyPortFree() },
      tls: { inner: identity('forwarder'), outer: {} },
      startedAt: performance.now(),
      onAssociation: () => undefined,
      onUnreachable: (why) => said.push(why),
    });
    const socket = connectTls({ host: HOST, port: forwarder.port, ca: pem('forwarder.pem') });
    socket.on('error', () => undefined);
    await closed(socket);
    await forwarder.drain();
    expect(said).toEqual([expect.stringContaining('ECONNREFUSED')]);
  });

  it('reads what DCMTK says to DCMTK over TLS', async () => {
    const at = (name: string): string => join(place.folder, name);
    const behind = await startStorescp({
      args: ['+tls', at('archive.key'), at('archive.pem'), '-ic'],
    });
    const port = String(await anyPortFree());
    const own = ['--tls', '--tls-cert', 'forwarder.pem', '--tls-key', 'forwarder.key'];
    const to = ['--to', `STORESCP@${HOST}:${behind.port}`, '--to-tls-ca', 'archive.pem'];
    const running = place.start(['record', '--listen', port, ...to, ...own, '--out', 'tls']);
    await running.says('Ctrl-C ends it');
    const trust = ['+cf', at('forwarder.pem')];
    await command('echoscu', ['+tla', ...trust, '-aet', 'CT1', HOST, port]);
    running.kill('SIGINT');
    const { code, out, err } = await running.done;
    expect([code, err]).toEqual([0, expect.not.stringContaining('warn')]);
    expect(out).toMatch(/C-ECHO +1 +0 /);
    const [, line = ''] = readFileSync(at('tls/traffic.jsonl'), 'utf8').split('\n');
    expect(JSON.parse(line)).toMatchObject({
      calling: 'CT1',
      end: 'released',
      operations: [{ service: 'C-ECHO', status: 0 }],
    });
    await behind.stop();
  });

  it('wants a certificate to show, and says what flags are for', async () => {
    const to = ['record', '--listen', '0', '--to', `X@${HOST}:104`, '--out', 'none'];
    const without = await place.run([...to, '--tls']);
    expect([without.code, without.err]).toEqual([
      104,
      'error: flag --tls-cert is missing\n  try: who listens shows a certificate\n',
    ]);
    const unread = await place.run([...to, '--to-tls-ca', 'archive.pem']);
    expect([unread.code, unread.err]).toEqual([
      104,
      'error: flag --to-tls-ca is for --tls\n  try: without --tls, TLS passes unread\n',
    ]);
    const gone = ['--tls', '--tls-cert', 'gone.pem', '--tls-key', 'forwarder.key'];
    const { code, err } = await place.run([...to, ...gone]);
    expect(code).toBe(104);
    expect(err).toMatch(/^error: record: tls\.cert: cannot read "gone\.pem" \(ENOENT\)\n/);
  });
});
