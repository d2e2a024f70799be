// More than one thread can do: the verdict says that the generator was the limit, not the target.
import { afterAll, expect, it } from 'vitest';
import { Place } from './cli-spawn.ts';

const SCRIPT = `export const options = {
  scenarios: {
    busy: {
      executor: 'constant-arrival-rate', rate: 400, duration: '5s', preAllocatedVUs: 20, maxVUs: 20,
    },
  },
};
export default function () {
  const until = Date.now() + 20;
  while (Date.now() < until) Math.random();
}
`;

const place = new Place({ 'busy.ts': SCRIPT });
afterAll(() => place.remove());

it('an overloaded generator says so, with what it could not start', async () => {
  const { code, out, err } = await place.run(['run', 'busy.ts', '--workers', '1', '--no-report']);
  expect(code, err).toBe(0);
  expect(`${out}${err}`).toContain('the generator was saturated');
  const { execution } = place.summary() as unknown as {
    execution: { dropped: number; generator: { saturated: boolean; reasons: readonly string[] } };
  };
  expect(execution.generator.saturated).toBe(true);
  expect(execution.generator.reasons.join()).toMatch(/worker 0|CPU/);
  // 400 a second of 20 ms each are the work of eight threads.
  expect(execution.dropped).toBeGreaterThan(500);
  const { durationMs } = (place.summary() as unknown as { run: { durationMs: number } }).run;
  expect(durationMs).toBeLessThan(10_000);
});
