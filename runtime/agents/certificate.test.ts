// The certificate is one: OpenSSL (Node's) reads it, and a TLS connection that trusts it stands.
import { X509Certificate } from 'node:crypto';
import { connect, createServer } from 'node:tls';
import type { AddressInfo } from 'node:net';
import { expect, it } from 'vitest';
import { clocksApart, selfSigned } from './certificate.ts';

const NOW = Date.UTC(2031, 4, 6);

it('is read, signed by itself, valid from the day before for ten years', () => {
  const { cert } = selfSigned('dicomrun-engine', NOW);
  const read = new X509Certificate(cert);
  expect(read.subject).toBe('CN=dicomrun-engine');
  expect(read.subjectAltName).toBe('DNS:dicomrun-engine');
  expect(read.verify(read.publicKey)).toBe(true);
  expect(Date.parse(read.validFrom)).toBe(NOW - 86_400_000);
  expect(Date.parse(read.validTo)).toBe(NOW + 3650 * 86_400_000);
});

it('is told from another one when only the clock is wrong', () => {
  const { cert } = selfSigned('dicomrun-engine', NOW);
  expect(clocksApart(cert, NOW)).toBeNull();
  expect(clocksApart(cert, NOW - 90_000_000)).toBe(
    'its certificate is valid from 2031-05-05T00:00:00Z, and the clock here says 2031-05-04T23:00:00Z',
  );
  expect(clocksApart(cert, NOW + 4_000 * 86_400_000)).toMatch(/valid until 2041-/);
  expect(clocksApart('no certificate', NOW)).toBeNull();
});

it('lets a client in that trusts it, and no other', async () => {
  const { cert, key } = selfSigned('dicomrun-engine', Date.now());
  const server = createServer({ cert, key }, (socket) => socket.end('hello'));
  server.on('tlsClientError', () => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const talk = (ca: string): Promise<string> =>
    new Promise((resolve, reject) => {
      const socket = connect({ port, host: '127.0.0.1', ca, servername: 'dicomrun-engine' });
      socket.on('data', (data: Buffer) => resolve(data.toString()));
      socket.on('error', reject);
    });
  expect(await talk(cert)).toBe('hello');
  await expect(talk(selfSigned('dicomrun-engine', Date.now()).cert)).rejects.toThrow();
  server.close();
});
