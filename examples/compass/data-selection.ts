// Which images a test takes: by size class, by modality, one study of many images, batches.
//
// @seed compass test_data_selection_examples (fixtures small, medium, by modality, with attributes)
// @covers 2, 15
// measures  mean C-STORE time by size class; instances of a large study at the destination
// passes    small under 1 s, medium under 3 s, large under 10 s; counts exact; what is not there is
//           skipped, not failed
// knobs     DICOM_ROOT_DIR (your own files instead of synthetic ones), IMAGES (of the large study)
import dicom, { type PoolSelector } from 'dicom';
import { check } from 'k6';
import type { Options } from 'k6/options';
import { once } from '../lib/cases.ts';
import { number, scaled, text, timed } from '../lib/scale.ts';
import { nothingFails } from '../lib/thresholds.ts';

const folder = text('DICOM_ROOT_DIR', '');
const presets = ['KB005', 'KB128', 'KB512', 'MB01', 'MB04'];
const pools = folder === '' ? presets.map((p) => dicom.synthetic(p)) : [dicom.files()];
const router = dicom.peer({});
/** Mean time allowed, ms. */
const LIMITS = { small: 1000, medium: 3000, large: 10_000 };

const select = (selector: PoolSelector) => pools.flatMap((pool) => [...pool.select(selector)]);

export const options: Options = {
  labels: ['integration'],
  scenarios: once('small medium large manyImages everyModality batches attributes'),
  thresholds: {
    ...nothingFails,
    dicom_req_failed: ['rate==0'],
    ...Object.fromEntries(
      (['small', 'medium', 'large'] as const)
        .filter((size) => select({ size }).length > 0)
        .map((size) => [`dicom_req_duration{size_class:${size}}`, timed(`avg<${LIMITS[size]}`)]),
    ),
  },
};

async function sendAll(size: 'small' | 'medium' | 'large', limit = 10) {
  const images = select({ size }).slice(0, limit);
  if (images.length === 0) dicom.skip(`no ${size} image among the data`);
  for (const image of images) {
    check(await router.store(image), { [`${size} stored`]: (r) => r.ok });
  }
}
export const small = () => sendAll('small');
export const medium = () => sendAll('medium');
/** Over 10 MB: rarely among the samples; then the case is skipped. */
export const large = () => sendAll('large');

export async function manyImages() {
  const study = dicom.study({
    images: number('IMAGES', scaled(200, 30)),
    from: select({ size: 'small' }),
  });
  await using association = await router.associate({ for: study });
  await association.storeAll(study);
  const visible = await dicom.verify.study(study, { instances: study.length });
  check(visible, { 'every image counted': (v) => v.skipped || v.instances === study.length });
}

export async function everyModality() {
  const all = select({});
  for (const modality of new Set(all.map((image) => image.modality))) {
    const [image] = select({ modality });
    check(await router.store(image), { [`${modality} stored`]: (r) => r.ok });
  }
}

export async function batches() {
  for (const size of scaled([1, 5, 10, 20], [1, 5])) {
    const study = dicom.study({ images: size, from: select({ size: 'small' }) });
    await using association = await router.associate({ for: study });
    const { accepted } = await association.storeAll(study);
    check(accepted, { 'whole batch stored': (n) => n === size });
  }
}

export async function attributes() {
  const [image] = select({ size: 'small' });
  const made = image.fresh().with({ Modality: 'OPV', SeriesDescription: 'GPA' });
  check(made, { 'attributes set': (i) => i.get('SeriesDescription') === 'GPA' });
  check(await router.store(made), { 'made image stored': (r) => r.ok });
}
