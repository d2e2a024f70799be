// What ends with which word and which exit code: the built command line, its embedded router as the
// target. Green means tested and right.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { Summary } from '../metrics/summary.ts';
import { Place } from './cli-spawn.ts';
import { requirePeer, startStorescp } from './peers.ts';

interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
  readonly summary: Summary;
  readonly junit: string;
}

const FLAGS = ['--embedded', '--settle', '1s', '--results', 'results', '--testid', 'r'];
const REPORTER = ['--reporter', 'junit=made/run.xml'];

async function run(script: string, args: readonly string[] = []): Promise<Ran> {
  const place = new Place({ 'route.ts': script });
  try {
    const { code, out, err } = await place.run(['run', 'route.ts', ...FLAGS, ...REPORTER, ...args]);
    const folder = join(place.folder, 'results', 'r');
    await place.run(['report', 'results/r', '--junit', 'junit.xml']);
    const junit = readFileSync(join(place.folder, 'junit.xml'), 'utf8');
    // What the run tells its CI server is what `report` tells of it later.
    expect(readFileSync(join(place.folder, 'made', 'run.xml'), 'utf8')).toBe(junit);
    return {
      ...{ code, out, err, junit },
      summary: JSON.parse(readFileSync(join(folder, 'summary.json'), 'utf8')) as Summary,
    };
  } finally {
    place.remove();
  }
}

/** Four images through the router to a receiver, with these options. */
const routing = (options: string): string => `import dicom from 'dicom';
import { check } from 'k6';
export const options = { iterations: 2, ${options} };
const archive = dicom.receiver({ aet: 'ARCHIVE', port: 0 });
const router = dicom.peer({ deliversTo: archive });
const images = dicom.synthetic({ modality: 'CT', rows: 16, columns: 16 });
export default async function () {
  const study = dicom.study({ images: 2, from: images });
  await using association = await router.associate({ for: study });
  for (const image of study.images) {
    check(await association.store(image), { stored: (r) => r.ok });
  }
}
`;
const LOSSY = `simulate: { router: { faults: { drop: 1 } } }`;

describe('images on their way', () => {
  it('all arrived: PASS, in the words of the field', async () => {
    const { code, out, junit } = await run(routing(''), ['--title', 'CHG-4711']);
    expect(out).toMatch(/^PASS {2}4 images by 1 sender in [\d.]+ m?s, all arrived/);
    expect(out).toContain('\n      no thresholds\n');
    expect(out).toContain('      CHG-4711 · route.ts · ');
    expect(junit).toContain('<testsuites name="CHG-4711"');
    expect(code).toBe(0);
  });

  it('none arrived and no threshold names deliveries: FAIL, 99', async () => {
    const { code, out, junit } = await run(routing(LOSSY));
    expect(out).toMatch(
      /^FAIL {2}all 4 images did not arrive \(exit 99\)\n {6}4 images by 1 sender in /,
    );
    expect(junit).toContain('<failure message="all 4 images did not arrive"/>');
    expect(out).toMatch(/\nnext: dicomrun ledger \S+ --missing\n/);
    expect(code).toBe(99);
  });

  it('none arrived, which the script says it bears: DONE, 0', async () => {
    const { code, out } = await run(
      routing(`thresholds: { dicom_delivery_missing: [] }, ${LOSSY}`),
    );
    expect(out).toMatch(/^DONE {2}4 images by 1 sender in .*, 4 did not arrive\n/);
    expect(out).toContain(
      '\n! all 4 images did not arrive: no threshold judges dicom_delivery_missing\n',
    );
    expect(code).toBe(0);
  });

  it('none arrived, a threshold on it: FAIL, the loss first, then the thresholds', async () => {
    const thresholds = `thresholds: { checks: ['rate==1'], dicom_delivery_missing: ['count==0'] }`;
    const { code, out } = await run(routing(`${thresholds}, ${LOSSY}`));
    expect(out).toMatch(/^FAIL {2}all 4 images did not arrive \(exit 99\)\n/);
    expect(out).toContain(
      '\n      1 of 2 thresholds holds, 1 crossed: dicom_delivery_missing count==0 (4)\n',
    );
    expect(out).toMatch(/✓ {2}checks +rate==1 +100 %\n/);
    expect(code).toBe(99);
  });
});

const script = (
  body: string,
  options = 'iterations: 2',
): string => `import { check, sleep } from 'k6';
import { Counter, Trend } from 'k6/metrics';
const never = new Counter('never');
const took = new Trend('took', true);
export const options = { ${options} };
let turn = 0;
export default async function () { turn += 1; ${body} }
`;

it('what went otherwise than asked for: neither an association that was to fail, nor a scenario', async () => {
  const { code, out, summary } = await run(`import dicom from 'dicom';
import { sleep } from 'k6';
const peer = dicom.peer({});
const one = { executor: 'shared-iterations', vus: 1, iterations: 1 };
export const options = { scenarios: {
  stranger: one,
  idle: { executor: 'constant-vus', vus: 1, duration: '1s', gracefulStop: '0s', exec: 'idle' },
} };
export default async function () { await peer.echo(); await peer.negotiate({ expect: 'rejected' }); }
export async function idle() { await sleep(60); }
`);
  expect({ code, word: summary.verdict.state }, out).toEqual({ code: 0, word: 'done' });
  expect(summary.verdict.notes).toEqual([
    '1 of 2 associations failed: no threshold judges dicom_assoc_failed',
    'no iteration of scenario "idle" finished',
  ]);
  expect(summary.errors.groups).toMatchObject([{ code: 'ASSOC_UNEXPECTED', count: 1 }]);
});

describe('without a request', () => {
  it.each<[string, string, number, RegExp]>([
    [
      'every iteration throws',
      script(`throw new Error('x')`),
      99,
      /^FAIL {2}no iteration finished: all 2 iterations threw an exception \(exit 99\)/,
    ],
    [
      'one of two throws',
      script(`check(1, { a: true }); if (turn === 1) throw new Error('x')`),
      0,
      /^DONE {2}2 iterations by 1 VU .*\n {6}no thresholds\n! 1 of 2 iterations threw an exception: no threshold judges iteration_failed\n/,
    ],
    [
      'a check fails',
      script(`check(1, { a: turn === 2 })`),
      0,
      /^DONE .*\n {6}no thresholds\n! 1 of 2 checks failed: no threshold judges checks\n/,
    ],
    [
      'nothing is tested',
      script(''),
      0,
      /^DONE .*\n {6}no thresholds\n! nothing was tested: no request, no check, no threshold with data\n/,
    ],
    [
      'a threshold on checks that were never made',
      script('', `iterations: 2, thresholds: { checks: ['rate>=0.9'] }`),
      99,
      /^FAIL {2}threshold checks rate>=0\.9: no data \(exit 99\)[^]*✗ {2}checks +rate>=0\.9 +no data, counts as failed/,
    ],
    [
      'a threshold on a metric of its own that was never used',
      script('', `iterations: 2, thresholds: { iterations: ['count==2'], took: ['p(95)<5'] }`),
      0,
      /^PASS {2}2 iterations by 1 VU .*\n {6}1 of 2 thresholds holds, 1 without data\n[^]*– {2}took +p\(95\)<5 +no data\n/,
    ],
    [
      'all are interrupted',
      script(
        `await sleep(20)`,
        `vus: 2, duration: '1s', gracefulStop: '0s', scenarios: undefined`,
      ).replace(
        /export const options = .*/,
        `export const options = { scenarios: { s: { executor: 'constant-vus', vus: 2, duration: '1s', gracefulStop: '0s' } } };`,
      ),
      99,
      /^FAIL {2}no iteration finished: all 2 iterations were interrupted \(exit 99\)/,
    ],
  ])('%s', async (_, text, code, out) => {
    const ran = await run(text);
    expect(ran.out).toMatch(out);
    expect(ran.code).toBe(code);
    expect(ran.summary.verdict.passed).toBe(code === 0);
  });

  it('what is declared and never used stands in the summary with zeros', async () => {
    const { out, summary } = await run(
      script(`check(1, { a: true })`, `iterations: 1, thresholds: { 'never{a:b}': [] }`),
    );
    expect(out).toMatch(/\n {2}never +count=0 {2}rate=0\n/);
    expect(summary.metrics['never']?.values).toEqual({ count: 0, rate: 0 });
    expect(summary.metrics['never{a:b}']?.values).toEqual({ count: 0, rate: 0 });
  });
});

/** One association an iteration, at a target of the command line, with thresholds that hold. */
const STEADY = `import dicom from 'dicom';
import { sleep } from 'k6';
export const options = {
  scenarios: { s: { executor: 'constant-vus', vus: 1, duration: '6s' } },
  thresholds: { dicom_reqs: ['count>0'], dicom_assoc_failed: ['rate<0.99'], iteration_failed: ['rate<0.99'] },
};
const archive = dicom.peer();
const images = dicom.synthetic({ modality: 'CT', rows: 16, columns: 16 });
export default async function () {
  const study = dicom.study({ images: 1, from: images });
  await using association = await archive.associate({ for: study });
  await association.store(study.images[0]);
  await sleep(0.05);
}
`;

describe.skipIf(!requirePeer('storescp'))('a peer that dies in the middle', () => {
  it('for good: FAIL, though the thresholds hold', async () => {
    const peer = await startStorescp({ fork: false });
    const place = new Place({ 'steady.ts': STEADY });
    try {
      const target = ['-c', `${peer.aet}@127.0.0.1:${peer.port}`];
      const running = place.start(['run', 'steady.ts', ...target, '--results', 'r']);
      let over = false;
      void running.done.then(() => (over = true));
      while (!over && (await peer.files()).length === 0) await setTimeout(50);
      await peer.stop();
      const { code, out, err } = await running.done;
      expect(code, out + err).toBe(99);
      expect(out).toMatch(
        /^FAIL {2}nothing succeeded from 00:00:0\d until the end, 00:00:0\d: all \d+ associations.* failed \(exit 99\)/,
      );
      expect(out).toContain('all 3 thresholds hold');
    } finally {
      await peer.stop();
      place.remove();
    }
  });
});
