// A coordinator that is killed, and another that goes on with its run: real processes, one machine.
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Site } from './agents-site.ts';
import { requirePeer } from './peers.ts';
import { Bench } from './run-cli.ts';

const bench = new Bench('agents-resume');
afterAll(() => bench.remove());

/** Every iteration counts its number once; set-up and teardown leave their mark. */
const STEADY = `import exec from 'k6/execution';
import { Counter, Trend } from 'k6/metrics';
const hooks = new Counter('hooks'), sum = new Counter('sum'), number = new Trend('number');
export const options = { scenarios: { s: {
  executor: 'constant-arrival-rate', rate: 20, duration: __ENV.FOR ?? '8s', preAllocatedVUs: 4,
} } };
export function setup() { hooks.add(1); return { from: 'setup' }; }
export function teardown(data) { hooks.add(data.from === 'setup' ? 10 : 1000); }
export default function (data) {
  if (data.from !== 'setup') throw new Error('no data');
  sum.add(exec.scenario.iterationInTest); number.add(exec.scenario.iterationInTest);
}
`;

describe.skipIf(!requirePeer('nats-server'))('a coordinator that is killed', () => {
  let site: Site;
  beforeAll(async () => {
    bench.write('steady.ts', STEADY);
    site = await Site.open(bench, 'engine');
    await Promise.all([
      ...['a', 'b'].map((name) => site.agent(name, '--label', 't=on')),
      site.agent('c', '--label', 't=over'),
    ]);
  }, 60_000);
  afterAll(() => site.close(), 30_000);

  it('is followed by another, if once the engine is back: nothing is lost, nothing is twice, one set-up, one teardown', async () => {
    const flags = ['--no-preflight'];
    const run = site.run('t=on:2', '--testid', 'on', ...flags);
    await run.says('clocks agree');
    await delay(2_000);
    run.signal('SIGKILL');
    await run.ended;
    site.engine.signal('SIGTERM');
    await site.engine.ended;
    const away = await site.resume('on', ...flags).ended;
    expect(away.code, away.stdout + away.stderr).toBe(111);
    expect(away.stderr).toMatch(/nothing listens there\n.*`dicomrun engine` with the same --dir/);
    await site.start().says('dicomrun run SCRIPT');
    const result = await site.resume('on', ...flags).ended;
    expect(result.code, result.stdout + result.stderr).toBe(0);
    const { execution, metrics, run: about } = result.summary();
    const valueOf = (metric: string, what: string) => metrics[metric]?.values[what];
    expect(about).toMatchObject({ id: 'on' });
    expect(about.durationMs).toBeGreaterThan(7_000);
    expect(about.durationMs).toBeLessThan(12_000);
    const { iterations, dropped, vus } = execution;
    expect(iterations + dropped).toBe(160);
    expect(valueOf('hooks', 'count')).toBe(11);
    expect(valueOf('number', 'count') ?? iterations).toBe(iterations);
    if (dropped === 0) expect(valueOf('sum', 'count')).toBe((160 * 159) / 2);
    expect(vus).toBe(4);
    expect(execution.generator.agents?.map(({ name }) => name)).toEqual(['a', 'b']);
    const again = await site.resume('on', ...flags).ended;
    expect(again.code).toBe(104);
    expect(again.stderr).toContain('--resume on: this engine knows of no such run that goes on');
  }, 90_000);

  it('and long gone when the other comes: what its agents did until they stopped', async () => {
    const flags = ['-e', 'FOR=10m', '--orphan', '1s', '--no-preflight'];
    const run = site.run('t=over:1', '--testid', 'over', ...flags);
    await run.says('clocks agree');
    await delay(1_500);
    run.signal('SIGKILL');
    await run.ended;
    const other = await site.resume('over', '-e', 'FOR=9m', ...flags.slice(2)).ended;
    expect(other.code, other.stdout + other.stderr).toBe(104);
    expect(other.stderr).toContain(
      'script, options or data are not those with which the run began',
    );
    const result = await site.resume('over', ...flags).ended;
    expect(result.code, result.stdout + result.stderr).toBe(113);
    expect(result.stdout).toMatch(/agent c .*the coordinator was not heard of for \d+ s/);
    expect(result.summary().execution.iterations).toBeGreaterThan(20);
  }, 90_000);
});
