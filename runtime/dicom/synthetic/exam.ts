// Shapes of examinations: how many series and images, whose patient, which modality.
import { type Identity, memberNumber, studyNumber } from '../pool/identity.ts';
import { DataError } from '../element/data-error.ts';
import { imagesPerStudy, SYNTHETIC_MODALITIES } from './synthetic.ts';

/** As `storescu +IP +IS +IR`: a new patient, study, series after so many of the next. */
export interface ExamShape {
  /** `+IR`, default 1. */
  readonly imagesPerSeries?: number;
  /** `+IS`, default 1. */
  readonly seriesPerStudy?: number;
  /** `+IP`, default 1. */
  readonly studiesPerPatient?: number;
}

/** The identity of the k-th instance (from 0) of a worker under a shape. */
export function examIdentity(k: number, shape: ExamShape, worker = 0): Identity {
  const { imagesPerSeries = 1, seriesPerStudy = 1, studiesPerPatient = 1 } = shape;
  const series = Math.floor(k / imagesPerSeries);
  const study = Math.floor(series / seriesPerStudy);
  const patient = Math.floor(study / studiesPerPatient);
  return {
    study: studyNumber(worker, study),
    member: memberNumber((series % seriesPerStudy) + 1, (k % imagesPerSeries) + 1),
    patient: studyNumber(worker, patient * studiesPerPatient),
  };
}

/** One drawn examination. */
export interface Exam {
  readonly modality: string;
  /** Images of each series. */
  readonly series: readonly number[];
}

/** Shares of studies in a general hospital: radiography first, then CT, ultrasound, MR. */
export const HOSPITAL_MIX: Readonly<Record<string, number>> = {
  DX: 30,
  CR: 10,
  CT: 22,
  US: 15,
  MR: 12,
  MG: 4,
  RF: 2,
  XA: 2,
  ES: 2,
  PT: 1,
};

/**
 * Draws examinations, reproducibly: modality by its share, images about as many as the modality
 * usually has (half to one and a half times), CT and MR in several series.
 *
 * @throws DataError `DATA_BAD_OPTION` for an unknown modality or shares that are not numbers
 */
export function drawExams(
  count: number,
  options: { readonly seed?: number; readonly mix?: Readonly<Record<string, number>> } = {},
): Exam[] {
  const shares = Object.entries(options.mix ?? HOSPITAL_MIX);
  for (const [modality, share] of shares) {
    if (SYNTHETIC_MODALITIES.includes(modality) && share >= 0) continue;
    throw new DataError(
      'DATA_BAD_OPTION',
      `mix: "${modality}": ${share} is not a modality with its share`,
      `modalities: ${SYNTHETIC_MODALITIES.join(', ')}`,
    );
  }
  const random = generator(options.seed ?? 1);
  const total = shares.reduce((sum, [, share]) => sum + share, 0);
  return Array.from({ length: count }, () => {
    let at = random() * total;
    const found = shares.find(([, share]) => (at -= share) < 0) ?? shares[0];
    return draw(found?.[0] ?? 'CT', random);
  });
}

function draw(modality: string, random: () => number): Exam {
  const images = Math.max(1, Math.round(imagesPerStudy(modality) * (0.5 + random())));
  const parts = modality === 'CT' ? 2 : modality === 'MR' ? 6 : 1;
  const each = Math.max(1, Math.floor(images / parts));
  const series = Array.from({ length: Math.min(parts, images) }, () => each);
  const rest = images - each * series.length;
  return { modality, series: series.map((n, i) => (i === 0 ? n + rest : n)) };
}

/** Numbers in [0, 1) (mulberry32). */
function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
