// Every function of `dicom` and `k6` with what nobody should give it: whatever it answers, the run
// comes to its end and to the verdict that the script deserves.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Bench } from './run-cli.ts';

/** null, numbers, Errors, symbols, getters and the like; each is made anew for each call. */
const ODD = `
const cycle = () => { const a = {}; a.a = a; return a; };
const thrower = () => ({ get a() { throw new Error('a getter'); }, toString() { throw 1; } });
const ODD = [
  () => undefined, () => null, () => 0, () => -1, () => NaN, () => Infinity, () => 2 ** 53,
  () => '', () => 'x', () => '\\ud800', () => true, () => Symbol('s'), () => 1n,
  () => new Error('an error'), () => ({}), () => [], () => [null], () => () => 1,
  () => ({ toString: null }), () => ({ toJSON() { throw null; } }), () => ({ then: 5 }),
  () => Object.create(null), () => new Date(NaN), () => new Uint8Array(3), () => Promise.resolve(),
  cycle, thrower, () => ({ a: { toString: null } }), () => ({ name: cycle() }), () => 'x'.repeat(2e4),
];
`;

const HEAD = `
import dicom from 'dicom';
import { check, group, sleep, fail, randomSeed } from 'k6';
import exec from 'k6/execution';
import { Counter, Gauge, Rate, Trend } from 'k6/metrics';
import { SharedArray } from 'k6/data';
${ODD}
`;

const INIT = `${HEAD}
let refused = 0;
const made = { counter: new Counter('m_c'), gauge: new Gauge('m_g'), rate: new Rate('m_r'), trend: new Trend('m_t') };
const ct = dicom.synthetic({ modality: 'CT', rows: 8, columns: 8 });
const peer = dicom.peer({});
for (const odd of ODD) {
  const forms = [
    (v) => dicom.peer(v), (v) => dicom.peer({ connect: v }), (v) => dicom.peer({ timeouts: v }),
    (v) => dicom.peer({ calledAET: v, host: v, port: v, route: v, tls: v, maxPdu: v }),
    (v) => dicom.synthetic({ modality: v }), (v) => dicom.synthetic({ rows: v }),
    (v) => dicom.files(v), (v) => dicom.csv?.(v), (v) => dicom.json?.(v), (v) => open(v),
    (v) => new SharedArray(v, v), (v) => new Counter(v), (v) => new Trend('t2', v),
  ];
  for (const form of forms) try { form(odd()); } catch { refused++; }
}
`;

/** In an iteration: each form with each odd value, alone and in the place of each argument. */
const CALLS = `
const forms = [
  (v) => made.counter.add(v), (v) => made.counter.add(1, v), (v) => made.counter.add(1, { a: v }),
  (v) => made.gauge.add(v), (v) => made.rate.add(v), (v) => made.trend.add(v, v),
  (v) => check(1, { a: () => v }, v), (v) => check(1, { a: () => true }, { t: v }),
  (v) => group(v, () => 1), (v) => group('g', v), (v) => fail(v), (v) => randomSeed(v),
  (v) => sleep(typeof v === 'number' && v > 0 ? 0 : v), (v) => console.log(v),
  (v) => { throw v; }, (v) => Promise.reject(v),
  (v) => { exec.vu.tags = v; }, (v) => { exec.vu.tags.a = v; check(1, { tagged: true }); },
  (v) => dicom.skip(v), (v) => dicom.manual(v, ['a']), (v) => dicom.manual('m', v),
  (v) => dicom.shared.counter(v).next(), (v) => dicom.shared.next(v), (v) => dicom.shared.next([v]),
  (v) => dicom.shared.queue('q').push(v), (v) => dicom.shared.queue('q').pop({ timeout: typeof v === 'string' || typeof v === 'number' ? 0 : v }),
  (v) => dicom.study(v), (v) => dicom.study({ images: v, from: ct }), (v) => ct.with?.(v),
  (v) => peer.associate(v), (v) => peer.associate({ for: v }), (v) => peer.negotiate(v),
  (v) => peer.store(v), (v) => peer.store(ct, { edits: v }), (v) => peer.store(ct, { tags: v }),
  (v) => peer.store(ct, { expectStatus: v }), (v) => peer.store(ct, { fault: v }),
  (v) => peer.find(v), (v) => peer.find({ StudyInstanceUID: v }), (v) => peer.find({ PatientName: '' }, v),
  (v) => peer.move(v, v), (v) => peer.get(v, v), (v) => dicom.diff(v, v), (v) => dicom.verify.study(v, { timeout: '10ms', initialDelay: 0 }),
  (v) => dicom.raw.connect(v),
];
`;

describe('arguments of every kind', () => {
  let bench: Bench;
  beforeAll(() => {
    bench = new Bench('trust-arguments');
  });
  afterAll(() => bench.remove());

  it('end no run', { timeout: 180_000 }, async () => {
    const script = `${INIT}${CALLS}
      export const options = { vus: 1, iterations: ODD.length + 1 };
      export default async function () {
        const i = exec.scenario.iterationInTest;
        if (i === ODD.length) { check(refused, { 'all were tried': (n) => n > ODD.length }); return; }
        for (const form of forms) try { await form(ODD[i]()); } catch { refused++; }
      }`;
    const { code, stderr, summary } = await bench.script(
      script,
      ['--embedded', '--settle', '1s', '--no-report', '--hang-timeout', '60s'],
      { timeoutMs: 170_000 },
    );
    expect(stderr).not.toMatch(/internal:|fault of dicomrun|died and was replaced/);
    expect([0, 99], stderr.slice(-2000)).toContain(code);
    expect(summary().execution.iterations).toBe(31);
    expect(summary().checks.items.find(({ name }) => name === 'all were tried')?.passes).toBe(1);
  });

  // What each value reads like is tested beside textOf(); here, that it gets there.
  const odd = [
    "new TypeError('no good')",
    'null',
    '404',
    '({ get message() { throw 1; }, toString() { throw null; } })',
  ];

  it.each(odd)('exec.test.fail(%s) marks the run failed', { timeout: 60_000 }, async (value) => {
    const { code, stderr } = await bench.script(
      `${HEAD} export default function () { exec.test.fail(${value}); check(1, { a: true }); }`,
      ['--no-report'],
    );
    expect(code, stderr).toBe(110);
  });

  it.each(odd)('exec.test.abort(%s) aborts it', { timeout: 60_000 }, async (value) => {
    const { code, stderr, summary } = await bench.script(
      `${HEAD} export const options = { vus: 1, iterations: 50 };
       export default async function () { await sleep(0.2); exec.test.abort(${value}); }`,
      ['--no-report'],
    );
    expect(code, stderr).toBe(108);
    expect(summary().execution.iterations).toBeLessThan(50);
  });

  it(
    'a counter without a name, or one too many, is told and not -1',
    { timeout: 60_000 },
    async () => {
      const { stderr } = await bench.script(
        `${HEAD} export const options = { vus: 1, iterations: 1 };
       export default async function () {
         try { dicom.shared.counter().next(); } catch (e) { console.log('TOLD ' + e.message); }
         let answers = new Set();
         try { for (let i = 0; i < 3000; i++) { answers.add(dicom.shared.counter('n' + i).next()); if (i % 100 === 0) await sleep(0.001); } }
         catch (e) { console.log('TOLD ' + e.message); }
         console.log('ANSWERS ' + [...answers].join());
       }`,
        ['--no-report'],
      );
      expect(stderr).toMatch(/TOLD shared\.counter\(\): needs a name/);
      expect(stderr).toMatch(/TOLD dicom\.shared: more than \d+ counters/);
      expect(stderr).toMatch(/ANSWERS 0$/m);
    },
  );
});
