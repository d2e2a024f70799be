// What the router makes of tags: a table of what is sent and what must arrive, row by row.
//
// @seed compass test_routing_transformations (OPV/OPT descriptions, Patient ID, accession, dates)
// @covers 7
// measures  tags at the destination; pixels untouched
// passes    every row as the table says
// knobs     CASES (another table, as JSON), VERIFY=find (ask the archive by C-FIND, as the original does,
//           instead of receiving)
// The rules below are those of the simulated router; on a real one its own decide.
import dicom from 'dicom';
import { check } from 'k6';
import type { Options } from 'k6/options';
import { arrival, delivered, routerTo } from '../lib/arrival.ts';
import { text } from '../lib/scale.ts';
import { nothingFails } from '../lib/thresholds.ts';

interface Case {
  name: string;
  route: string;
  modality: string;
  send: Record<string, string>;
  expect: Record<string, string | { re: string }>;
}

const cases = dicom.json(text('CASES', './transformations.json')) as readonly Case[];

export const options: Options = {
  labels: ['integration'],
  vus: 1,
  iterations: cases.length,
  smoke: { iterations: cases.length }, // every row, also as a smoke test
  thresholds: { ...nothingFails, ...delivered },
  simulate: {
    router: {
      rules: [
        {
          route: 'HTM_OPH',
          when: { Modality: 'OPV', SeriesDescription: { re: '^(GPA|SFA)$', flags: '' } },
          set: { StudyDescription: 'Visual Fields (VF) ${SeriesDescription}' },
        },
        {
          route: 'HTM_OPH',
          when: { Modality: 'OPV', SeriesDescription: { re: '^(?!(GPA|SFA)$)', flags: '' } },
          set: { StudyDescription: 'Visual Fields (VF)' },
        },
        {
          route: 'HTM_OPH',
          when: { Modality: 'OPT' },
          set: { StudyDescription: 'Optical Coherence Tomography (OCT)' },
        },
        { route: 'HTM_GI', when: { Modality: 'ES' }, set: { StudyDescription: 'GI Endoscopy' } },
        {
          when: { PatientID: { re: 'AC', flags: '' } },
          copy: { PatientID: 'OtherPatientIDs' },
        },
        { when: { AccessionNumber: '' }, set: { AccessionNumber: 'ACC${PatientID}' } },
        { when: { StudyDate: '' }, copy: { StudyDate: 'AcquisitionDate' } },
      ],
    },
  },
};

const archive = dicom.receiver({ aet: 'TRANSFORMED' });
const kinds = [...new Set(cases.map(({ modality }) => modality))];
const images = Object.fromEntries(
  kinds.map((modality) => [modality, dicom.synthetic({ modality, rows: 64, columns: 64 })]),
);
const routers = Object.fromEntries(cases.map(({ route }) => [route, routerTo(archive, { route })]));

export default async function () {
  const { name, route, modality, send, expect } = dicom.shared.next(cases);
  const study = dicom.study({ from: images[modality], set: send });
  const stored = await routers[route].store(study.images[0]);
  const tags = Object.fromEntries(
    Object.entries(expect).map(([tag, value]) => [
      tag,
      typeof value === 'string' ? value : new RegExp(value.re),
    ]),
  );
  const delivery = await arrival(study, archive, tags);
  check(delivery, { [name]: (d) => stored.ok && d.missing === 0 && d.wrongTags === 0 });
  check(delivery, {
    'once, pixels untouched': (d) => d.duplicated + d.unexpected + d.pixelsChanged === 0,
  });
  for (const { tag, expected, actual } of delivery.differences) {
    console.log(`${name}: ${tag} is ${String(actual)}, expected ${String(expected)}`);
  }
}
