// TLS settings of either role, and the profiles of PS3.15 (BCP 195).
import type { ConnectionOptions, TlsOptions as NodeServerOptions } from 'node:tls';
import type { TlsOptions } from '../associate-request.ts';

const TLS13 = 'TLS_AES_256_GCM_SHA384:TLS_AES_128_GCM_SHA256:TLS_CHACHA20_POLY1305_SHA256';
const ECDHE_256 = 'ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384';
const ECDHE_128 = 'ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256';
const DHE_256 = 'DHE-RSA-AES256-GCM-SHA384';
const DHE_128 = 'DHE-RSA-AES128-GCM-SHA256';

/** Cipher suites by profile: PS3.15 B.9 (downgrading), B.10 (non-downgrading), B.11 (extended). */
const PROFILES: Readonly<Record<string, string>> = {
  bcp195: [TLS13, ECDHE_256, ECDHE_128, DHE_256, DHE_128, 'AES256-SHA:AES128-SHA'].join(':'),
  'bcp195-nd': [TLS13, ECDHE_256, ECDHE_128, DHE_256, DHE_128].join(':'),
  'bcp195-extended': ['TLS_AES_256_GCM_SHA384', ECDHE_256, DHE_256].join(':'),
};

type Shared = Pick<
  ConnectionOptions & NodeServerOptions,
  | 'ca'
  | 'cert'
  | 'key'
  | 'pfx'
  | 'passphrase'
  | 'minVersion'
  | 'maxVersion'
  | 'ciphers'
  | 'rejectUnauthorized'
>;

function shared(tls: TlsOptions): Shared {
  const ca = tls.ca;
  return {
    ...(ca === undefined
      ? {}
      : { ca: Array.isArray(ca) ? [...(ca as (string | Buffer)[])] : (ca as string | Buffer) }),
    ...(tls.cert === undefined ? {} : { cert: tls.cert }),
    ...(tls.key === undefined ? {} : { key: tls.key }),
    ...(tls.pfx === undefined ? {} : { pfx: tls.pfx }),
    ...(tls.passphrase === undefined ? {} : { passphrase: tls.passphrase }),
    minVersion: tls.minVersion ?? 'TLSv1.2',
    ...(tls.maxVersion === undefined ? {} : { maxVersion: tls.maxVersion }),
    ...cipherOptions(tls),
  };
}

function cipherOptions(tls: TlsOptions): { ciphers?: string } {
  if (tls.ciphers !== undefined) return { ciphers: tls.ciphers };
  const suites = tls.profile === undefined ? undefined : PROFILES[tls.profile];
  return suites === undefined ? {} : { ciphers: suites };
}

/** Options for `tls.connect`. */
export function requestorTls(tls: TlsOptions): ConnectionOptions {
  return {
    ...shared(tls),
    rejectUnauthorized: tls.rejectUnauthorized ?? true,
    ...(tls.servername === undefined ? {} : { servername: tls.servername }),
  };
}

/** Options for `tls.createServer`. A client certificate that was asked for is checked by default. */
export function acceptorTls(tls: TlsOptions): NodeServerOptions {
  const requestCert = tls.requestCert ?? false;
  return {
    ...shared(tls),
    requestCert,
    rejectUnauthorized: tls.rejectUnauthorized ?? requestCert,
  };
}
