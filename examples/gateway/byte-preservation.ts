// Nothing on the way changes a byte: what the gateway forwards is what it was sent, element by
// element, pixel by pixel, as long and in the same encoding; several files, ports of the system's choice.
//
// @seed gateway integration test_cstore_receive, test_cstore_forward, test_end_to_end
// @covers 8
// measures  every element of the data set at the destination, hash of the pixels
// passes    no difference, nothing missing, nothing twice, for each encoding
// knobs     FOLDER (your own files: sent as they are, instead of synthetic ones), RECEIVED (folder for
//           what arrives, as files; written-files.ts compares the two folders)
// Preamble and file meta information never travel by C-STORE: whoever writes the file makes them
// (written-files.ts looks at those). What must be equal here is the data set.
import dicom from 'dicom';
import { check } from 'k6';
import type { Options } from 'k6/options';
import { text } from '../lib/scale.ts';
import { arrivesUnchanged, nothingFails } from '../lib/thresholds.ts';

const folder = text('FOLDER', '');
const encodings = ['implicit', 'explicit', 'rle'];
const pools =
  folder === ''
    ? encodings.map((transferSyntax, i) =>
        dicom.synthetic({ modality: 'CT', transferSyntax, seed: i + 1 }),
      )
    : [dicom.files(folder)];
const images = pools.flatMap((pool) => [...pool]);

export const options: Options = {
  labels: ['integration'],
  vus: 1,
  iterations: images.length,
  smoke: { iterations: images.length }, // every row, also as a smoke test
  thresholds: {
    ...nothingFails,
    ...arrivesUnchanged,
  },
};

const received = text('RECEIVED', '');
const destination = dicom.receiver({
  aet: 'BYTES',
  port: 0,
  verify: 'full',
  ...(received === '' ? {} : { keep: 'files', folder: received }),
});
const gateway = dicom.peer({ deliversTo: destination });

export default async function () {
  const image = images[dicom.shared.counter('image').next()];
  const stored = await gateway.store(image.asIs());
  check(stored, { received: (r) => r.status === dicom.Status.Success });
  const delivery = await destination.expect(stored);
  check(delivery, {
    'forwarded once': (d) => d.missing === 0 && d.duplicated === 0,
    'every element as it was': (d) => d.changedTags === 0,
    'pixels as they were': (d) => d.pixelsChanged === 0,
  });
}
