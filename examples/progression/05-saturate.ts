// 5, 10, 15, 20 modalities at once, one step after the other: where does more load stop giving more?
//
// @seed progression 5, STRESS_TEST and saturate 5-10-15-20
// @covers 13
// measures  stores a second and p95 of every step; the knee: the first step that gains less than
//           half of what its additional modalities should bring
// passes    no failure; no knee up to KNEE modalities: each step gains at least half of its share
// knobs     STEPS (5,10,15,20), IMGSZ, IP/IS/IR, STAGGER and HOLD (seconds), KNEE
// The originals count nothing; here each step's hold is measured on its own, without its ramp.
import dicom from 'dicom';
import { check } from 'k6';
import type { Options, Stage } from 'k6/options';
import { exam, image, IMAGE_SIZE } from '../lib/exam.ts';
import { number, scaled, text, timed } from '../lib/scale.ts';
import { arrivesOnce, nothingFails } from '../lib/thresholds.ts';

const steps = text('STEPS', scaled('5,10,15,20', '1,2,4')).split(',').map(Number);
const stagger = number('STAGGER', scaled(20, 1));
const hold = number('HOLD', scaled(120, 1));
const wanted = number('KNEE', 10);

/** The stores of a step, without its ramp. */
const stores = (step: number) => `dicom_reqs{stage:${2 * step + 1}}`;

/** At least half of what the additional modalities should bring, over the step before. */
function gain(step: number): string[] {
  if (step === 0 || steps[step] > wanted) return [];
  return [`count>=${(1 + steps[step] / steps[step - 1]) / 2}*${stores(step - 1)}`];
}

export const options: Options = {
  scenarios: {
    saturate: {
      executor: 'ramping-vus',
      startVUs: 1,
      stages: steps.flatMap((target): Stage[] => [
        { duration: `${stagger}s`, target },
        { duration: `${hold}s`, target },
      ]),
    },
  },
  thresholds: {
    ...nothingFails,
    ...arrivesOnce,
    dicom_req_failed: ['rate==0'],
    'dicom_req_duration{service:C-STORE}': timed('p(95)<2000'),
    ...Object.fromEntries(steps.map((_, i) => [stores(i), timed(...gain(i))])),
    ...Object.fromEntries(steps.map((_, i) => [`dicom_req_duration{stage:${2 * i + 1}}`, []])),
  },
};

const archive = dicom.receiver({ aet: 'SATURATE', verify: 'counts' });
const server = dicom.peer({ deliversTo: archive });
const images = image(IMAGE_SIZE);

export default async function () {
  const study = exam(images);
  await using association = await server.associate({ for: study });
  const { sent, accepted } = await association.storeAll(study);
  check(accepted, { 'whole exam stored': (n) => n === sent });
}

type Metrics = Record<string, { values: Record<string, number> } | undefined>;

/** Tells about the knee; the ordinary summary follows. */
export function handleSummary({ metrics }: { metrics: Metrics }) {
  const value = (metric: string, step: number, what: string): number =>
    metrics[`${metric}{stage:${2 * step + 1}}`]?.values[what] ?? NaN;
  const rates = steps.map((_, i) => value('dicom_reqs', i, 'count') / hold);
  const knee = steps.findIndex((vus, i) => {
    const fair = rates[i - 1] * (vus / steps[i - 1] - 1);
    return rates[i] - rates[i - 1] < fair / 2;
  });
  for (const [i, vus] of steps.entries()) {
    const p95 = value('dicom_req_duration', i, 'p(95)');
    console.log(`${vus} modalities: ${rates[i].toFixed(1)} stores/s, p95 ${p95.toFixed(1)} ms`);
  }
  if (knee < 0) console.log('no knee: more modalities still give more');
  else console.log(`the knee is at ${steps[knee]}; up to ${wanted} each step has to gain`);
}
