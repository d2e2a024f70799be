// Several modalities at once, each size class to an AE title and port of its own.
//
// @seed progression 4, LOADER_PART10 and Folder-6 ALL; servers.bat (the sink farm is ours here)
// @covers 21
// measures  C-STORE per AE title while all send at once; associations open one after the other
// passes    no failure; each class arrives where it belongs, once
// knobs     CCNTS (connections per size class), DURATION, STAGGER (ramp), TARGETS (KB128=AET@host:port,…)
import dicom, { type Peer } from 'dicom';
import { check } from 'k6';
import type { Options, Scenario } from 'k6/options';
import { image } from '../lib/exam.ts';
import { number, scaled, text, timed } from '../lib/scale.ts';
import { arrivesOnce, nothingFails } from '../lib/thresholds.ts';

const sizes = ['KB128', 'KB256', 'KB512', 'MB01'];
const connections = number('CCNTS', scaled(12, 2));

/** Servers of yours, by size class; receivers of this run take the rest. */
const elsewhere = Object.fromEntries(
  text('TARGETS', '')
    .split(',')
    .map((pair) => pair.split('=') as [string, string]),
);

export const options: Options = {
  scenarios: Object.fromEntries(
    sizes.map((size): [string, Scenario] => [
      size,
      {
        executor: 'ramping-vus',
        startVUs: 1,
        stages: [
          { duration: text('STAGGER', scaled('1m', '1s')), target: connections },
          { duration: text('DURATION', scaled('5m', '1s')), target: connections },
        ],
        env: { SIZE: size },
      },
    ]),
  ),
  thresholds: {
    ...nothingFails,
    ...(sizes.some((size) => elsewhere[size] === undefined) ? arrivesOnce : {}),
    dicom_req_failed: ['rate==0'],
    ...Object.fromEntries(
      sizes.map((size) => [`dicom_req_duration{scenario:${size}}`, timed('p(95)<2000')]),
    ),
  },
};

const images = Object.fromEntries(sizes.map((size) => [size, image(size)]));
const sinks = new Map(
  sizes.map((size) => [size, dicom.receiver({ aet: `SCP${size}`, verify: 'counts' })]),
);

function serverOf(size: string): Peer {
  const sink = sinks.get(size);
  if (elsewhere[size] !== undefined) return dicom.peer({ connect: elsewhere[size] });
  return dicom.peer({
    host: sink?.host,
    port: sink?.port,
    calledAET: sink?.aet,
    deliversTo: sink,
  });
}

export const vuInit = () => {
  const size = __ENV.SIZE ?? 'KB128';
  return { size, server: serverOf(size) };
};

export default async function (_: unknown, { size, server }: ReturnType<typeof vuInit>) {
  const study = dicom.study({ images: scaled(100, 10), from: images[size] });
  await using association = await server.associate({ for: study });
  const { sent, accepted } = await association.storeAll(study);
  check(accepted, { 'whole study stored': (n) => n === sent });
}
