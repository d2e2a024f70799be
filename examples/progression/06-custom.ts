// A template to start from: copy it, change what is sent, how often, and what counts as good.
//
// @seed progression 6, custom loops
// @covers 11
// measures  whatever you check; here a ward of modalities with a pause between exams
// passes    error rate under 2 %, everything delivered, every check holds
// knobs     MODALITIES, DURATION, PAUSE (seconds), DICOM_ROOT_DIR (your own files instead)
import dicom from 'dicom';
import { check, group, sleep } from 'k6';
import type { Options } from 'k6/options';
import { filesOr } from '../lib/images.ts';
import { number, scaled, text, timed } from '../lib/scale.ts';
import { arrivesUnchanged, fewFail } from '../lib/thresholds.ts';

export const options: Options = {
  scenarios: {
    ward: {
      executor: 'ramping-vus',
      stages: [
        { duration: scaled('1m', '1s'), target: number('MODALITIES', scaled(10, 3)) },
        {
          duration: text('DURATION', scaled('10m', '1s')),
          target: number('MODALITIES', scaled(10, 3)),
        },
      ],
    },
  },
  thresholds: {
    ...fewFail('0.02'), // of checks, iterations, associations and requests
    ...arrivesUnchanged,
    'dicom_req_duration{service:C-STORE}': timed('p(95)<2000'),
  },
};

const images = filesOr('KB512');
const archive = dicom.receiver({ aet: 'CUSTOM' });
const server = dicom.peer({ deliversTo: archive });

/** Once, before the load: is the server there at all? Throwing here ends the run. */
export async function setup() {
  const { ok } = await server.echo();
  if (!ok) throw new Error('the server does not answer an echo');
}

export default async function () {
  const study = dicom.study({ images: 3, from: images });
  await group('send', async () => {
    await using association = await server.associate({ for: study });
    for (const one of study) check(await association.store(one), { stored: (r) => r.ok });
  });
  await group('arrive', async () => {
    check(await archive.expect(study), { 'arrived once': (d) => d.missing + d.duplicated === 0 });
  });
  await sleep(number('PAUSE', scaled(2, 0.1)));
}
