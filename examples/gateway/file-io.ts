// What files cost here: reading those that are sent, writing those that arrive.
//
// @seed gateway load test_file_io_latency
// @covers 8
// measures  dicom_file_read (open to last byte, at init), dicom_file_write (open to closed)
// passes    read < 10 ms, write < 50 ms on average
// knobs     FOLDER (files to send), RECEIVED (where arrivals are written, below this folder)
import dicom from 'dicom';
import { check } from 'k6';
import type { Options } from 'k6/options';
import { scaled, text, timed } from '../lib/scale.ts';
import { arrivesUnchanged, nothingFails } from '../lib/thresholds.ts';

const folder = text('FOLDER', '');

export const options: Options = {
  labels: ['load'],
  vus: 1,
  iterations: scaled(100, 20),
  thresholds: {
    ...nothingFails,
    ...arrivesUnchanged,
    ...(folder === '' ? {} : { dicom_file_read: timed('avg<10') }),
    dicom_file_write: timed('avg<50', 'p(95)<200'),
  },
};

const images = folder === '' ? dicom.synthetic('KB512') : dicom.files(folder);
const writer = dicom.receiver({
  aet: 'WRITER',
  keep: 'files',
  folder: text('RECEIVED', '/tmp/dicomrun-received'),
});
const gateway = dicom.peer({ deliversTo: writer });

export default async function () {
  const stored = await gateway.store(images.next().fresh());
  check(stored, { stored: (r) => r.ok });
  const delivery = await writer.expect(stored);
  check(delivery, { 'written once': (d) => d.missing + d.duplicated === 0 });
}
