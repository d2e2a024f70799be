// What a run on agents writes, and how it ends by a threshold: on the whole, and by the coordinator.
import { afterAll, describe, expect, it } from 'vitest';
import { requirePeer, startInfluxd } from './peers.ts';
import { Bench } from './run-cli.ts';

const bench = new Bench('agents-outputs');
afterAll(() => bench.remove());

/** Would go on for minutes. */
const SCRIPT = `export const options = {
  scenarios: { s: {
    executor: 'constant-arrival-rate', rate: 20, duration: '5m', preAllocatedVUs: 4, gracefulStop: '1s',
  } },
  thresholds: { iterations: [{ threshold: 'count<50', abortOnFail: true }] },
};
export default function () {}
`;

describe.skipIf(!requirePeer('nats-server', 'influxd'))('local:2', () => {
  it('a threshold that the whole crosses ends all; InfluxDB has each iteration once', async () => {
    const influx = await startInfluxd();
    bench.write('plan.ts', SCRIPT);
    const flags = ['--no-report', '--out', `influxdb=${influx.url}/agents`];
    const result = await bench.run(['run', 'plan.ts', '--agents', 'local:2', ...flags]);
    const sums = await influx.query(
      'SELECT SUM("count") FROM "iterations" GROUP BY "view", "agent"',
      'agents',
    );
    await influx.stop();
    expect(result.code, result.stdout + result.stderr).toBe(99);
    expect(result.stdout).toContain('count<50');
    const { execution, run } = result.summary();
    const { iterations, generator } = execution;
    expect(iterations).toBeGreaterThanOrEqual(50);
    expect(run.durationMs).toBeLessThan(60_000);
    const agents = Object.fromEntries(
      (generator.agents ?? []).map((one) => [one.name, one.iterations]),
    );
    const sumOf = (view: string, agent: string): unknown =>
      sums.find(({ tags }) => tags?.['view'] === view && tags['agent'] === agent)?.values[0]?.[1];
    expect(sumOf('all', '')).toBe(iterations);
    expect({ 'local-1': sumOf('agent', 'local-1'), 'local-2': sumOf('agent', 'local-2') }).toEqual(
      agents,
    );
  }, 60_000);
});
