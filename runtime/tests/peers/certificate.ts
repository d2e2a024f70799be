// Certificates for tests, made by openssl.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { HOST } from './process.ts';

/** A certificate of its own authority, valid for loopback: `name.pem`, with its key `name.key`. */
export function certificate(folder: string, name: string): { cert: string; key: string } {
  const cert = join(folder, `${name}.pem`);
  const key = join(folder, `${name}.key`);
  const days = ['-days', '2', '-subj', `/CN=${name}`, '-addext', `subjectAltName=IP:${HOST}`];
  const args = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', key, '-out', cert];
  execFileSync('openssl', [...args, ...days], { stdio: 'pipe' });
  return { cert, key };
}
