// Images in the transfer syntaxes modalities really use: each is sent as it is stored, never transcoded.
//
// @covers 22
// measures  C-STORE by transfer syntax (tag transfer_syntax), what of it arrives in which
// passes    accepted in its own syntax, delivered with untouched pixels
// knobs     SYNTAXES (comma list), REPEAT
// HTJ2K and MPEG cannot be made here: send files of yours with DICOM_ROOT_DIR.
import dicom from 'dicom';
import { check } from 'k6';
import type { Options } from 'k6/options';
import { number, scaled, text, timed } from '../lib/scale.ts';
import { arrivesUnchanged, nothingFails } from '../lib/thresholds.ts';

const all = 'implicit,explicit,deflated,rle,jpeg-lossless,jpeg-ls,jpeg2000';
const syntaxes = text('SYNTAXES', all).split(',');
const folder = text('DICOM_ROOT_DIR', '');
const images =
  folder === ''
    ? syntaxes.map((transferSyntax, seed) =>
        dicom.synthetic({ modality: 'CT', rows: 256, columns: 256, transferSyntax, seed }),
      )
    : [dicom.files()];

export const options: Options = {
  vus: 1,
  iterations: images.length * number('REPEAT', scaled(100, 2)),
  thresholds: {
    ...nothingFails,
    ...arrivesUnchanged,
    'dicom_req_duration{service:C-STORE}': timed('p(95)<2000'),
  },
};

const archive = dicom.receiver({ aet: 'COMPRESSED' });
const router = dicom.peer({ deliversTo: archive });

export default async function () {
  const image = images[dicom.shared.counter('image').next() % images.length].fresh();
  await using association = await router.associate({ for: image });
  const [context] = association.negotiated.contexts.filter(({ result }) => result === 0);
  check(context, { 'accepted as it is stored': (c) => c?.transferSyntax === image.transferSyntax });
  check(await association.store(image), { stored: (r) => r.ok });
}
