// Connections that say nothing, trickle an A-ASSOCIATE-RQ byte by byte, or stay idle for hours.
//
// @covers 37
// measures  when the acceptor closes them (ARTIM), and what everybody else notices meanwhile
// passes    others are served as before; silent connections are closed within ARTIM_SECONDS
// knobs     SILENT (how many), ARTIM_SECONDS (of the peer; 0: do not wait for it)
import dicom, { TimeoutError, type RawConnection } from 'dicom';
import { check, sleep } from 'k6';
import type { Options } from 'k6/options';
import { once } from '../lib/cases.ts';
import { number, scaled, timed } from '../lib/scale.ts';

const artim = number('ARTIM_SECONDS', scaled(30, 0));
const seconds = scaled(60, 1);

export const options: Options = {
  scenarios: {
    ...once('silent trickling idle'),
    others: { executor: 'constant-vus', vus: 2, duration: `${seconds}s`, exec: 'others' },
  },
  thresholds: {
    checks: ['rate==1'],
    iteration_failed: ['rate==0'],
    'dicom_req_failed{scenario:others}': ['rate==0'],
    'dicom_req_duration{scenario:others}': timed('p(99)<1000'),
  },
};

const router = dicom.peer({});

/** True when the peer ends the connection in time, by a close or by a reset. */
function isClosed(connection: RawConnection, timeout: string): Promise<boolean> {
  return connection.read({ timeout }).then(
    (hex) => !hex.startsWith('02'), // an A-ASSOCIATE-AC without a request
    (error) => !(error instanceof TimeoutError),
  );
}

export async function silent() {
  const open = [];
  for (let i = 0; i < number('SILENT', scaled(50, 5)); i++)
    open.push(await dicom.raw.connect(router));
  const timeout = `${artim + 5}s`;
  for (const connection of open) {
    if (artim > 0) check(await isClosed(connection, timeout), { 'closed by ARTIM': (is) => is });
    await connection.close();
  }
}

export async function trickling() {
  const connection = await dicom.raw.connect(router);
  // the first bytes of an A-ASSOCIATE-RQ that will never be whole (PS3.8 §9.3.2)
  await connection.send('01 00 00 00 00 C0 00 01 00 00', { bytesPerSecond: scaled(1, 20) });
  await connection.reset();
  check(true, { trickled: (done) => done });
}

export async function idle() {
  const association = await router.associate();
  await sleep(seconds);
  if (!association.open) return; // closed after so long: that is allowed
  check(await association.echo(), { 'an idle association still answers': (r) => r.ok });
  await association.release();
}

export async function others() {
  check(await router.echo(), { 'others are served': (r) => r.ok });
  await sleep(0.1);
}
