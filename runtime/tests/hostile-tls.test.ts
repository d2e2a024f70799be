// TLS that is none, breaks off or says nothing, on either side: a typed end, and the next one is
// served.
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, rmSync } from 'node:fs';
import { connect, createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Chance, mutated, pieces } from '../bench/fuzz-mutate.ts';
import { recordStreams } from '../bench/fuzz-wire.ts';
import type { Listening } from '../dicom/scp/acceptor-types.ts';
import { negotiateContexts } from '../dicom/scp/contexts.ts';
import { listen } from '../dicom/scp/server.ts';
import type { TlsOptions } from '../dicom/ul/associate-request.ts';
import { requirePeer } from './peers.ts';
import { temporaryFolder } from './peers/process.ts';
import { closeServers, ECHO, echo, open, opened, rawServer, servers } from './wire-fixture.ts';

const HOST = '127.0.0.1';
const INPUTS = 150;
const AT_A_TIME = 30;
const ABORT_BYTES = 10; // PS3.8 §9.3.8

/** The first bytes of a TLS client. */
async function clientHello(): Promise<Buffer> {
  const server = createServer().listen(0, HOST);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const client = connectTls({ host: HOST, port, rejectUnauthorized: false });
  client.on('error', () => undefined);
  const [socket] = (await once(server, 'connection')) as [ReturnType<typeof connect>];
  const [hello] = (await once(socket, 'data')) as [Buffer];
  client.destroy();
  socket.destroy();
  server.close();
  return hello;
}

/** What a port says to these bytes until it hangs up, or until `enough`. */
function said(port: number, parts: readonly Buffer[], enough = Infinity): Promise<Buffer> {
  return new Promise((resolve) => {
    let heard = Buffer.alloc(0);
    const socket = connect(port, HOST, () => {
      for (const part of parts) socket.write(part);
    });
    socket.on('data', (chunk: Buffer) => {
      heard = Buffer.concat([heard, chunk]);
      if (heard.length >= enough) socket.destroy();
    });
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(heard));
  });
}

describe.skipIf(!requirePeer('openssl'))('TLS', () => {
  let folder = '';
  let identity: TlsOptions = {};
  let hello: Buffer = Buffer.alloc(0);

  async function station(tls?: TlsOptions, limitMs = 400): Promise<Listening> {
    const server = await listen({
      port: 0,
      timeouts: { tlsMs: limitMs, associateMs: limitMs, idleMs: limitMs },
      ...(tls === undefined ? {} : { tls }),
      handler: {
        onAssociate: ({ rq }) => ({ kind: 'accept', contexts: negotiateContexts(rq) }),
        ...ECHO,
      },
    });
    servers.push(server);
    return server;
  }

  /** Damaged streams, some at a time, until each is hung up on or has heard `enough`. */
  async function damage(port: number, streams: readonly Buffer[], enough?: number): Promise<void> {
    const inputs = Array.from({ length: INPUTS }, (_, seed) => {
      const chance = new Chance(seed);
      return pieces(mutated(streams, chance), chance);
    });
    for (let at = 0; at < inputs.length; at += AT_A_TIME) {
      const some = inputs.slice(at, at + AT_A_TIME);
      await Promise.all(some.map((parts) => said(port, parts, enough)));
    }
  }

  beforeAll(async () => {
    folder = await temporaryFolder('hostile-tls');
    const command = `req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 30
      -keyout key.pem -out cert.pem -subj /CN=pacs -addext subjectAltName=IP:127.0.0.1`;
    execFileSync('openssl', command.split(/\s+/), { cwd: folder, stdio: 'pipe' });
    const cert = readFileSync(join(folder, 'cert.pem'));
    identity = { cert, ca: cert, key: readFileSync(join(folder, 'key.pem')) };
    hello = await clientHello();
    expect(hello[0]).toBe(0x16);
  }, 60_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  afterEach(closeServers);

  it('noise, DICOM and damaged handshakes on a TLS port are hung up on', async () => {
    const server = await station(identity);
    const { requests } = await recordStreams();
    await damage(server.port, [hello, hello, requests]);
    await expect.poll(() => server.connections).toBe(0);
    const association = await opened(server.port, { tls: { ca: identity.ca ?? '' } });
    expect((await echo(association)).statuses).toEqual([0]);
  });

  it('a handshake cut at any byte is waited for no longer than an association', async () => {
    const server = await station(identity);
    const cuts = Array.from({ length: 60 }, (_, at) => Math.floor((at * hello.length) / 60));
    const began = performance.now();
    await Promise.all(cuts.map((at) => said(server.port, [hello.subarray(0, at)])));
    expect(performance.now() - began).toBeLessThan(20_000);
    const association = await opened(server.port, { tls: { ca: identity.ca ?? '' } });
    expect((await echo(association)).statuses).toEqual([0]);
  });

  it('a port closes though somebody is in the middle of a handshake', async () => {
    const server = await station(identity, 60_000);
    const silent = said(server.port, [hello.subarray(0, 20)]);
    await expect.poll(() => server.connections).toBe(1);
    await server.close();
    expect(await silent).toEqual(Buffer.alloc(0));
  });

  it('TLS on a plain port is refused by its first byte', async () => {
    const server = await station();
    expect((await said(server.port, [hello], ABORT_BYTES))[0]).toBe(7);
    await damage(server.port, [hello], ABORT_BYTES);
    await expect.poll(() => server.connections).toBe(0);
    expect((await echo(await opened(server.port))).statuses).toEqual([0]);
  });

  it('a server that breaks off, lies or stays silent in the handshake: a failure of phase tls', async () => {
    const real = await station(identity);
    const answer = await said(real.port, [hello], 400);
    expect(answer.length).toBeGreaterThan(100);
    const tls = { ca: identity.ca ?? '' };
    const timeouts = { tlsMs: 400, associateMs: 400 };
    const outcome = async (seed: number): Promise<string> => {
      const chance = new Chance(seed);
      const bytes = seed % 3 === 0 ? answer.subarray(0, seed * 5) : mutated([answer], chance);
      const port = await rawServer((socket, chunk) => {
        if (chunk > 0) return;
        for (const piece of pieces(bytes, chance)) socket.write(piece);
        if (seed % 4 === 0) socket.end();
        else if (seed % 4 === 1) socket.resetAndDestroy();
      });
      return (await open(port, { tls, timeouts })).kind;
    };
    const kinds = await Promise.all(Array.from({ length: 60 }, (_, seed) => outcome(seed)));
    expect([...new Set(kinds)].sort()).toEqual(['timeout', 'transport']);
  });
});
