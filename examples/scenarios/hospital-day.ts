// A day of a hospital, scaled by one number: exams arrive at random, few at night and most before noon,
// in the mix of modalities of a general hospital, each with the association habits of its kind.
//
// @covers 14
// measures  deliveries and C-STORE by modality and over the day; how late exams start
// passes    nothing lost; p95 of delivery within SLA_SECONDS all day (judged over windows of a minute)
// knobs     EXAMS_PER_DAY (1 % to 1000 % of it is the only scale), DAY (24h, or faster), SLA_SECONDS
// Shares: exams of a peak hour in a large hospital group. CT and MR open one association for a
// study, ultrasound keeps one open, radiography opens one for each image.
import dicom, { type Association, type Pool, type Study } from 'dicom';
import { check } from 'k6';
import type { Options } from 'k6/options';
import { full, number, scaled, text, timed } from '../lib/scale.ts';
import { arrivesOnce, fewFail } from '../lib/thresholds.ts';

type Habit = 'per study' | 'per image' | 'kept';
interface Kind {
  readonly share: number;
  readonly images: number;
  readonly bytes: number;
  readonly habit: Habit;
}
const kinds: Record<string, Kind> = {
  DX: { share: 48, images: 2, bytes: 8e6, habit: 'per image' },
  US: { share: 20, images: 30, bytes: 600e3, habit: 'kept' },
  CT: { share: 12, images: 300, bytes: 525e3, habit: 'per study' },
  MR: { share: 10, images: 200, bytes: 260e3, habit: 'per study' },
  ES: { share: 6, images: 8, bytes: 900e3, habit: 'per study' },
  MG: { share: 4, images: 4, bytes: 20e6, habit: 'per study' },
};
const names = Object.keys(kinds);
const smaller = (value: number, least: number) => (full ? value : Math.max(least, value / 50));

export const options: Options = {
  labels: ['load', 'slow'],
  scenarios: {
    day: {
      executor: 'ramping-arrival-rate',
      examsPerDay: number('EXAMS_PER_DAY', scaled(2000, 150)),
      dayLength: text('DAY', scaled('24h', '24s')),
      arrival: 'poisson',
      preAllocatedVUs: scaled(50, 10),
      maxVUs: scaled(500, 40),
    },
  },
  thresholds: {
    ...fewFail('0.02'),
    ...arrivesOnce,
    dicom_delivery_duration: timed(`p(95)<${number('SLA_SECONDS', 60) * 1000}`).map((one) => ({
      ...one,
      window: '1m',
    })),
    iteration_lag: timed('p(95)<1000'),
    ...Object.fromEntries(names.map((m) => [`dicom_req_duration{modality:${m}}`, []])),
  },
};

const archive = dicom.receiver({ aet: 'HOSPITAL_DAY', verify: 'counts', keep: 'nothing' });
const router = dicom.peer({ deliversTo: archive });
const pools = new Map<string, Pool>(
  names.map((modality) => {
    const bytes = 2 * Math.round(smaller(kinds[modality].bytes, 30e3) / 2);
    return [modality, dicom.synthetic({ modality, bytes })];
  }),
);

/** A modality by its share. */
function draw(): string {
  let at = Math.random() * names.reduce((sum, name) => sum + kinds[name].share, 0);
  return names.find((name) => (at -= kinds[name].share) < 0) ?? 'DX';
}

async function send(study: Study, habit: Habit): Promise<number> {
  let association: Association | null = null;
  for (const image of study) {
    if (association === null || habit === 'per image') {
      await association?.release();
      association = await router.associate({ for: image, keep: habit === 'kept' });
    }
    await association.store(image);
  }
  if (habit !== 'kept') await association?.release();
  return study.accepted;
}

export default async function () {
  const modality = draw();
  const images = Math.ceil(smaller(kinds[modality].images, 1));
  const study = dicom.study({ from: pools.get(modality), images });
  check(await send(study, kinds[modality].habit), { 'exam stored': (n) => n === images });
}
