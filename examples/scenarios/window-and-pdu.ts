// PDU size and asynchronous operations: what they bring on a line with a long way.
//
// @covers 44
// measures  stored images a second with 1 and with 8 operations outstanding; retrieved images a
//           second when PDUs of at most 16 KB and 256 KB are taken: each side sets what it takes,
//           so for stores the PDU size is set at the peer (run it twice)
// passes    everything stored, there and retrieved; the figures are told
// knobs     IMAGES, and the network: on Linux, as root on the way to a test system,
//           tc qdisc add dev eth0 root netem delay 50ms loss 1%
import dicom, { type Peer, type Study } from 'dicom';
import { check } from 'k6';
import { Trend } from 'k6/metrics';
import type { Options } from 'k6/options';
import { number, scaled } from '../lib/scale.ts';
import { nothingFails } from '../lib/thresholds.ts';

const windows = [1, 8];
const pdus = [16, 256]; // KB

export const options: Options = {
  vus: 1,
  iterations: 1,
  thresholds: {
    ...nothingFails,
    ...Object.fromEntries(windows.map((n) => [`images_per_second{window:${n}}`, ['min>0']])),
    ...Object.fromEntries(pdus.map((n) => [`images_per_second{pdu:${n}}`, ['min>0']])),
  },
  simulate: { archive: { keep: 'all' } }, // only for --embedded: keep pixels, too
};

const senders = windows.map((asyncOps) => dicom.peer({ asyncOps }));
const readers = pdus.map((kib) => dicom.peer({ use: 'verify', maxPdu: kib * 1024 }));
const image = dicom.synthetic('KB128');
const images = number('IMAGES', scaled(500, 30));
const rate = new Trend('images_per_second');

function tell(count: number, ms: number, tags: Record<string, string>) {
  rate.add(count / (ms / 1000), tags);
  const [[name, value]] = Object.entries(tags);
  console.log(`${name} ${value}: ${((count / ms) * 1000).toFixed(0)} images/s`);
}

async function store(sender: Peer, window: number): Promise<Study> {
  const study = dicom.study({ images, from: image });
  await using association = await sender.associate({ for: study });
  const { sent, accepted, durationMs } = await association.storeAll(study);
  check(accepted, { 'all stored': (n) => n === sent });
  tell(sent, durationMs, { window: String(window) });
  const there = await dicom.verify.study(study, { initialDelay: 0, instances: images });
  check(there, { 'all there': (v) => v.found });
  return study;
}

async function retrieve(reader: Peer, study: Study, kib: number) {
  const got = await reader.get({ StudyInstanceUID: study.uid }, { for: image });
  check(got, { 'all retrieved': (r) => r.ok && r.received === images });
  tell(got.received, got.phases?.duration ?? Infinity, { pdu: String(kib) });
}

export default async function () {
  const studies = [];
  for (const [index, window] of windows.entries()) {
    studies.push(await store(senders[index], window));
  }
  for (const [index, kib] of pdus.entries()) await retrieve(readers[index], studies[0], kib);
}
