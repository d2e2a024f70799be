// A self-signed certificate for the engine (X.509 v3, ECDSA P-256): Node makes keys, but none of
// these. Clients trust this one certificate and no authority, whatever name they reach it by.
import { generateKeyPairSync, randomBytes, sign, X509Certificate } from 'node:crypto';

export interface Certificate {
  /** PEM. */
  readonly cert: string;
  readonly key: string;
}

const YEARS = 10;
const MS_PER_DAY = 86_400_000;

/** Valid from a day before `now` (clocks differ), for ten years. */
export function selfSigned(name: string, now: number): Certificate {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const subject = sequence(set(sequence(COMMON_NAME, tagged(0x0c, Buffer.from(name)))));
  const body = sequence(
    tagged(0xa0, tagged(0x02, Buffer.of(2))),
    tagged(0x02, Buffer.concat([Buffer.of(0x01), randomBytes(15)])),
    ECDSA_SHA256,
    subject,
    sequence(time(now - MS_PER_DAY), time(now + YEARS * 365 * MS_PER_DAY)),
    subject,
    publicKey.export({ type: 'spki', format: 'der' }),
    tagged(0xa3, sequence(sequence(SUBJECT_ALT_NAME, tagged(0x04, sequence(dnsName(name)))))),
  );
  const signature = sign('sha256', body, privateKey);
  const der = sequence(body, ECDSA_SHA256, tagged(0x03, Buffer.concat([Buffer.of(0), signature])));
  return { cert: pem(der), key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() };
}

/** Why TLS refuses the right certificate: it is not valid by the clock of this host. Null if it is. */
export function clocksApart(cert: string, now: number): string | null {
  let read: X509Certificate;
  try {
    read = new X509Certificate(cert);
  } catch {
    return null;
  }
  const begins = Date.parse(read.validFrom);
  const ends = Date.parse(read.validTo);
  if (now >= begins && now <= ends) return null;
  const bound = now < begins ? `from ${instant(begins)}` : `until ${instant(ends)}`;
  return `its certificate is valid ${bound}, and the clock here says ${instant(now)}`;
}

/** ISO 8601 to the second. */
const instant = (ms: number): string => new Date(ms).toISOString().replace(/\.\d+Z/, 'Z');

/** A value with tag and length (X.690 §8.1). */
function tagged(tag: number, content: Buffer): Buffer {
  const n = content.length;
  const bytes = n < 128 ? [n] : n < 256 ? [0x81, n] : [0x82, n >> 8, n & 0xff];
  return Buffer.concat([Buffer.of(tag, ...bytes), content]);
}

function sequence(...parts: readonly Buffer[]): Buffer {
  return tagged(0x30, Buffer.concat(parts));
}

function set(part: Buffer): Buffer {
  return tagged(0x31, part);
}

/** GeneralizedTime, seconds (RFC 5280 §4.1.2.5.2). */
function time(ms: number): Buffer {
  const text = new Date(ms).toISOString().replace(/[-:T]|\.\d+/g, '');
  return tagged(0x18, Buffer.from(text));
}

/** [2] IMPLICIT IA5String (RFC 5280 §4.2.1.6). */
function dnsName(name: string): Buffer {
  return tagged(0x82, Buffer.from(name));
}

const oid = (hex: string): Buffer => tagged(0x06, Buffer.from(hex, 'hex'));
const COMMON_NAME = oid('550403');
const SUBJECT_ALT_NAME = oid('551d11');
const ECDSA_SHA256 = sequence(oid('2a8648ce3d040302'));

function pem(der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n');
}
