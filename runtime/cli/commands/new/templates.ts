// First scripts, as `dicomrun new` writes them. Each runs as it is with --embedded.

export interface ScriptTemplate {
  readonly name: string;
  /** One line for the list of templates. */
  readonly about: string;
  readonly source: string;
}

const MINIMAL = `// One association per iteration, one new CT image on it.
import dicom from 'dicom';
import { check } from 'k6';
import type { Options } from 'k6/options';

export const options: Options = {
  // no check may fail; no iteration may throw, as a refused association makes it
  thresholds: { checks: ['rate==1'], iteration_failed: ['rate==0'] },
};

const pacs = dicom.peer({}); // the configured target: .env, -c AET@host:port, or --embedded
const ct = dicom.synthetic({ modality: 'CT' });

export default async function () {
  const study = dicom.study({ images: 1, from: ct });
  await using association = await pacs.associate({ for: study });
  for (const image of study.images) {
    check(await association.store(image), { stored: (r) => r.ok });
  }
}
`;

const ROUTING = `// Through a router: every image must arrive once, with its pixels untouched.
import dicom from 'dicom';
import { check, sleep } from 'k6';
import type { Options } from 'k6/options';

export const options: Options = {
  thresholds: {
    'dicom_req_duration{service:C-STORE}': ['p(95)<2000'],
    checks: ['rate==1'],
    iteration_failed: ['rate==0'], // a refused association, an exception
    dicom_req_failed: ['rate==0'],
    dicom_delivery_missing: ['count==0'],
    dicom_delivery_duplicated: ['count==0'],
    dicom_delivery_corrupted: ['count==0'],
    dicom_delivery_unexpected: ['count==0'],
  },
};

// Where the router delivers. Port 0 is any free one, which does for --embedded: your own router needs
// one that stays, and an address that it can reach, as port: 11113, host: '0.0.0.0'.
const archive = dicom.receiver({ aet: 'ARCHIVE', port: 0 });
const router = dicom.peer({ deliversTo: archive }); // the configured target
const endoscope = dicom.synthetic({ modality: 'ES', rows: 480, columns: 640 });

export default async function () {
  const study = dicom.study({ images: 4, from: endoscope }); // new patient, study, series, images
  await using association = await router.associate({ for: study });
  for (const image of study.images) {
    check(await association.store(image), { stored: (r) => r.ok });
  }
  const delivery = await archive.expect(study, { timeout: '30s' });
  check(delivery, {
    'every image arrived once': (d) => d.missing === 0 && d.duplicated === 0,
    'pixels untouched': (d) => d.arrived > 0 && d.pixelsChanged === 0,
  });
  await sleep(1);
}
`;

const RAMP = `// More and more modalities, then a hold: where does the target begin to slow down?
import dicom from 'dicom';
import { check, sleep } from 'k6';
import type { Options } from 'k6/options';

export const options: Options = {
  scenarios: {
    ramp: {
      executor: 'ramping-vus',
      startVUs: 0,
      stages: [
        { duration: '30s', target: 10 },
        { duration: '1m', target: 10 },
        { duration: '10s', target: 0 },
      ],
    },
  },
  thresholds: {
    'dicom_req_duration{service:C-STORE}': ['p(95)<2000'],
    dicom_req_failed: [{ threshold: 'rate<0.05', abortOnFail: true, delayAbortEval: '10s' }],
    dicom_assoc_failed: ['rate<0.01'],
    iteration_failed: ['rate<0.01'],
    checks: ['rate>0.95'],
  },
};

const pacs = dicom.peer({});
const images = dicom.synthetic({ modality: 'MR', rows: 256, columns: 256 });

export default async function () {
  const study = dicom.study({ images: 10, from: images });
  await using association = await pacs.associate({ for: study });
  const sent = await association.storeAll(study);
  check(sent, { 'all images accepted': (s) => s.accepted === s.sent });
  await sleep(2);
}
`;

const SMOKE = `// Is the target up, and does it do its work? Run it with: dicomrun smoke FILE
import dicom from 'dicom';
import { check, group } from 'k6';
import type { Options } from 'k6/options';

export const options: Options = {
  thresholds: { checks: ['rate==1'], iteration_failed: ['rate==0'] }, // also for dicomrun run
};

const pacs = dicom.peer({});
const ct = dicom.synthetic({ modality: 'CT', rows: 128, columns: 128 });

export default async function () {
  await group('verification', async () => {
    check(await pacs.echo(), { 'C-ECHO answers': (r) => r.ok });
  });
  await group('storage', async () => {
    const study = dicom.study({ images: 2, from: ct });
    await using association = await pacs.associate({ for: study });
    for (const image of study.images) {
      check(await association.store(image), { 'CT accepted': (r) => r.ok });
    }
  });
}
`;

const QUERY = `// Store a study, then look for it at the verify target until it can be found.
import dicom from 'dicom';
import { check } from 'k6';
import type { Options } from 'k6/options';

export const options: Options = {
  thresholds: {
    'dicom_req_duration{service:C-FIND}': ['p(95)<1000'],
    dicom_visible_duration: ['p(95)<10000'],
    checks: ['rate==1'],
    iteration_failed: ['rate==0'],
  },
};

const pacs = dicom.peer({});
const cr = dicom.synthetic({ modality: 'CR', rows: 256, columns: 256 });

export default async function () {
  const study = dicom.study({ images: 1, from: cr });
  {
    await using association = await pacs.associate({ for: study });
    for (const image of study.images) {
      check(await association.store(image), { stored: (r) => r.ok });
    }
  }
  const found = await dicom.verify.study(study.uid, { timeout: '30s' });
  check(found, { 'study is visible': (v) => v.found || v.skipped });
}
`;

const SOAK = `// A day at a steady rate: does anything leak, slow down or get lost?
import dicom from 'dicom';
import { check } from 'k6';
import type { Options } from 'k6/options';

export const options: Options = {
  labels: ['load'], // left out by dicomrun smoke
  scenarios: {
    soak: {
      executor: 'constant-arrival-rate',
      rate: 2,
      timeUnit: '1s',
      duration: '8h',
      preAllocatedVUs: 10,
      maxVUs: 50,
    },
  },
  thresholds: {
    'dicom_req_duration{service:C-STORE}': [{ threshold: 'p(95)<2000', window: '5m' }],
    dicom_req_failed: ['rate<0.001'],
    iteration_failed: ['rate<0.001'],
    checks: ['rate>0.999'],
    iterations_achieved: ['rate>0.99'],
  },
};

const pacs = dicom.peer({});
const us = dicom.synthetic({ modality: 'US', rows: 480, columns: 640 });

export default async function () {
  const study = dicom.study({ images: 2, from: us });
  await using association = await pacs.associate({ for: study });
  for (const image of study.images) {
    check(await association.store(image), { stored: (r) => r.ok });
  }
}
`;

const MODALITY = `// A modality that keeps its association open, as most do: one per virtual user.
import dicom from 'dicom';
import { check, sleep } from 'k6';
import type { Options } from 'k6/options';

export const options: Options = {
  thresholds: { checks: ['rate==1'], iteration_failed: ['rate==0'] },
};

const pacs = dicom.peer({ callingAET: 'MODALITY' + __VU });
const ct = dicom.synthetic({ modality: 'CT', rows: 256, columns: 256 });

export default async function () {
  const study = dicom.study({ series: 2, images: 20, from: ct });
  const association = await pacs.associate({ for: study, keep: true });
  for (const image of study.images) {
    check(await association.store(image), { stored: (r) => r.ok });
    await sleep(0.05); // the scanner's pace
  }
  await sleep(5); // the next patient
}
`;

export const TEMPLATES: readonly ScriptTemplate[] = [
  { name: 'minimal', about: 'one association, one image', source: MINIMAL },
  { name: 'routing', about: 'through a router to a receiver, with the account', source: ROUTING },
  { name: 'ramp', about: 'more and more virtual users, with thresholds', source: RAMP },
  { name: 'smoke', about: 'checks of a few services', source: SMOKE },
  { name: 'query', about: 'store, then find with C-FIND', source: QUERY },
  { name: 'soak', about: 'a steady rate for hours', source: SOAK },
  { name: 'modality', about: 'a scanner that keeps its association', source: MODALITY },
];

/** Written beside the first script; names as the environment knows them. */
export const ENV_EXAMPLE = `# Copy to .env and fill in. Real environment variables and flags win over this file.

# The system under test, as in -c, and our own AE title, as in -b
DICOMRUN_CONNECT=ROUTER@127.0.0.1:11112
DICOMRUN_BIND=DICOMRUN

# The same in four variables, for suites that have them already
#COMPASS_HOST=127.0.0.1
#COMPASS_PORT=11112
#COMPASS_AE_TITLE=ROUTER
#LOCAL_AE_TITLE=DICOMRUN

# Routes: a pair of AE titles per name, used by dicom.peer({ route: 'HTM_GI' }) or --route HTM_GI
#REMOTE_AE_HTM_GI=LB-HTM-GI
#LOCAL_AE_HTM_GI=HTM-GI

# Where C-FIND verification asks; without it the router itself is asked
#CFIND_HOST=127.0.0.1
#CFIND_PORT=11113
#CFIND_AE_TITLE=ARCHIVE
#CFIND_TIMEOUT=60

# Own images instead of synthetic ones, for dicom.files()
#DICOM_ROOT_DIR=./dicom_samples
`;

/** Completion and checking in an editor, offline. */
export const TSCONFIG = `{
  "compilerOptions": {
    "target": "es2022",
    "module": "esnext",
    "moduleResolution": "bundler",
    "lib": ["es2023", "esnext.disposable"],
    "types": [],
    "strict": true,
    "noEmit": true,
    "allowImportingTsExtensions": true,
    "skipLibCheck": true
  },
  "include": ["**/*.ts", ".dicomrun/dicom.d.ts"]
}
`;
