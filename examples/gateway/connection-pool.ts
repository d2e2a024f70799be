// The gateway's pool of outgoing connections: taken, exhausted, waited for, used again.
// (The original drives a database pool of its own; this looks at the real one, from outside.)
//
// @seed gateway load test_database_pool (acquisition, saturation, concurrent, reuse, metrics)
// @covers 38
// measures  target_dicomrun_router_pool_* from the router's Prometheus page, once every interval;
//           delivery times while more want a connection than there are
// passes    nothing refused or lost: who finds no connection waits; connections are used again;
//           never more than POOL at once (the destination refuses the next one)
// knobs     POOL, WAIT_MS (timeout), SENDERS, FILES; on a real gateway --scrape router=http://…/metrics
import dicom from 'dicom';
import { check } from 'k6';
import type { Options } from 'k6/options';
import { number, scaled, timed } from '../lib/scale.ts';
import { arrivesUnchanged, nothingFails } from '../lib/thresholds.ts';

const size = number('POOL', scaled(5, 2));
const wait = number('WAIT_MS', 5000);
const pool = (metric: string, destination: string) =>
  `target_dicomrun_router_pool_${metric}{series:router{destination="${destination}"}}`;

export const options: Options = {
  labels: ['load'],
  scenarios: {
    acquire: { executor: 'per-vu-iterations', vus: size, iterations: 2 },
    saturate: {
      executor: 'per-vu-iterations',
      vus: number('SENDERS', scaled(20, 6)),
      iterations: number('FILES', scaled(50, 10)),
      after: 'acquire',
    },
  },
  scrape: { router: 'embedded' },
  scrapeInterval: scaled('5s', '1s'),
  thresholds: {
    ...nothingFails,
    ...arrivesUnchanged,
    [pool('limit', 'POOL')]: [`value==${size}`],
    [pool('refused_total', 'POOL')]: ['value==0'],
    [pool('reused_total', 'POOL')]: ['value>0'],
    [pool('wait_ms_max', 'POOL')]: ['value>0'],
    // who waited in vain tries again: nothing is lost, but it is told
    [pool('wait_timeouts_total', 'POOL')]: [{ threshold: 'value==0', advisory: true }],
    dicom_delivery_duration: timed('p(95)<5000'),
  },
  simulate: {
    router: {
      pool: { associations: size, lingerMs: 5000, waitTimeoutMs: wait },
      retry: { retries: 20 },
    },
  },
};

// Takes as many associations as the pool may have, and each image a while.
const destination = dicom.receiver({
  aet: 'POOL',
  faults: { associationLimit: size, delay: scaled(50, 10) },
});
const gateway = dicom.peer({ deliversTo: destination });
const images = dicom.synthetic('KB032');

export default async function () {
  check(await gateway.store(images.fresh()), { stored: (r) => r.ok });
}
