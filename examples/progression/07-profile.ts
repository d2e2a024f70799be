// Where the time of a transfer goes: every phase of every image, not one time for the whole process.
// (The original times the start of a program, association included, or nothing at all.)
//
// @seed progression 7, StoreSCU-Folder-KB128_Profiler; host monitoring beside the load
// @covers 10
// measures  connect, associate, release; sending, waiting, receiving of every store; CPU, memory,
//           disk and network of this machine (generator_*); --scrape adds those of the server
// passes    no failure; phases add up to the duration
// knobs     IMGSZ, REPEAT, TS
import dicom from 'dicom';
import { check } from 'k6';
import { Trend } from 'k6/metrics';
import type { Options } from 'k6/options';
import { image, IMAGE_SIZE } from '../lib/exam.ts';
import { number, scaled, timed } from '../lib/scale.ts';
import { nothingFails } from '../lib/thresholds.ts';

export const options: Options = {
  vus: 1,
  iterations: number('REPEAT', scaled(1000, 30)),
  summaryTrendStats: ['avg', 'min', 'med', 'p(90)', 'p(95)', 'p(99)', 'max'],
  thresholds: {
    ...nothingFails,
    dicom_req_failed: ['rate==0'],
    dicom_connecting: timed('p(95)<50'),
    dicom_associating: timed('p(95)<500'),
    dicom_req_sending: timed('p(95)<500'),
    dicom_req_waiting: timed('p(95)<1000'),
    dicom_req_receiving: [],
    dicom_releasing: [],
    generator_loop_lag: [],
  },
};

const server = dicom.peer({});
const images = image(IMAGE_SIZE);
const share = new Trend('share_of_waiting');

export default async function () {
  const result = await server.store(images.fresh());
  const { duration, sending, waiting, receiving } = result.phases;
  share.add(waiting / duration);
  check(result, {
    stored: (r) => r.ok,
    'phases add up': () => Math.abs(sending + waiting + receiving - duration) < 1,
  });
}
