// What a TLS peer shows: version, cipher suite, whose certificate and how long it is valid. Whether it
// is trusted is judged by the association before; here it is only read.
import { isIP } from 'node:net';
import { connect } from 'node:tls';
import type { TLSSocket } from 'node:tls';
import type { TlsOptions } from '../../../dicom/ul/associate-request.ts';
import { requestorTls } from '../../../dicom/ul/socket/tls.ts';
import { tlsOptions } from '../../wire/client.ts';
import type { Diagnosis } from './finding.ts';
import type { PeerCheck } from './peer-checks.ts';

const DAY_MS = 86_400_000;
/** Renewing a certificate takes a hospital some weeks. */
const SOON_DAYS = 30;

/** Nothing for a peer without TLS. */
export async function checkTls({ peer, timeoutMs }: PeerCheck): Promise<readonly Diagnosis[]> {
  if (peer.tls === undefined) return [];
  const { host, port } = peer;
  return [await checkHandshake({ host, port, timeoutMs, tls: tlsOptions(peer) ?? {} })];
}

/** What is shown at an address; whether it is trusted is not judged. */
export function checkHandshake({
  host,
  port,
  tls,
  timeoutMs,
}: {
  readonly host: string;
  readonly port: number;
  readonly tls: TlsOptions;
  readonly timeoutMs: number;
}): Promise<Diagnosis> {
  const servername = tls.servername ?? (isIP(host) === 0 ? host : undefined);
  const socket = connect({
    host,
    port,
    ...requestorTls(tls),
    ...(servername === undefined ? {} : { servername }),
    rejectUnauthorized: false,
  });
  return new Promise((resolve) => {
    const end = (finding: Diagnosis) => {
      socket.destroy();
      resolve(finding);
    };
    socket.setTimeout(timeoutMs, () =>
      end({ check: 'tls', state: 'warn', text: 'the handshake took too long' }),
    );
    socket.on('error', ({ message }) => end({ check: 'tls', state: 'warn', text: message }));
    socket.on('secureConnect', () => end(handshakeFinding(socket, Date.now())));
  });
}

function handshakeFinding(socket: TLSSocket, now: number): Diagnosis {
  const { subject, valid_to: until } = socket.getPeerCertificate();
  const name = [subject.CN].flat().join(', ');
  const days = Math.floor((Date.parse(until) - now) / DAY_MS);
  const how = `${socket.getProtocol() ?? 'TLS'}, ${socket.getCipher().standardName}`;
  const text = `${how}, certificate of ${name} valid until ${until} (${days} days)`;
  if (days >= SOON_DAYS) return { check: 'tls', state: 'ok', text };
  return { check: 'tls', state: 'warn', text, hint: "renew the peer's certificate in time" };
}
