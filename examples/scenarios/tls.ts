// DICOM over TLS: what a handshake costs, and who is not let in. The certificates are made first:
//
//   sh examples/scenarios/certificates.sh /tmp/certificates
//   dicomrun run examples/scenarios/tls.ts -e CERTS=/tmp/certificates
//
// @covers 42
// measures  dicom_tls_handshaking, an association for each image; the outcome of each bad certificate
// passes    what is wrong is refused, by us or by the server; all else stored; handshake p95 < 300 ms
// knobs     CERTS (folder), SENDERS, IMAGES (of each), TLS_TARGET (AET@host:port of a server that asks
//           for certificates of our authority; without it receivers of this run)
import dicom, { type Peer, type Receiver, type TlsOptions } from 'dicom';
import { check } from 'k6';
import type { Options } from 'k6/options';
import { once } from '../lib/cases.ts';
import { number, scaled, text, timed } from '../lib/scale.ts';
import { arrivesOnce } from '../lib/thresholds.ts';

/** A server of yours; '' for receivers of this run. */
const outside = text('TLS_TARGET', '');

export const options: Options = {
  scenarios: {
    ...once('refusals versions'),
    load: {
      executor: 'per-vu-iterations',
      vus: number('SENDERS', scaled(20, 2)),
      iterations: number('IMAGES', scaled(100, 5)),
    },
  },
  thresholds: {
    checks: ['rate==1'],
    iteration_failed: ['rate==0'],
    'dicom_req_failed{service:C-STORE}': ['rate==0'],
    ...(outside === '' ? arrivesOnce : {}),
    dicom_tls_handshaking: timed('p(95)<300'),
  },
};

const folder = text('CERTS', '/tmp/certificates');
const ca = `${folder}/ca.pem`;
const own = (name: string) => ({ cert: `${folder}/${name}.pem`, key: `${folder}/${name}.key` });
const receiver = (aet: string, tls?: TlsOptions) => dicom.receiver({ aet, tls, verify: 'counts' });

const secure = receiver('SECURE', { ...own('server'), ca, verify: true });
const outdated = receiver('OUTDATED', own('expired'));
const foreign = receiver('FOREIGN', own('stranger'));
const plain = receiver('PLAIN');
const image = dicom.synthetic('KB128');

const to = ({ aet, host, port }: Receiver, tls: TlsOptions): Peer =>
  dicom.peer({ calledAET: aet, host, port, tls });

/** The server under test, with this certificate of ours. */
function server(tls: TlsOptions): Peer {
  if (outside !== '') return dicom.peer({ connect: outside, tls });
  const { aet, host, port } = secure;
  return dicom.peer({ calledAET: aet, host, port, tls, deliversTo: secure });
}

export const vuInit = () => server({ ca, ...own('client') });

export default async function (_: unknown, peer: Peer) {
  check(await peer.store(image.fresh()), { 'stored over TLS': (r) => r.ok });
}

export async function refusals() {
  const cases: Record<string, Peer> = {
    'our certificate has expired': server({ ca, ...own('expired') }),
    'ours is of an authority they do not know': server({ ca, ...own('stranger') }),
    'we have none': server({ ca }),
    'theirs has expired': to(outdated, { ca }),
    'theirs is of an authority we do not know': to(foreign, { ca }),
    'theirs is for another name': server({ ca, ...own('client'), serverName: 'elsewhere.test' }),
    'they do not speak TLS': to(plain, { ca }),
  };
  for (const [name, peer] of Object.entries(cases)) {
    const { outcome, message } = await peer.negotiate({ expect: 'transport' });
    check(outcome, { [`refused: ${name}`]: (is) => is === 'transport' || is === 'aborted' });
    console.log(`${name}: ${outcome}, ${message ?? ''}`);
  }
}

export async function versions() {
  for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
    const peer = server({ ca, ...own('client'), minVersion: version, maxVersion: version });
    check(await peer.echo(), { [`${version} is spoken`]: (r) => r.ok });
  }
}
