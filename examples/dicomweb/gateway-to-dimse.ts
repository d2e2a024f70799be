// A gateway from the web to DIMSE: studies go in by STOW-RS, and each image has to come out by C-STORE.
// The account compares what was accepted with what arrived, whatever the protocol.
//
// @covers 8, 29
// measures  STOW-RS time, time to delivery
// passes    nothing missing, nothing twice, no pixel changed; nothing refused
// knobs     SENDERS, DURATION, IMAGES (a study), PER_REQUEST, SLA_SECONDS
//
//   dicomrun run examples/dicomweb/gateway-to-dimse.ts --web-target http://host:8042/dicom-web \
//     --receiver FROM_GATEWAY=0.0.0.0:11113 --no-preflight
import dicom from 'dicom';
import web from 'dicomweb';
import { check } from 'k6';
import type { Options } from 'k6/options';
import { number, scaled, text, timed } from '../lib/scale.ts';
import { arrivesUnchanged, nothingFailsOverWeb } from '../lib/thresholds.ts';

export const options: Options = {
  vus: number('SENDERS', scaled(8, 3)),
  duration: text('DURATION', scaled('5m', '2s')),
  thresholds: {
    ...nothingFailsOverWeb,
    ...arrivesUnchanged,
    dicom_delivery_duration: timed(`p(95)<${number('SLA_SECONDS', 10) * 1000}`),
    'http_req_duration{service:STOW-RS}': timed('p(95)<2000'),
  },
};

const arrives = dicom.receiver({ aet: 'FROM_GATEWAY' });
const gateway = web.server({ name: 'gateway', deliversTo: arrives });
const images = dicom.synthetic({ modality: 'CT', bytes: scaled(512_000, 32_000), count: 4 });

export default async function () {
  const study = dicom.study({ from: images, images: number('IMAGES', scaled(50, 5)) });
  const stored = await gateway.store(study, { perRequest: number('PER_REQUEST', 10) });
  check(stored, { 'all stored': (r) => r.ok && r.stored === study.length });
  if (!stored.ok) return;
  const there = await arrives.expect(study, { timeout: '30s' });
  check(there, {
    'all of them arrived': (r) => r.missing === 0,
    'each once': (r) => r.duplicated === 0,
    'pixels as sent': (r) => r.pixelsChanged === 0,
  });
}
