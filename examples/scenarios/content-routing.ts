// What is in an image decides where it goes: modality, series description, a barcode.
//
// @seed compass content-based routing (destination by barcode)
// @covers 6
// measures  arrivals at each destination
// passes    every row of the table arrives where it should, and nowhere else
// knobs     none: the table below is the test
import dicom from 'dicom';
import { check } from 'k6';
import type { Options } from 'k6/options';
import { arrivesUnchanged, nothingFails } from '../lib/thresholds.ts';

/** What is sent, and the destination it must reach. */
const table = [
  { modality: 'CT', set: {}, to: 'RADIOLOGY' },
  { modality: 'MR', set: {}, to: 'RADIOLOGY' },
  { modality: 'ES', set: {}, to: 'ENDOSCOPY' },
  { modality: 'SM', set: { ContainerIdentifier: 'PATH-0001' }, to: 'PATHOLOGY' },
  { modality: 'CT', set: { SeriesDescription: 'RESEARCH PROTOCOL' }, to: 'RESEARCH' },
] as const;
const to = (aet: string) => [aet];

export const options: Options = {
  vus: 1,
  iterations: 2 * table.length,
  smoke: { iterations: table.length }, // every row, also as a smoke test
  thresholds: {
    ...nothingFails,
    ...arrivesUnchanged,
  },
  simulate: {
    router: {
      routes: [
        { when: { SeriesDescription: { re: '^RESEARCH', flags: '' } }, to: to('RESEARCH') },
        { when: { ContainerIdentifier: { re: '^PATH-', flags: '' } }, to: to('PATHOLOGY') },
        { modality: 'ES', otherwise: true, to: to('ENDOSCOPY') },
        { modality: 'CT', otherwise: true, to: to('RADIOLOGY') },
        { modality: 'MR', otherwise: true, to: to('RADIOLOGY') },
      ],
    },
  },
};

// The destination that a row must reach is where its images are expected; anything that arrives
// elsewhere is counted there as unexpected.
const ways = table.map((row) => {
  const destination = dicom.receiver({ aet: row.to });
  return { destination, router: dicom.peer({ deliversTo: destination }) };
});
const images = table.map(({ modality }) => dicom.synthetic({ modality, rows: 64, columns: 64 }));

export default async function () {
  const row = dicom.shared.counter('row').next() % table.length;
  const { modality, set, to: wanted } = table[row];
  const { destination, router } = ways[row];
  const study = dicom.study({ from: images[row], images: 1, set });
  check(await router.store(study.images[0]), { stored: (r) => r.ok });
  const delivery = await destination.expect(study, { timeout: '10s' });
  check(delivery, {
    [`${modality} ${Object.values(set).join(' ')} to ${wanted}`]: (d) =>
      d.missing === 0 && d.duplicated === 0,
  });
}
