// Three times the peak for five minutes; then five of the studies must be found at the destination.
//
// @seed compass test_load_stability
// @covers 12
// measures  achieved image rate, error rate, p95 of C-STORE, time until sampled studies are visible
// passes    error rate ≤ 2 %, p95 ≤ 2 s, ≥ 95 % of the rate achieved, 5 of 5 studies found
// knobs     PEAK_IMAGES_PER_SECOND, LOAD_MULTIPLIER, LOAD_CONCURRENCY, TEST_DURATION_SECONDS,
//           MAX_ERROR_RATE, MAX_P95_LATENCY_MS, DICOM_ROOT_DIR, CFIND_*
// The original starts its clock when a thread picks the job, opens an association for each image and
// sends the same UIDs again and again. Here starts are due by the clock (iteration_lag says how late),
// one association is kept per VU (ASSOCIATION=image for one each), and every study is new.
import dicom from 'dicom';
import { check } from 'k6';
import type { Options } from 'k6/options';
import { filesOr } from '../lib/images.ts';
import { number, scaled, text, timed } from '../lib/scale.ts';
import { fewFail } from '../lib/thresholds.ts';

export const options: Options = {
  labels: ['load'],
  scenarios: {
    peak: {
      executor: 'constant-arrival-rate',
      rate: number('PEAK_IMAGES_PER_SECOND', scaled(50, 10)) * number('LOAD_MULTIPLIER', 3),
      duration: `${number('TEST_DURATION_SECONDS', scaled(300, 2))}s`,
      preAllocatedVUs: number('LOAD_CONCURRENCY', 8),
      maxVUs: 8 * number('LOAD_CONCURRENCY', 8),
    },
  },
  teardownTimeout: '10m', // five studies, each looked for until CFIND_TIMEOUT
  thresholds: {
    'checks{check:router answers}': ['rate==1'],
    'checks{check:sampled study found}': ['rate==1'],
    ...fewFail(text('MAX_ERROR_RATE', '0.02')), // of stores, associations, iterations
    'dicom_req_duration{service:C-STORE}': timed(`p(95)<=${number('MAX_P95_LATENCY_MS', 2000)}`),
    iterations_achieved: timed('rate>=0.95'),
  },
};

const images = filesOr('KB512');
const router = dicom.peer({});
const keep = text('ASSOCIATION', 'keep') === 'keep';
const SAMPLED = 5;

export async function setup() {
  check(await router.echo(), { 'router answers': (r) => r.ok });
}

export default async function () {
  const study = dicom.study({ images: 1, from: images });
  const association = await router.associate({ for: images, keep });
  for (const image of study) check(await association.store(image), { stored: (r) => r.ok });
  if (!keep) await association.release();
  const nth = dicom.shared.counter('study').next();
  if (nth % scaled(100, 5) === 0) await dicom.shared.queue('sample').push(study.uid);
}

export async function teardown() {
  const sample = dicom.shared.queue('sample');
  const uids: unknown[] = [];
  for (let uid = await sample.pop(); uid !== undefined; uid = await sample.pop()) uids.push(uid);
  for (let i = 0; i < SAMPLED && uids.length > 0; i++) {
    const uid = uids[Math.floor((i * uids.length) / SAMPLED)]; // early and late ones
    const visible = await dicom.verify.study(String(uid));
    check(visible, { 'sampled study found': (v) => v.found || v.skipped });
  }
}
