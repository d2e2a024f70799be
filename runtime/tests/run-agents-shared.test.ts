// What agents share while a run goes on: queues, counters, and scenarios that wait for one another.
import { afterAll, describe, expect, it } from 'vitest';
import { requirePeer } from './peers.ts';
import { Bench } from './run-cli.ts';

const bench = new Bench('agents-shared');
afterAll(() => bench.remove());

/** Ten producers, the last of which is late; what they made is taken when all have ended. */
const SCRIPT = `import dicom from 'dicom';
import { sleep } from 'k6';
import exec from 'k6/execution';
import { Counter, Trend } from 'k6/metrics';
const made = new Counter('made'), taken = new Counter('taken'), none = new Counter('none'), refused = new Counter('refused');
const number = new Trend('number'), began = new Trend('began'), ended = new Trend('ended');
const queue = dicom.shared.queue('studies'), early = dicom.shared.queue('early');
export const options = {
  scenarios: {
    produce: { executor: 'per-vu-iterations', vus: 10, iterations: 1, exec: 'produce' },
    wait: { executor: 'per-vu-iterations', vus: 2, iterations: 1, exec: 'wait' },
    consume: {
      executor: 'shared-iterations', vus: 4, iterations: 12, after: 'produce', exec: 'consume',
    },
  },
};
const now = () => exec.instance.currentTestRunDuration;
export async function produce() {
  const n = exec.scenario.iterationInTest + 1;
  number.add(dicom.shared.counter('all').next());
  await sleep(n === 10 ? 1.5 : 0.1);
  await queue.push({ n });
  made.add(n);
  if (n === 3) {
    // Its quotes are two bytes each on their way.
    await queue.push('"'.repeat(2.2e6)).catch((error) => {
      if (String(error.message).includes('agents pass on at most 4 MiB')) refused.add(1);
    });
  }
  if (n <= 2) await early.push(n);
  ended.add(now());
}
export async function wait() {
  const n = await early.pop({ timeout: '20s' });
  if (n === undefined) none.add(100); else taken.add(100 * Number(n));
}
export async function consume() {
  began.add(now());
  const found = await queue.pop();
  if (found === undefined) none.add(1); else taken.add(found.n);
}
`;

describe.skipIf(!requirePeer('nats-server'))('local:2', () => {
  it('each item is taken once, by whichever agent; a scenario waits for all agents', async () => {
    bench.write('shared.ts', SCRIPT);
    const result = await bench.run(['run', 'shared.ts', '--no-report', '--agents', 'local:2']);
    expect(result.code, result.stdout + result.stderr).toBe(0);
    const { metrics, execution } = result.summary();
    const valueOf = (metric: string, what: string) => metrics[metric]?.values[what];
    expect(execution.iterations).toBe(24);
    expect(valueOf('made', 'count')).toBe(55);
    // Twice a hundred times what the first two made, and all ten.
    expect(valueOf('taken', 'count')).toBe(300 + 55);
    expect(valueOf('none', 'count')).toBe(2);
    expect(valueOf('refused', 'count')).toBe(1);
    expect(valueOf('number', 'max')).toBeGreaterThanOrEqual(9);
    expect(valueOf('began', 'min')).toBeGreaterThan(valueOf('ended', 'max') ?? Infinity);
    const { agents = [] } = execution.generator;
    expect(agents.every(({ iterations }) => iterations > 6)).toBe(true);
  }, 60_000);
});

/** More than a message of the engine may hold. */
const LONG_TEXTS = `export const options = { vus: 2, iterations: 4 };
export function setup() { return 'x'.repeat(__ENV.SETUP ? 9e6 : 1e6); }
export default function (data) {
  console.log('long ' + data + data + data);
  throw new Error(data + data + data);
}
`;

describe.skipIf(!requirePeer('nats-server'))('texts longer than a message', () => {
  it('are cut where only people read them, and refused where set-up returns them', async () => {
    bench.write('long.ts', LONG_TEXTS);
    const run = ['run', 'long.ts', '--no-report', '--agents', 'local:2'];
    const [cut, refused] = await Promise.all([
      bench.run(run),
      bench.run([...run, '-e', 'SETUP=1']),
    ]);
    expect(cut.summary().execution).toMatchObject({ iterations: 4, failed: 4 });
    expect(refused.code, refused.stderr).toBe(107);
    expect(refused.stdout + refused.stderr).toContain(
      'setup() returned 9.0 MB of JSON: agents are sent at most 2 MB',
    );
  }, 90_000);
});

const BAD_SETUP = `export const options = { vus: 2, iterations: 4 };
export function setup() { throw new Error('no beds'); }
export default function () {}
`;

describe.skipIf(!requirePeer('nats-server'))('a set-up that fails', () => {
  it('ends the run on all agents, also on those that wait for it', async () => {
    bench.write('bad.ts', BAD_SETUP);
    const result = await bench.run(['run', 'bad.ts', '--no-report', '--agents', 'local:2']);
    expect(result.code, result.stdout + result.stderr).toBe(107);
    expect(result.stderr).toContain('no beds');
    expect(result.summary().execution.iterations).toBe(0);
  }, 60_000);
});
