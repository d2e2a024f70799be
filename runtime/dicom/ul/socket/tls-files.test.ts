import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { acceptorTlsOf, requestorTlsOf } from './tls-files.ts';

const folder = mkdtempSync(join(tmpdir(), 'dicomrun-tls-files-'));
writeFileSync(join(folder, 'own.pem'), 'certificate');
writeFileSync(join(folder, 'own.key'), 'key');
afterAll(() => rmSync(folder, { recursive: true }));

const place = { name: 'router', folder };
const own = { cert: 'own.pem', key: 'own.key' };
const TEXT = '-----BEGIN CERTIFICATE-----';

describe('TLS of a requestor', () => {
  it('is read from files beside the script, or given as text', () => {
    const given = { ...own, ca: TEXT, passphrase: 'x', serverName: 'pacs.test', verify: false };
    expect(requestorTlsOf({ ...given, maxVersion: 'TLSv1.2', profile: undefined }, place)).toEqual({
      ...{ ca: TEXT, cert: 'certificate', key: 'key', passphrase: 'x', servername: 'pacs.test' },
      ...{ rejectUnauthorized: false, maxVersion: 'TLSv1.2' },
    });
  });

  it('may be none, or as it comes', () => {
    const asked = [undefined, false, true, {}];
    expect(asked.map((tls) => requestorTlsOf(tls, place))).toEqual([null, null, {}, {}]);
  });

  it.each([
    [{ servername: 'a' }, 'router: tls has no option "servername"', /known are ca, .*serverName/],
    [{ constructor: 'a' }, 'router: tls has no option "constructor"', /known are/],
    [{ ca: 'none.pem' }, 'router: tls.ca: cannot read "none.pem" (ENOENT)', /looked for in \//],
    [{ key: 5 }, 'router: tls.key: must be a text', undefined],
    [{ verify: 'no' }, 'router: tls.verify: must be true or false', undefined],
    [
      { minVersion: 'TLSv1.1' },
      'router: tls.minVersion: must be TLSv1.2 or TLSv1.3, got "TLSv1.1"',
      undefined,
    ],
  ])('refuses %j', (given, message, hint) => {
    const matches = hint === undefined ? undefined : (expect.stringMatching(hint) as string);
    const error = { code: 'CONFIG_TLS', message, hint: matches };
    expect(() => requestorTlsOf(given, place)).toThrow(expect.objectContaining(error) as Error);
  });
});

describe('TLS of an acceptor', () => {
  it.each([
    [{}, { requestCert: undefined, rejectUnauthorized: undefined }],
    [{ ca: TEXT }, { requestCert: true, rejectUnauthorized: undefined }],
    [{ verify: true }, { requestCert: true, rejectUnauthorized: true }],
    [
      { ca: TEXT, verify: false },
      { requestCert: undefined, rejectUnauthorized: false },
    ],
  ])('with %j asks senders for a certificate, or not', (more, expected) => {
    const tls = acceptorTlsOf({ ...own, ...more }, place);
    const { requestCert, rejectUnauthorized } = tls ?? {};
    expect({ requestCert, rejectUnauthorized }).toEqual(expected);
  });

  it('needs a certificate to show, and its key', () => {
    expect(acceptorTlsOf(undefined, place)).toBeNull();
    expect(() => acceptorTlsOf({ ca: TEXT }, place)).toThrow('router: tls has no cert');
    expect(() => acceptorTlsOf({ cert: 'own.pem' }, place)).toThrow('router: tls has no key');
  });
});
