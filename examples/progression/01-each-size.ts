// One file of each size, each on an association of its own: the simple connectivity test.
//
// @seed progression 1, SimpleConnectivityTest; compass data selection (limits per size class)
// @covers 2
// measures  C-STORE by size class
// passes    all 0000; small (< 1 MB) under 1 s, medium under 3 s, large (> 10 MB) under 10 s
// knobs     TS (transfer syntax: implicit, explicit, big-endian, deflated, a UID)
import dicom from 'dicom';
import { check } from 'k6';
import type { Options } from 'k6/options';
import { text, timed } from '../lib/scale.ts';
import { nothingFails } from '../lib/thresholds.ts';

export const options: Options = {
  vus: 1,
  iterations: 1,
  thresholds: {
    ...nothingFails,
    dicom_req_failed: ['rate==0'],
    'dicom_req_duration{size_class:small}': timed('max<1000'),
    'dicom_req_duration{size_class:medium}': timed('max<3000'),
    'dicom_req_duration{size_class:large}': timed('max<10000'),
  },
};

const transferSyntax = text('TS', 'implicit');
const sizes = ['KB005', 'KB032', 'KB128', 'KB256', 'KB512', 'MB01', 'MB04', 'MB10'];
const images = sizes.map((preset) => dicom.synthetic({ preset, transferSyntax }));
const server = dicom.peer({});

export default async function () {
  for (const [index, image] of images.entries()) {
    const { status, phases } = await server.store(image.fresh());
    check(status, { [`${sizes[index]} stored`]: (s) => s === dicom.Status.Success });
    console.log(`${sizes[index]}: ${phases.duration.toFixed(1)} ms`);
  }
}
