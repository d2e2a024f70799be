// The files a gateway wrote, against those it was sent: found by preamble and DICM prefix, as many,
// as long, equal in every element and pixel. Run it after the files were sent.
//
// @seed gateway integration byte preservation on disk (preamble, DICM prefix, size, bytes)
// @covers 8
// measures  differences between two folders
// passes    none; every file sent was written
// knobs     SENT and WRITTEN (folders); without them a synthetic file is compared with itself
import dicom from 'dicom';
import { check } from 'k6';
import type { Options } from 'k6/options';
import { text } from '../lib/scale.ts';

export const options: Options = {
  labels: ['integration'],
  vus: 1,
  iterations: 1,
  thresholds: { checks: ['rate==1'] },
};

const [from, to] = [text('SENT', ''), text('WRITTEN', '')];
const sent = from === '' ? dicom.synthetic('KB032') : dicom.files(from);
const written = to === '' ? dicom.synthetic('KB032') : dicom.files(to);

export default function () {
  const byUid = new Map([...written].map((image) => [image.uid, image]));
  check(byUid, { 'as many as were sent': (found) => found.size === sent.length });
  for (const image of sent) {
    const other = byUid.get(image.uid);
    check(other, { 'was written': (found) => found !== undefined });
    if (other === undefined) continue;
    check(other, {
      'same encoding': (found) => found.transferSyntax === image.transferSyntax,
      'same length': (found) => found.bytes === image.bytes,
      'same elements and pixels': (found) => dicom.diff(image, found).length === 0,
    });
  }
}
