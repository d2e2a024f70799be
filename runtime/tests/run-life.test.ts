// The life of a run: set-up data, teardown, handleSummary, interruption, verdicts and exit codes.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { Bench, counted } from './run-cli.ts';

const bench = new Bench('life');
afterAll(() => bench.remove());

const LONG = `import { sleep } from 'k6';
export const options = { scenarios: { s: { executor: 'constant-vus', vus: 3, duration: '60s' } } };
export function teardown() { console.log('torn down'); }
export default async function () { await sleep(20); }
`;

describe('failing iterations', () => {
  const FAILING = `
export const options = { scenarios: { s: { executor: 'constant-vus', vus: 1, duration: '1s' } } };
export default async function () { if (THROWS) throw new Error('refused'); }
`;

  it('are not tried again as fast as they fail: 50 ms, then twice as long, and so on', async () => {
    const result = await bench.script(FAILING.replace('THROWS', 'true'), []);
    // 0, 50, 150, 350, 750 ms; the next one is due after the end
    expect(result.summary().execution.iterations).toBeLessThanOrEqual(5);
  });

  it('wait once only where every other one fails', async () => {
    const result = await bench.script(FAILING.replace('THROWS', '__ITER % 2 === 0'), []);
    expect(result.summary().execution.iterations).toBeGreaterThan(5);
  });
});

describe('interruption', () => {
  it('Ctrl-C once: teardown and summary run, 105', async () => {
    const run = bench.startScript(LONG, ['--workers', '2', '--progress-interval', '1s']);
    await run.says('vus=3');
    const at = performance.now();
    run.signal('SIGINT');
    const result = await run.ended;
    expect(performance.now() - at).toBeLessThan(15_000);
    expect(result.code).toBe(105);
    expect(result.stdout + result.stderr).toContain('torn down');
    const summary = result.summary();
    expect(summary.verdict).toMatchObject({ exitCode: 105, passed: false });
    expect(summary.verdict.reason).toContain('SIGINT');
    expect(summary.execution).toMatchObject({ iterations: 0, interrupted: 3 });
  });

  it('SIGTERM is the same', async () => {
    const run = bench.startScript(LONG, ['--progress-interval', '1s']);
    await run.says('vus=3');
    run.signal('SIGTERM');
    const result = await run.ended;
    expect(result.code).toBe(105);
    expect(result.stdout + result.stderr).toContain('torn down');
  });

  it('Ctrl-C twice: leaves at once, 105', async () => {
    const stuck = LONG.replace("console.log('torn down');", 'for (;;) {}');
    const run = bench.startScript(stuck, ['--progress-interval', '1s']);
    await run.says('vus=3');
    run.signal('SIGINT');
    await run.says('stopping');
    // Sooner it would be taken for the same press, passed on by npx or timeout.
    await new Promise((resolve) => setTimeout(resolve, 300));
    const at = performance.now();
    run.signal('SIGINT');
    const result = await run.ended;
    // Its teardown would never end.
    expect(performance.now() - at).toBeLessThan(10_000);
    expect(result.code).toBe(105);
    expect(result.stdout).not.toContain('EXECUTION');
  });

  it('Ctrl-C while setup runs: no iteration, 105', async () => {
    const script = `import { sleep } from 'k6';
export async function setup() { console.log('setting up'); await sleep(30); }
export default async function () {}
`;
    const run = bench.startScript(script, ['--duration', '10s']);
    await run.says('setting up');
    run.signal('SIGINT');
    const result = await run.ended;
    expect(result.code).toBe(105);
    expect(result.ms).toBeLessThan(15_000);
    expect(result.summary().execution.iterations).toBe(0);
  });
});

describe('set-up data', () => {
  it('reaches every VU and teardown as a copy; changes stay in the VU', async () => {
    const script = `import exec from 'k6/execution';
import { check } from 'k6';
export const options = { scenarios: { s: { executor: 'per-vu-iterations', vus: 4, iterations: 3 } } };
export async function setup() { return { list: [1, 2, 3], text: 'ü', seen: 0 }; }
export default function (data) {
  check(data, {
    'is what setup returned': (d) => d.list.length === 3 && d.text === 'ü',
    'keeps the changes of this VU': (d) => d.seen === exec.vu.iterationInScenario,
  });
  data.seen += 1;
}
export function teardown(data) { console.log('teardown saw ' + JSON.stringify(data)); }
`;
    const result = await bench.script(script, ['--workers', '2']);
    expect(result.code, result.stdout).toBe(0);
    expect(result.summary().checks).toMatchObject({ passes: 24, fails: 0 });
    expect(result.stdout + result.stderr).toContain(
      'teardown saw {"list":[1,2,3],"text":"ü","seen":0}',
    );
  });

  it('setup throws: 107 with the author’s line, no iteration, no teardown', async () => {
    const script = `export function setup() {
  const target: { host?: { name: string } } = {};
  return target.host!.name;
}
export function teardown() { console.log('torn down'); }
export default function () { console.log('iterated'); }
`;
    const result = await bench.script(script, ['--iterations', '2']);
    expect(result.code).toBe(107);
    expect(result.stderr).toMatch(/error: setup: TypeError: .*\n {2}at script-\d+\.ts:3:23/);
    expect(result.stdout + result.stderr).not.toMatch(/torn down|iterated/);
    expect(result.summary().verdict.exitCode).toBe(107);
  });

  it('setup takes too long: 100; teardown: 101', async () => {
    const script = (setup: string, teardown: string): string => `import { sleep } from 'k6';
export const options = { iterations: 1, setupTimeout: '1s', teardownTimeout: '1s' };
export async function setup() { ${setup} }
export async function teardown() { ${teardown} }
export default function () {}
`;
    const slow = 'await sleep(60);';
    const inSetup = await bench.script(script(slow, ''), []);
    expect(inSetup.code).toBe(100);
    expect(inSetup.stderr).toContain('setup did not finish within 1 s');
    expect(inSetup.summary().execution.iterations).toBe(0);
    const inTeardown = await bench.script(script('', slow), []);
    expect(inTeardown.code).toBe(101);
    expect(inTeardown.summary().execution.iterations).toBe(1);
    const stuck = await bench.script(script('for (;;) {}', ''), []);
    expect(stuck.code).toBe(100);
  });

  it('teardown throws: 107 after a full run', async () => {
    const script = `export const options = { iterations: 3 };
export function teardown() { throw new Error('cannot tidy'); }
export default function () {}
`;
    const result = await bench.script(script, []);
    expect(result.code).toBe(107);
    expect(result.stderr).toContain('error: teardown: cannot tidy');
    expect(result.summary().execution.iterations).toBe(3);
  });
});

describe('handleSummary', () => {
  it('replaces the text, writes files, gets the k6 shape', async () => {
    const script = `export const options = { iterations: 5 };
export default function () {}
export function handleSummary(data) {
  return {
    stdout: 'iterations ' + data.metrics.iterations.values.count + '\\n',
    'own/summary.json': JSON.stringify({ state: data.state, schema: data.dicomrun.schema }),
  };
}
`;
    const result = await bench.script(script, []);
    expect(result.code).toBe(0);
    expect(result.stdout).toContain('iterations 5\n');
    expect(result.stdout).not.toContain('EXECUTION');
    // What came of it is said all the same, where it is in nobody's way.
    expect(result.stderr).toMatch(/^(PASS|DONE) {2}5 iterations/m);
    const own: unknown = JSON.parse(readFileSync(join(bench.folder, 'own/summary.json'), 'utf8'));
    expect(own).toMatchObject({
      state: { isStdOutTTY: false, testRunDurationMs: expect.any(Number) as number },
      schema: 'dicomrun-summary/1',
    });
  });

  it('may print our summary and add to it, which is typed', async () => {
    const script = `import { textSummary } from 'dicom';
import type { SummaryData } from 'dicom';
export const options = { iterations: 2 };
export default function () {}
export function handleSummary(data: SummaryData) {
  return {
    stdout: textSummary(data),
    'own/coloured.txt': textSummary(data, { enableColors: true }),
    'own/indented.txt': textSummary(data, { indent: '> ' }),
    'own/verdict.txt': data.dicomrun.verdict.state,
  };
}
`;
    const result = await bench.script(script, []);
    expect(result.stdout).toContain('EXECUTION');
    expect(result.stdout).not.toContain('\u001b[');
    const own = (name: string) => readFileSync(join(bench.folder, 'own', name), 'utf8');
    expect(own('coloured.txt')).toContain('\u001b[');
    expect(own('indented.txt')).toMatch(/^(> [^\n]+\n|\n)+$/);
    expect(own('verdict.txt')).toBe(result.summary().verdict.state);
    const misused = script.replace('default function () {}', 'default () => textSummary()');
    const refused = await bench.script(misused, []);
    expect(refused.stdout + refused.stderr).toContain('only allowed in handleSummary()');
  });

  it('throws: said with its line, and the default summary is printed', async () => {
    const script = `export const options = { iterations: 1 };
export default function () {}
export function handleSummary() {
  throw new Error('no summary today');
}
`;
    const result = await bench.script(script, []);
    expect(result.code).toBe(0);
    expect(result.stderr).toMatch(/handleSummary: no summary today\n {2}at script-\d+\.ts:4:9/);
    expect(result.stdout).toContain('EXECUTION');
  });
});

describe('verdicts', () => {
  const counting = (thresholds: string, more = ''): string => `import { sleep } from 'k6';
import { Counter, Trend } from 'k6/metrics';
import exec from 'k6/execution';
const seen = new Counter('seen');
const took = new Trend('took', true);
export const options = {
  scenarios: { s: { executor: 'constant-vus', vus: 2, duration: '30s' } },
  thresholds: ${thresholds},
};
let mine = 0;
export default async function () {
  seen.add(1, { kind: 'a' });
  took.add(100);
  mine += 1;
  ${more}
  await sleep(0.05);
}
`;

  it('a crossed threshold: 99, named with what was observed', async () => {
    const script = counting(`{ took: ['p(95)<50', 'max<200'], 'seen{kind:a}': ['count>5'] }`);
    const result = await bench.script(script, ['--duration', '1s', '--vus', '2']);
    expect(result.code).toBe(99);
    const summary = result.summary();
    expect(summary.thresholds.map(({ metric, verdict }) => [metric, verdict])).toEqual([
      ['took', 'failed'],
      ['took', 'ok'],
      ['seen{kind:a}', 'ok'],
    ]);
    expect(summary.verdict.reason).toContain('p(95)<50');
    expect(result.stdout).toMatch(/^FAIL/m);
  });

  it('--no-thresholds: not judged, 0', async () => {
    const script = counting(`{ took: ['p(95)<50'] }`);
    const args = ['--duration', '1s', '--vus', '2', '--no-thresholds'];
    expect((await bench.script(script, args)).code).toBe(0);
  });

  it('abortOnFail: ends early with 99', async () => {
    const script = counting(`{ seen: [{ threshold: 'count<20', abortOnFail: true }] }`);
    const result = await bench.script(script, []);
    expect(result.code).toBe(99);
    expect(result.ms).toBeLessThan(12_000);
    expect(result.summary().run.durationMs).toBeLessThan(8000);
    expect(counted(result.summary(), 'seen')).toBeGreaterThanOrEqual(20);
  });

  it('exec.test.abort(): all VUs end at once, teardown runs, 108', async () => {
    const script = counting('{}', `if (mine === 3) exec.test.abort('enough seen');`);
    const result = await bench.script(
      `${script}export function teardown() { console.log('td'); }`,
      ['--workers', '2'],
    );
    expect(result.code).toBe(108);
    expect(result.ms).toBeLessThan(10_000);
    expect(result.summary().verdict.reason).toContain('enough seen');
    expect(result.stdout + result.stderr).toContain('td');
  });

  it('exec.test.fail(): the run goes on, 110', async () => {
    const script = counting('{}', `if (mine === 1) exec.test.fail('not good');`);
    const result = await bench.script(script, ['--duration', '1s', '--vus', '2']);
    expect(result.code).toBe(110);
    expect(result.summary().verdict.reason).toContain('not good');
    expect(counted(result.summary(), 'seen')).toBeGreaterThan(10);
  });

  it('the first cause decides: aborted stays 108 though a threshold is crossed', async () => {
    const script = counting(`{ took: ['p(95)<50'] }`, `if (mine === 3) exec.test.abort('first');`);
    expect((await bench.script(script, [])).code).toBe(108);
  });

  it('an exception in some iterations changes no exit code, in all it does, and so does a threshold', async () => {
    const script = (thresholds: string): string => `
export const options = { iterations: 4, thresholds: ${thresholds} };
let turn = 0;
export default function () { turn += 1; if (__ENV.ALL || turn < 4) throw new Error('boom'); }
`;
    const plain = await bench.script(script('{}'), []);
    expect(plain.code).toBe(0);
    expect(plain.summary().execution).toMatchObject({ iterations: 4, failed: 3 });
    expect((await bench.script(script('{}'), ['-e', 'ALL=1'])).code).toBe(99);
    expect((await bench.script(script(`{ iteration_failed: ['rate<0.5'] }`), [])).code).toBe(99);
  });
});
