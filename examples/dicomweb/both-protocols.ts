// DIMSE in, the web out: store by the router, ask the archive behind it by QIDO-RS until the study is
// there, and read it back by WADO-RS. The same images, pixel for pixel.
//
// @covers 8, 29
//
//   dicomrun run examples/dicomweb/both-protocols.ts --embedded
//   dicomrun run examples/dicomweb/both-protocols.ts -c ORTHANC@host:4242 --web-target http://host:8042/dicom-web
import dicom from 'dicom';
import web from 'dicomweb';
import { check, sleep } from 'k6';
import type { Options } from 'k6/options';
import { timed } from '../lib/scale.ts';
import { nothingFails, nothingFailsOverWeb } from '../lib/thresholds.ts';

export const options: Options = {
  vus: 2,
  iterations: 6,
  thresholds: {
    ...nothingFails,
    ...nothingFailsOverWeb,
    'http_req_duration{service:QIDO-RS}': timed('p(95)<1000'),
    'http_req_duration{service:WADO-RS}': timed('p(95)<5000'),
  },
  simulate: { archive: { keep: 'all' } }, // only for --embedded
};

const router = dicom.peer({});
const archive = web.server({}); // --web-target URL, DICOMRUN_WEB_URL, or the embedded one
const scanner = dicom.synthetic({ modality: 'CT', rows: 128, columns: 128, count: 4 });

/** Asks until the archive names so many instances of the study. */
async function visible(study: string, instances: number): Promise<boolean> {
  for (let tries = 0; tries < 50; tries++) {
    const found = await archive.search('instances', { SOPInstanceUID: '' }, { study });
    if (found.count === instances) return true;
    await sleep(0.2);
  }
  return false;
}

export default async function () {
  const study = dicom.study({ images: 4, from: scanner });
  await using association = await router.associate({ for: study });
  const sent = await association.storeAll(study);
  check(sent, { 'all stored': (r) => r.accepted === study.length });
  check(await visible(study.uid, study.length), { 'found by QIDO-RS': (found) => found });

  const as = { transferSyntax: '*', verify: 'pixels' } as const;
  const got = await archive.retrieve({ study: study.uid }, as);
  const pixels = new Set(study.images.map((image) => image.pixelHash));
  check(got, {
    'read back whole': (r) => r.received === study.length,
    'pixels as sent': (r) => r.instances.every((one) => pixels.has(one.pixelHash)),
  });

  const never = dicom.study({ images: 1, from: scanner });
  const none = await archive.search('studies', { StudyInstanceUID: never.uid });
  check(none, { 'nothing found of what was never sent': (r) => r.ok && r.count === 0 });
}
