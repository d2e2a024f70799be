// Images of one size, again and again on one association; every image is a new instance.
// (The original repeats one file: a server may drop or overwrite what it has already.)
//
// @seed progression 2, StoreSCU-Folder-KB128
// @covers 15
// measures  C-STORE of one size: rate, p95
// passes    no failure, every image delivered once
// knobs     IMGSZ (KB005 … MB10), REPEAT (images), IP/IS/IR, TS
import dicom, { type Association } from 'dicom';
import { check } from 'k6';
import type { Options } from 'k6/options';
import { exam, imagesPerExam, IMAGE_SIZE, image } from '../lib/exam.ts';
import { number, scaled, timed } from '../lib/scale.ts';
import { arrivesUnchanged, nothingFails } from '../lib/thresholds.ts';

export const options: Options = {
  scenarios: {
    one: {
      executor: 'per-vu-iterations',
      iterations: Math.ceil(number('REPEAT', scaled(4000, 60)) / imagesPerExam),
      maxDuration: '4h',
    },
  },
  thresholds: {
    ...nothingFails,
    ...arrivesUnchanged,
    dicom_req_failed: ['rate==0'],
    'dicom_req_duration{service:C-STORE}': timed('p(95)<1000'),
  },
};

const archive = dicom.receiver({ aet: 'FIXED_SIZE' });
const server = dicom.peer({ deliversTo: archive });
const images = image(IMAGE_SIZE);

export const vuInit = () => server.associate({ for: images, keep: true });

export default async function (_: unknown, association: Association) {
  const { sent, accepted } = await association.storeAll(exam(images));
  check(accepted, { 'whole exam stored': (n) => n === sent });
}
