// The certificate is one: OpenSSL (Node's) reads it, and a TLS connection that trusts it stands.
import { X509Certificate } from 'node:crypto';
import { connect, createServer } from 'node:tls';
import type { AddressInfo } from 'node:net';
import { expect, it } from 'vitest';
import { selfSigned } from './certificate.ts';

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
