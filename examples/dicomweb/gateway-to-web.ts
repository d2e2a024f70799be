// A gateway from DIMSE to the web: studies go in by C-STORE, and each image has to come out by STOW-RS.
// The account compares what was accepted with what arrived, whatever the protocol.
//
// @covers 8, 29
// measures  C-STORE time, time to delivery
// passes    nothing missing, nothing twice, no pixel changed; nothing refused
// knobs     MODALITIES, DURATION, IMAGES (a study), PORT (where the gateway stores), SLA_SECONDS
//
//   dicomrun run examples/dicomweb/gateway-to-web.ts -c GATEWAY@host:104 -e PORT=8080 --receiver '*=0.0.0.0:8080'
import dicom from 'dicom';
import web from 'dicomweb';
import { check } from 'k6';
import type { Options } from 'k6/options';
import { number, scaled, text, timed } from '../lib/scale.ts';
import { arrivesUnchanged, nothingFails } from '../lib/thresholds.ts';

export const options: Options = {
  vus: number('MODALITIES', scaled(8, 3)),
  duration: text('DURATION', scaled('5m', '2s')),
  thresholds: {
    ...nothingFails,
    ...arrivesUnchanged,
    dicom_delivery_duration: timed(`p(95)<${number('SLA_SECONDS', 10) * 1000}`),
    'dicom_req_duration{service:C-STORE}': timed('p(95)<1500'),
  },
};

const arrives = web.receiver({ port: number('PORT', 0) });
const gateway = dicom.peer({ deliversTo: arrives });
const images = dicom.synthetic({ modality: 'CT', bytes: scaled(512_000, 32_000), count: 4 });

export default async function () {
  const study = dicom.study({ from: images, images: number('IMAGES', scaled(50, 5)) });
  await using association = await gateway.associate({ for: study });
  const sent = await association.storeAll(study);
  check(sent, { 'all stored': (r) => r.accepted === study.length });
  const there = await arrives.expect(study, { timeout: '30s' });
  check(there, {
    'all of them arrived': (r) => r.missing === 0,
    'each once': (r) => r.duplicated === 0,
    'pixels as sent': (r) => r.pixelsChanged === 0,
  });
}
