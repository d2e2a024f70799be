// TLS of both roles: versions, mutual authentication, bad certificates, and ports of the wrong kind.
import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { describeFailure } from '../dicom/failure-text.ts';
import { negotiateContexts } from '../dicom/scp/contexts.ts';
import { listen } from '../dicom/scp/server.ts';
import type { TlsOptions } from '../dicom/ul/associate-request.ts';
import { requirePeer, startStorescp } from './peers.ts';
import { temporaryFolder } from './peers/process.ts';
import { storeMany } from './fixtures/receiving.ts';
import { instance, propose, connected, SECONDARY_CAPTURE, storeInstance } from './wire-calls.ts';
import { closeServers, echo, open, opened, release, servers, store } from './wire-fixture.ts';

const NAME = { calledAET: 'SCP', callingAET: 'SCU', host: 'h', port: 1 };

describe.skipIf(!requirePeer('openssl'))('TLS', () => {
  let folder = '';
  const file = (name: string): string => join(folder, name);
  const read = (name: string): Buffer => readFileSync(file(name));

  function openssl(...args: string[]): void {
    execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' });
  }

  /** A certificate `name.pem` with its key, signed by the authority, valid for `days`. */
  function certificate(name: string, days: number): void {
    openssl(
      'req',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-keyout',
      `${name}.key`,
      '-out',
      `${name}.csr`,
      '-subj',
      `/CN=${name}`,
    );
    // -days takes a past end only with explicit dates: a negative number ends yesterday.
    openssl(
      'x509',
      '-req',
      '-in',
      `${name}.csr`,
      '-CA',
      'ca.pem',
      '-CAkey',
      'ca.key',
      '-CAcreateserial',
      '-days',
      String(days),
      '-out',
      `${name}.pem`,
      '-extfile',
      'san.cnf',
    );
  }

  beforeAll(async () => {
    folder = await temporaryFolder('tls');
    for (const ca of ['ca', 'other']) {
      openssl(
        'req',
        '-x509',
        '-newkey',
        'rsa:2048',
        '-nodes',
        '-keyout',
        `${ca}.key`,
        '-out',
        `${ca}.pem`,
        '-days',
        '30',
        '-subj',
        `/CN=${ca}`,
      );
    }
    const { writeFileSync } = await import('node:fs');
    writeFileSync(file('san.cnf'), 'subjectAltName=DNS:pacs.example,IP:127.0.0.1\n');
    certificate('server', 30);
    certificate('client', 30);
    certificate('expired', -1);
  }, 60_000);

  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  afterEach(closeServers);

  const identity = (name: string): TlsOptions => ({
    cert: read(`${name}.pem`),
    key: read(`${name}.key`),
  });

  async function secure(tls: TlsOptions): Promise<number> {
    const server = await listen({
      port: 0,
      tls,
      handler: {
        onAssociate: ({ rq }) => ({ kind: 'accept', contexts: negotiateContexts(rq) }),
        onStoreEnd: () => 0,
        onRequest: (association, request) => association.respond(request, { status: 0 }),
      },
    });
    servers.push(server);
    return server.port;
  }

  it.each(['TLSv1.2', 'TLSv1.3'] as const)(
    'carries everything over %s, and times the handshake',
    async (version) => {
      const port = await secure(identity('server'));
      const tls = { ca: read('ca.pem'), minVersion: version, maxVersion: version };
      const outcome = await open(port, { tls });
      if (outcome.kind !== 'accepted') throw new Error(JSON.stringify(outcome));
      expect(outcome.tlsMs).toBeGreaterThan(0);
      expect((await echo(outcome.association)).statuses).toEqual([0]);
      expect((await store(outcome.association, Buffer.alloc(3_000_000))).statuses).toEqual([0]);
      expect((await release(outcome.association)).failure).toBeNull();
    },
  );

  it.each([
    ['KB512', 40],
    ['MB10', 10],
  ])('carries stores of %s, several under way, as they were sent', async (spec, count) => {
    const tls = { server: identity('server'), client: { ca: read('ca.pem') } };
    await storeMany(spec, count, tls);
  });

  it.each(['bcp195', 'bcp195-nd', 'bcp195-extended'] as const)(
    'speaks the profile %s on both sides',
    async (profile) => {
      const port = await secure({ ...identity('server'), profile });
      const association = await opened(port, { tls: { ca: read('ca.pem'), profile } });
      expect((await echo(association)).statuses).toEqual([0]);
    },
  );

  it('authenticates both sides when asked to, and refuses a stranger', async () => {
    const port = await secure({ ...identity('server'), ca: read('ca.pem'), requestCert: true });
    const tls = { ca: read('ca.pem'), ...identity('client') };
    expect((await echo(await opened(port, { tls }))).statuses).toEqual([0]);
    const refused = await open(port, { tls: { ca: read('ca.pem') } });
    expect(refused.kind).toBe('transport');
  });

  it.each([
    {
      what: 'an expired certificate',
      server: 'expired',
      ca: 'ca',
      code: 'TLS_CERT_HAS_EXPIRED',
      hint: /expired/,
    },
    {
      what: 'an unknown authority',
      server: 'server',
      ca: 'other',
      code: 'TLS_UNABLE_TO_VERIFY_LEAF_SIGNATURE',
      hint: /`ca`/,
    },
  ])('refuses $what with a hint', async ({ server, ca, code, hint }) => {
    const port = await secure(identity(server));
    const outcome = await open(port, { tls: { ca: read(`${ca}.pem`) } });
    expect(outcome).toMatchObject({ kind: 'transport', phase: 'tls', code });
    if (outcome.kind === 'transport') expect(describeFailure(outcome, NAME).hint).toMatch(hint);
  });

  it('checks the name it asked for, and takes a wrong one when told so', async () => {
    const port = await secure(identity('server'));
    const ca = read('ca.pem');
    expect((await open(port, { tls: { ca, servername: 'pacs.example' } })).kind).toBe('accepted');
    const wrong = await open(port, { tls: { ca, servername: 'elsewhere.example' } });
    expect(wrong).toMatchObject({
      kind: 'transport',
      phase: 'tls',
      code: 'TLS_CERT_ALTNAME_INVALID',
    });
    expect((await open(port, { tls: { rejectUnauthorized: false } })).kind).toBe('accepted');
  });

  it('recognises a plain peer on a TLS port, and the reverse', async () => {
    const port = await secure(identity('server'));
    const plain = await open(port);
    expect(plain.kind === 'accepted' ? '' : describeFailure(plain, NAME).hint).toMatch(/TLS/);
    const { port: plainPort } = await listenPlain();
    const tls = await open(plainPort, { tls: { ca: read('ca.pem') } });
    expect(tls).toMatchObject({ kind: 'transport', phase: 'tls' });
    if (tls.kind === 'transport') expect(describeFailure(tls, NAME).hint).toMatch(/TLS/);
  });

  async function listenPlain(): Promise<{ port: number }> {
    const server = await listen({ port: 0, handler: { onAssociate: () => ({ kind: 'silence' }) } });
    servers.push(server);
    return server;
  }

  it.skipIf(!requirePeer('storescp'))(
    'stores to storescp +tls with a client certificate',
    async () => {
      const peer = await startStorescp({
        args: ['+tls', file('server.key'), file('server.pem'), '+cf', file('ca.pem')],
      });
      const tls = { ca: read('ca.pem'), ...identity('client') };
      const association = await connected(peer, propose(SECONDARY_CAPTURE), { tls });
      expect(await storeInstance(association, instance(3))).toBe(0);
      await release(association);
      await expect.poll(() => peer.files()).toHaveLength(1);
      await peer.stop();
    },
  );

  it.skipIf(!requirePeer('storescp'))(
    'tells the alert of a storescp that refuses our certificate, or misses one, with a remedy',
    async () => {
      const peer = await startStorescp({
        args: ['+tls', file('server.key'), file('server.pem'), '+cf', file('ca.pem')],
      });
      const stranger = { cert: read('other.pem'), key: read('other.key') };
      for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
        const tls = { ca: read('ca.pem'), minVersion: version, maxVersion: version };
        for (const own of [{}, stranger]) {
          const outcome = await open(peer.port, { tls: { ...tls, ...own } });
          expect(outcome).toMatchObject({
            kind: 'transport',
            code: expect.stringMatching(/ALERT/),
          });
          if (outcome.kind === 'transport') {
            expect(describeFailure(outcome, NAME).hint).toMatch(/certificate/);
          }
        }
      }
      await peer.stop();
    },
  );
});
