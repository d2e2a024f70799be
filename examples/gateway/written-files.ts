// The files a gateway wrote, against those it was sent: found by preamble and DICM prefix, as many,
// each once, as long, byte for byte. Run it after the files were sent.
//
// @seed gateway integration byte preservation on disk (preamble, DICM prefix, size, bytes)
// @covers 8
// measures  differences between two folders
// passes    none; every file sent was written, once, and nothing else
// knobs     SENT and WRITTEN (folders; without them there is nothing to compare, and it is skipped),
//           COMPARE (dataset; file for the file meta information as well, which no C-STORE carries)
import dicom, { type Dataset } from 'dicom';
import { check } from 'k6';
import type { Options } from 'k6/options';
import { text } from '../lib/scale.ts';
import { nothingFailsOffline } from '../lib/thresholds.ts';

export const options: Options = {
  labels: ['integration'],
  vus: 1,
  iterations: 1,
  thresholds: nothingFailsOffline,
};

const [from, to] = [text('SENT', ''), text('WRITTEN', '')];
const isTold = from !== '' && to !== '';
const sent = isTold ? [...dicom.files(from)] : [];
const written = isTold ? [...dicom.files(to)] : [];
const whole = text('COMPARE', 'dataset') === 'file';

export default function () {
  if (!isTold) dicom.skip('SENT and WRITTEN name no folders');
  check(written, { 'as many as were sent': (list) => list.length === sent.length });
  for (const image of sent) {
    const copies = written.filter(({ uid }) => uid === image.uid);
    check(copies, { 'was written, once': (list) => list.length === 1 });
    for (const copy of copies) compare(image, copy);
  }
}

function compare(image: Dataset, copy: Dataset) {
  const [before, after] = [image.file(), copy.file()];
  check(after, {
    'same encoding': () => copy.transferSyntax === image.transferSyntax,
    'same length': () => copy.bytes === image.bytes,
    'same preamble': (f) => f.preamble === before.preamble,
    'every byte of the data set': (f) => f.datasetHash === before.datasetHash,
    'file meta names this instance': (f) =>
      f.sopInstance === image.uid && f.sopClass === image.sopClass,
    ...(whole ? { 'every byte of the file': () => after.hash === before.hash } : {}),
  });
}
