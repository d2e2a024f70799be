// Every executor through the command line: how many iterations, by whom, when, and how they end.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { Bench, counted } from './run-cli.ts';

const bench = new Bench('executors');
afterAll(() => bench.remove());

/** A script whose iterations sleep, with one scenario. */
function script(scenario: string, sleepSeconds = 0.1): string {
  return `import { sleep } from 'k6';
import { Counter } from 'k6/metrics';
import exec from 'k6/execution';
export const options = { scenarios: { s: { ${scenario} } } };
const begun = new Counter('begun');
const byVu = new Counter('by_vu');
export default async function () {
  begun.add(1);
  console.log(JSON.stringify([exec.vu.idInTest, exec.scenario.iterationInTest, exec.instance.currentTestRunDuration]));
  await sleep(${sleepSeconds});
  byVu.add(1, { vu: String(exec.vu.idInTest) });
}
`;
}

/** [VU, iteration in the scenario] of each start, as the script printed them. */
function starts(output: string): [number, number, number][] {
  return [...output.matchAll(/\[(\d+),(\d+),([\d.]+)\]/g)].map(([, vu, iteration, ms]) => [
    Number(vu),
    Number(iteration),
    Number(ms),
  ]);
}

function distinct(numbers: readonly number[]): number {
  return new Set(numbers).size;
}

describe('closed executors', () => {
  it('shared-iterations over two workers: exactly n, each number once', async () => {
    const result = await bench.script(
      script(`executor: 'shared-iterations', vus: 7, iterations: 101`, 0.01),
      ['--workers', '2'],
    );
    const summary = result.summary();
    expect(result.code).toBe(0);
    expect(summary.execution).toMatchObject({ iterations: 101, dropped: 0, interrupted: 0 });
    const all = starts(result.stdout + result.stderr);
    expect(all.map(([, iteration]) => iteration).sort((a, b) => a - b)).toEqual(
      Array.from({ length: 101 }, (_, at) => at),
    );
    expect(distinct(all.map(([vu]) => vu))).toBe(7);
  });

  it('shared-iterations cut off by maxDuration: the rest is dropped', async () => {
    const result = await bench.script(
      script(`executor: 'shared-iterations', vus: 2, iterations: 100, maxDuration: '1s'`, 0.3),
      [],
    );
    const { iterations, dropped, interrupted } = result.summary().execution;
    expect(iterations + dropped).toBe(100);
    // Of 0.3 s each, two side by side: four each begin in a second at the most.
    expect(iterations).toBeGreaterThanOrEqual(2);
    expect(iterations).toBeLessThanOrEqual(8);
    expect(interrupted).toBe(0);
  });

  it('per-vu-iterations: each VU its own number', async () => {
    const result = await bench.script(
      script(`executor: 'per-vu-iterations', vus: 5, iterations: 4`, 0.02),
      ['--workers', '2'],
    );
    expect(result.summary().execution).toMatchObject({ iterations: 20, dropped: 0, vusMax: 5 });
    const byVu = new Map<number, number>();
    for (const [vu] of starts(result.stdout + result.stderr)) {
      byVu.set(vu, (byVu.get(vu) ?? 0) + 1);
    }
    expect([...byVu.values()]).toEqual([4, 4, 4, 4, 4]);
  });

  it('a run of milliseconds tells its VUs, and exec.instance is live', async () => {
    const result = await bench.script(
      `import exec from 'k6/execution';
export const options = { scenarios: { s: { executor: 'per-vu-iterations', vus: 3, iterations: 2 } } };
export default function () {
  const { iterationsCompleted, vusActive, vusInitialized } = exec.instance;
  console.log('told', iterationsCompleted, vusActive, vusInitialized);
}
`,
      ['--workers', '1'],
    );
    expect(result.summary().execution).toMatchObject({ iterations: 6, vus: 3, vusMax: 3 });
    expect(result.stderr).toContain('told 0 ');
    expect(result.stderr).toContain('told 5 1 3');
  });

  it('constant-vus: all from the start until the duration is over', async () => {
    const result = await bench.script(
      script(`executor: 'constant-vus', vus: 4, duration: '2s'`, 0.5),
      ['--workers', '2'],
    );
    const { iterations, interrupted, vus } = result.summary().execution;
    expect(iterations).toBeGreaterThanOrEqual(4);
    expect(iterations).toBeLessThanOrEqual(16);
    expect(interrupted).toBe(0);
    expect(vus).toBe(4);
    expect(result.summary().run.durationMs).toBeGreaterThanOrEqual(2000);
    // Begun before the end, each ends in its own time: nobody begins later.
    const late = starts(result.stdout + result.stderr).filter(([, , ms]) => ms > 2000);
    expect(late).toEqual([]);
  });

  it('ramping-vus: VU n of 0→4 in 2 s begins at n/2 s', async () => {
    const result = await bench.script(
      script(
        `executor: 'ramping-vus', startVUs: 0, stages: [{ duration: '2s', target: 4 }, { duration: '1s', target: 0 }]`,
        0.05,
      ),
      ['--workers', '2'],
    );
    expect(result.code).toBe(0);
    const first = new Map<number, number>();
    for (const [vu, , ms] of starts(result.stdout + result.stderr)) {
      if (!first.has(vu)) first.set(vu, ms);
    }
    const begins = [...first.values()].sort((a, b) => a - b);
    expect(begins).toHaveLength(4);
    for (const [at, ms] of begins.entries()) {
      expect(ms).toBeGreaterThanOrEqual((at + 1) * 500 - 2);
    }
    const { iterations, interrupted } = result.summary().execution;
    // 0.5·1 + 0.5·2 + 0.5·3 + (4+3+2+1)·0.25 = 5.5 VU-seconds at 50 ms each, at most 110.
    expect(iterations).toBeGreaterThanOrEqual(4);
    expect(iterations).toBeLessThanOrEqual(114);
    expect(interrupted).toBe(0);
  });

  it('ramping-vus from a start value: `vus` is how many run, `vus_max` how many were made', async () => {
    const result = await bench.script(
      script(`executor: 'ramping-vus', startVUs: 1, stages: [{ duration: '3s', target: 4 }]`, 0.05),
      [],
    );
    // VU 4 is reached as the last stage ends, as in k6: it is made, and has nothing to do.
    expect(result.stdout + result.stderr).toContain('at most 4 VUs');
    const { metrics, execution } = result.summary();
    expect(execution).toMatchObject({ vus: 3, vusMax: 4 });
    expect(metrics['vus']?.values).toMatchObject({ max: 3 });
    expect(metrics['vus_max']?.values).toMatchObject({ value: 4, max: 4 });
    expect(distinct(starts(result.stdout + result.stderr).map(([vu]) => vu))).toBe(3);
  });
});

describe('open executors', () => {
  it('constant-arrival-rate: as many starts as asked for, whatever an iteration takes', async () => {
    const result = await bench.script(
      script(
        `executor: 'constant-arrival-rate', rate: 50, duration: '3s', preAllocatedVUs: 40`,
        0.5,
      ),
      ['--workers', '2'],
    );
    const { iterations, dropped, achievedShare } = result.summary().execution;
    expect(iterations + dropped).toBeGreaterThanOrEqual(149);
    expect(iterations + dropped).toBeLessThanOrEqual(151);
    expect(achievedShare).toBeCloseTo(iterations / (iterations + dropped), 9);
  });

  it('constant-arrival-rate without enough VUs: what cannot start is dropped and counted', async () => {
    const result = await bench.script(
      script(`executor: 'constant-arrival-rate', rate: 20, duration: '2s', preAllocatedVUs: 2`, 1),
      [],
    );
    const { iterations, dropped } = result.summary().execution;
    expect(iterations + dropped).toBe(40);
    expect(iterations).toBeGreaterThanOrEqual(2);
    expect(iterations).toBeLessThanOrEqual(4);
    expect(result.stderr).toMatch(/VUs/);
  });

  it('ramping-arrival-rate: the integral of the rate', async () => {
    const result = await bench.script(
      script(
        `executor: 'ramping-arrival-rate', startRate: 0, preAllocatedVUs: 20,
         stages: [{ duration: '2s', target: 40 }, { duration: '1s', target: 40 }]`,
        0.1,
      ),
      ['--workers', '2'],
    );
    const { iterations, dropped } = result.summary().execution;
    // 2 s · 40 / 2 + 1 s · 40 = 80; one more or less at the edges.
    expect(iterations + dropped).toBeGreaterThanOrEqual(79);
    expect(iterations + dropped).toBeLessThanOrEqual(81);
  });
});

describe('gracefulStop', () => {
  it('lets iterations end', async () => {
    const result = await bench.script(
      script(`executor: 'constant-vus', vus: 2, duration: '1s', gracefulStop: '5s'`, 2),
      [],
    );
    const summary = result.summary();
    expect(summary.execution).toMatchObject({ iterations: 2, interrupted: 0 });
    expect(summary.run.durationMs).toBeGreaterThanOrEqual(2000);
    expect(counted(summary, 'by_vu')).toBe(2);
  });

  it('cuts them off when it is over: counted as interrupted, not as iterations', async () => {
    const result = await bench.script(
      script(`executor: 'constant-vus', vus: 2, duration: '1s', gracefulStop: '500ms'`, 30),
      [],
    );
    const summary = result.summary();
    // No iteration came to its end, so nothing was tested.
    expect(result.code).toBe(99);
    expect(summary.execution).toMatchObject({ iterations: 0, interrupted: 2 });
    expect(summary.run.durationMs).toBeLessThan(30_000);
    expect(counted(summary, 'begun')).toBe(2);
    expect(counted(summary, 'by_vu')).toBe(0);
    expect(summary.errors.total).toBe(0);
  });
});

describe('stages', () => {
  it('are events of the run log and lines off a terminal, at their own times', async () => {
    const result = await bench.script(
      script(`executor: 'ramping-vus', startVUs: 0,
        stages: [{ duration: '1200ms', target: 2 }, { duration: '1s', target: 2 }]`),
      [],
    );
    expect(result.stderr).toMatch(/^00:00:00 s: stage 0, ramp up to 2 VUs in 1.2s$/m);
    expect(result.stderr).toMatch(/^00:00:01 s: stage 1, hold 2 VUs for 1s$/m);
    const log = readFileSync(join(result.folder(), 'run.ndjson'), 'utf8').trim().split('\n');
    const events = log
      .map((line) => JSON.parse(line) as { k: string; type?: string })
      .filter(({ k, type }) => k === 'event' && type === 'stage');
    expect(events).toEqual([
      {
        ...{ k: 'event', type: 'stage', at: 0 },
        ...{ title: 's: stage 0', text: 'ramp up to 2 VUs in 1.2s' },
      },
      {
        ...{ k: 'event', type: 'stage', at: 1200 },
        ...{ title: 's: stage 1', text: 'hold 2 VUs for 1s' },
      },
    ]);
  });
});
