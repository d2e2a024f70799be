// A script that does not yield, or takes all memory, costs its own iteration or worker, not the run.
import { afterAll, describe, expect, it } from 'vitest';
import { Bench, counted } from './run-cli.ts';

const bench = new Bench('hang');
afterAll(() => bench.remove());

/** VU 2 does the mischief once, in its third iteration; everybody counts. */
function script(mischief: string): string {
  return `import { sleep } from 'k6';
import exec from 'k6/execution';
import { Counter, Trend } from 'k6/metrics';
const done = new Counter('done');
const late = new Counter('late');
const gap = new Trend('gap', true);
let last = 0;
export const options = { scenarios: { s: { executor: 'constant-vus', vus: 4, duration: '6s' } } };
export default async function () {
  await sleep(0.1);
  if (exec.vu.idInTest === 2 && exec.vu.iterationInScenario === 2) {
    ${mischief}
  }
  if (last > 0 && exec.vu.idInTest !== 2) gap.add(Date.now() - last);
  last = Date.now();
  done.add(1, { vu: String(exec.vu.idInTest) });
  if (exec.instance.currentTestRunDuration > 4500) late.add(1);
}
`;
}

describe.concurrent('an endless loop in one VU', () => {
  it('is interrupted after hangTimeout, and the others go on', async () => {
    const run = bench.startScript(script('for (;;) {}'), ['--hang-timeout', '1s']);
    const result = await run.ended;
    expect(result.code).toBe(0);
    expect(result.stderr).toMatch(/VU 2 \(\w+\): the script did not yield for 1 s/);
    const summary = result.summary();
    expect(summary.execution.interrupted).toBeGreaterThanOrEqual(1);
    expect(summary.execution.interrupted).toBeLessThanOrEqual(4);
    // hangTimeout, and well before the end: a busy machine may delay the watchdog itself.
    expect(summary.metrics['gap']?.values['max']).toBeGreaterThan(900);
    expect(summary.metrics['gap']?.values['max']).toBeLessThan(4500);
    expect(counted(summary, 'done')).toBeGreaterThan(30);
    expect(counted(summary, 'late')).toBeGreaterThan(0);
    expect(summary.run.durationMs).toBeLessThan(20_000);
  });

  it('of microtasks only is interrupted, too', async () => {
    const result = await bench.script(script('for (;;) await null;'), ['--hang-timeout', '1s']);
    expect(result.code).toBe(0);
    expect(result.stderr).toContain('did not yield for 1 s');
    const summary = result.summary();
    expect(summary.execution.interrupted).toBeGreaterThanOrEqual(1);
    expect(counted(summary, 'late')).toBeGreaterThan(0);
    expect(summary.run.durationMs).toBeLessThan(20_000);
  });

  it('of an arrival rate is interrupted, and the starts go on', async () => {
    const code = script('for (;;) {}')
      .replace(
        /scenarios: .*/,
        `scenarios: { s: {
        executor: 'constant-arrival-rate', rate: 40, duration: '6s', preAllocatedVUs: 10, maxVUs: 10,
      } } };`,
      )
      .replace(
        'exec.vu.idInTest === 2 && exec.vu.iterationInScenario === 2',
        'exec.scenario.iterationInTest === 60',
      );
    const result = await bench.script(code, ['--hang-timeout', '1s']);
    expect(result.code, result.stderr).toBe(0);
    expect(result.stderr).toContain('did not yield for 1 s');
    const summary = result.summary();
    expect(summary.execution.interrupted).toBeGreaterThanOrEqual(1);
    expect(counted(summary, 'late')).toBeGreaterThan(0);
    expect(summary.run.durationMs).toBeLessThan(20_000);
  });

  it('leaves a second worker alone altogether', async () => {
    const result = await bench.script(script('for (;;) {}'), [
      ...['--hang-timeout', '1s', '--workers', '2'],
    ]);
    expect(result.code).toBe(0);
    expect(result.summary().execution.interrupted).toBeLessThanOrEqual(2);
    expect(counted(result.summary(), 'late')).toBeGreaterThan(0);
  });
});

describe('a worker out of memory', () => {
  it('is replaced: the run survives and says so', { timeout: 120_000 }, async () => {
    const hog = `const hog: unknown[] = [];
    for (;;) hog.push(new Array(100_000).fill(hog.length));`;
    const result = await bench.script(
      script(hog),
      [...'--workers 2 --duration 8s --vus 4 --hang-timeout 60s --worker-heap 150MB'.split(' ')],
      { timeoutMs: 90_000 },
    );
    expect(result.code, result.stderr).toBe(0);
    const summary = result.summary();
    expect(result.stderr).toMatch(/worker 1 died and was replaced, \d+ iterations? interrupted/);
    expect(result.stderr).toMatch(/memory/);
    expect(summary.verdict.warnings.join('\n')).toContain('died and was replaced');
    expect(summary.verdict.notes).toEqual([
      expect.stringMatching(/^\d+ workers? died in the middle of iterations$/),
    ]);
    expect(summary.execution.interrupted).toBeGreaterThanOrEqual(1);
    expect(counted(summary, 'late')).toBeGreaterThan(0);
  });

  it(
    'leaves its successor only the iterations it had not begun',
    { timeout: 120_000 },
    async () => {
      const result = await bench.script(
        `import { sleep } from 'k6';
export const options = {
  workerHeap: '150MB',
  scenarios: { s: { executor: 'per-vu-iterations', vus: 4, iterations: 4 } },
};
export default async function () {
  await sleep(0.5);
  if (__VU !== 1 || __ITER !== 2) return;
  await sleep(0.3); // samples of a worker's last 0.2 s die with it
  const hog: unknown[] = [];
  for (;;) hog.push(new Array(100_000).fill(hog.length));
}
`,
        ['--workers', '2', '--hang-timeout', '60s'],
        { timeoutMs: 90_000 },
      );
      expect(result.code, result.stderr).toBe(0);
      expect(result.stderr.match(/died and was replaced/g)).toHaveLength(1);
      const { iterations, interrupted, dropped } = result.summary().execution;
      expect(interrupted).toBeGreaterThanOrEqual(1);
      expect({ sum: iterations + interrupted, dropped }).toEqual({ sum: 16, dropped: 0 });
    },
  );
});
