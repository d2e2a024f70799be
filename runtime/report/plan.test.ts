import { expect, it } from 'vitest';
import { renderPlan } from './plan.ts';
import type { PlanFacts } from './plan.ts';

const PLAN: PlanFacts = {
  script: 'gi-routing.ts',
  scriptHash: '3f9c01',
  runId: '20261121-0412-gi',
  target: 'LB-HTM-GI@10.1.2.3:11112',
  embedded: false,
  callingAET: 'HTM-GI',
  routes: ['HTM_GI'],
  scenarios: [
    {
      name: 'endoscopy',
      description: '0→50 VUs over 2m, then 50 for 1m',
    },
    { name: 'queries', description: '1 VU for 1m, starting at 30s, exec query' },
  ],
  maxDurationMs: 210_000,
  maxVUs: 51,
  workers: 1,
  receivers: ['GI_ARCHIVE on 0.0.0.0:11113'],
  data: ['214 instances, CT/MR/US'],
  thresholds: 3,
  outputs: ['influxdb http://127.0.0.1:8086/dicomrun'],
  dir: 'results/20261121-0412-gi',
  origin: 'from the command line',
  notes: [],
};

it('says what is about to happen', () => {
  expect(renderPlan(PLAN, { colour: false, ascii: false })).toBe(
    `run      20261121-0412-gi   script gi-routing.ts (sha 3f9c01)
target   LB-HTM-GI@10.1.2.3:11112   calling HTM-GI   route HTM_GI
load     endoscopy: 0→50 VUs over 2m, then 50 for 1m   [from the command line]
         queries: 1 VU for 1m, starting at 30s, exec query   [from the command line]
         at most 51 VUs on 1 worker thread, at most 3 m 30 s with graceful stop
receive  GI_ARCHIVE on 0.0.0.0:11113
data     214 instances, CT/MR/US
outputs  influxdb http://127.0.0.1:8086/dicomrun   results in results/20261121-0412-gi
`,
  );
});

it('says EMBEDDED ROUTER, and keeps to ASCII where it must', () => {
  const text = renderPlan(
    { ...PLAN, embedded: true, target: null },
    { colour: false, ascii: true },
  );
  expect(text).toContain('EMBEDDED ROUTER');
  expect(text).toMatch(/^[\n -~]*$/);
});

it('says how thousands of VUs connect', () => {
  const connect = 'associations to an address open in turn: at most 50 not yet answered';
  const text = renderPlan({ ...PLAN, connect }, { colour: false, ascii: false });
  expect(text).toContain(`graceful stop\n         ${connect}\n`);
});

it('names the run, where somebody did', () => {
  const options = { colour: false, ascii: false };
  expect(renderPlan(PLAN, options)).not.toContain('title');
  expect(renderPlan({ ...PLAN, title: 'CHG-4711' }, options)).toMatch(/^title +CHG-4711$/m);
});

it('shows the web servers that the script names, the first of many', () => {
  const options = { colour: false, ascii: false };
  const urls = ['a', 'b', 'c', 'd', 'e'].map((host) => `http://${host}:8042/dicom-web`);
  const text = renderPlan({ ...PLAN, target: null, servers: urls }, options);
  expect(text).toMatch(/^target +named by the script/m);
  expect(text).toMatch(
    /^web +http:\/\/a:8042\/dicom-web .*http:\/\/d:8042\/dicom-web   and 1 more$/m,
  );
  expect(renderPlan({ ...PLAN, servers: [] }, options)).not.toMatch(/^web/m);
});
