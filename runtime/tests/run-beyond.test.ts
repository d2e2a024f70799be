// What the engine has beyond k6, through the command line: what VUs share, paced iterations,
// thresholds on stages and windows, and a vuInit that never succeeds.
import { afterAll, describe, expect, it } from 'vitest';
import { Bench, type CliResult } from './run-cli.ts';

const bench = new Bench('beyond');
afterAll(() => bench.remove());

const QUIET = ['--embedded', '--no-report', '--settle', '1s'];

/** What the script logged after `TOLD`, in the order of arrival. */
function told(result: CliResult): Record<string, unknown>[] {
  return [
    ...result.stderr.matchAll(/TOLD (\{.*\})/g),
    ...result.stdout.matchAll(/TOLD (\{.*\})/g),
  ].map(([, json = '{}']) => JSON.parse(json) as Record<string, unknown>);
}

describe('dicom.shared', () => {
  it('gives no value twice over two workers: counter, CSV, JSON, queue', async () => {
    const rows = Array.from({ length: 60 }, (_, id) => id);
    bench.write('rows.csv', `id,name\n${rows.map((id) => `${id},"a, ${id}"`).join('\n')}\n`);
    bench.write('rows.json', JSON.stringify(rows.map((id) => ({ id }))));
    const script = `import dicom from 'dicom';
export const options = { scenarios: { s: { executor: 'per-vu-iterations', vus: 6, iterations: 10 } } };
const accession = dicom.shared.counter('accession');
const csv = dicom.csv('rows.csv');
const json = dicom.json('rows.json');
const work = dicom.shared.queue('work');
export async function setup() { for (let i = 0; i < 50; i++) await work.push(i); }
export default async function () {
  const row = await dicom.shared.next(csv);
  console.log('TOLD ' + JSON.stringify({
    counter: await accession.next(),
    csv: Number(row.id),
    name: row.name,
    json: (await dicom.shared.next(json)).id,
    queue: (await work.pop()) ?? null,
  }));
}
`;
    const result = await bench.script(script, [...QUIET, '--workers', '2']);
    expect(result.code, result.stderr).toBe(0);
    const all = told(result);
    const sorted = (key: string) =>
      all.map((one) => one[key] as number | null).sort((a, b) => (a ?? 1e9) - (b ?? 1e9));
    expect(sorted('counter')).toEqual(rows);
    expect(sorted('csv')).toEqual(rows);
    expect(sorted('json')).toEqual(rows);
    expect(sorted('queue')).toEqual([
      ...rows.slice(0, 50),
      ...Array.from({ length: 10 }, () => null),
    ]);
    for (const { csv, name } of all) expect(name).toBe(`a, ${String(csv)}`);
  });
});

describe('paceOver', () => {
  const paced = (more: string, body: string): string => `import { sleep } from 'k6';
export const options = { scenarios: { s: {
  executor: 'shared-iterations', vus: 2, iterations: 4, paceOver: '4s', ${more}
} } };
export default async function () { ${body} }
`;

  it('cut off while VUs wait for their turn: what they had taken is dropped', async () => {
    const script = paced(`maxDuration: '1500ms', gracefulStop: '0s'`, '');
    const result = await bench.script(script, [...QUIET, '--workers', '2']);
    const { iterations, interrupted, dropped } = result.summary().execution;
    expect({ iterations, interrupted, dropped }).toEqual({
      iterations: 2,
      interrupted: 0,
      dropped: 2,
    });
  });

  it('cut off in its work: interrupted, and the rest dropped', async () => {
    const script = paced(`maxDuration: '1500ms', gracefulStop: '0s'`, 'await sleep(30);');
    const result = await bench.script(script, [...QUIET, '--workers', '2']);
    const { iterations, interrupted, dropped } = result.summary().execution;
    expect({ iterations, interrupted, dropped }).toEqual({
      iterations: 0,
      interrupted: 2,
      dropped: 2,
    });
  });
});

describe('thresholds', () => {
  it('on stages, windows, the share of starts, and metrics without samples', async () => {
    const script = `import { sleep } from 'k6';
import exec from 'k6/execution';
import { Trend } from 'k6/metrics';
const took = new Trend('took', true);
new Trend('unused', true);
export const options = {
  scenarios: {
    s: { executor: 'ramping-vus', startVUs: 1,
      stages: [{ duration: '3s', target: 1 }, { duration: '3s', target: 2 }] },
    r: { executor: 'constant-arrival-rate', rate: 50, duration: '3s', preAllocatedVUs: 1, exec: 'slow' },
  },
  thresholds: {
    'took{stage:0}': ['max<50'],
    'took{stage:1}': ['max<50'],
    took: [{ threshold: 'p(95)<50', window: '1s' }, 'avg<99'],
    iterations_achieved: ['rate>0.9'],
    dicom_req_duration: ['p(95)<50'],
    unused: ['p(95)<50'],
  },
};
export async function slow() { await sleep(0.2); }
export default async function () {
  took.add(exec.instance.currentTestRunDuration < 2700 ? 100 : 10);
  await sleep(0.05);
}
`;
    const result = await bench.script(script, [...QUIET, '--workers', '2']);
    expect(result.code).toBe(99);
    const verdicts = result
      .summary()
      .thresholds.map(({ metric, expression, verdict }) => `${metric} ${expression} ${verdict}`);
    expect(verdicts).toEqual([
      'took{stage:0} max<50 failed',
      expect.stringMatching(/^took\{stage:1\} max<50 ok$/),
      expect.stringMatching(/^took p\(95\)<50.* failed$/),
      'took avg<99 ok',
      'iterations_achieved rate>0.9 failed',
      'dicom_req_duration p(95)<50 no data',
      'unused p(95)<50 no data',
    ]);
    const failed = result.summary().thresholds.filter((one) => one.failed);
    expect(failed.map(({ metric }) => metric)).not.toContain('unused');
    expect(failed.map(({ metric }) => metric)).toContain('dicom_req_duration');
  });
});

describe('a vuInit that never succeeds', () => {
  it('is one group of errors, and the reason of the verdict', async () => {
    const script = `import { sleep } from 'k6';
export const options = { scenarios: { s: { executor: 'constant-vus', vus: 2, duration: '2s' } } };
let attempts = 0;
export async function vuInit() {
  throw new Error('attempt ' + ++attempts + ' of VU ' + __VU);
}
export default async function () { await sleep(1); }
`;
    const result = await bench.script(script, [...QUIET, '--workers', '2']);
    expect(result.code).toBe(99);
    const { errors, verdict } = result.summary();
    expect(verdict.reason).toMatch(/^no iteration was run: vuInit failed [2-9] times/);
    expect(errors.groups).toHaveLength(1);
    expect(errors.groups[0]).toMatchObject({ operation: 'vuInit', count: errors.total });
    expect(result.stderr.match(/attempt \d of VU/g)).toHaveLength(1);
  });
});

describe('what k6 has, too', () => {
  it('handleSummary has every check in its group; tags refuse what is no text', async () => {
    const script = `import { check, group, sleep } from 'k6';
import exec from 'k6/execution';
export const options = { iterations: 2 };
const attempt = (name, body) => {
  try { body(); } catch (thrown) { console.log('TOLD ' + JSON.stringify({ name, why: thrown.message })); }
};
export default async function () {
  check(1, { same: true });
  await group('outer', async () => {
    check(1, { same: true });
    await group('inner', async () => { await sleep(0.01); check(1, { same: false }); });
  });
  attempt('nested', () => { exec.vu.tags = { ward: { name: 'A' } }; });
  attempt('text', () => { exec.vu.tags = 'A'; });
  exec.vu.tags.ward = { name: 'A' };
  attempt('later', () => check(1, { tagged: true }));
  console.log(new Error('shown'));
}
export const handleSummary = ({ root_group }) =>
  ({ stdout: 'TOLD ' + JSON.stringify(root_group) + '\\n' });
`;
    const result = await bench.script(script, QUIET);
    const all = told(result);
    const why = Object.fromEntries(all.map(({ name, why }) => [name, why]));
    expect(why).toMatchObject({
      nested: 'exec.vu.tags: the value of "ward" is an object',
      text: 'exec.vu.tags cannot be a string',
      later: 'exec.vu.tags: the value of "ward" is an object',
    });
    const count = (path: string, passes: number, fails: number): object => ({
      name: 'same',
      path,
      id: path,
      passes,
      fails,
    });
    expect(all.find(({ path }) => path === '')).toMatchObject({
      checks: [count('::same', 2, 0)],
      groups: [
        {
          name: 'outer',
          checks: [count('::outer::same', 2, 0)],
          groups: [{ name: 'inner', checks: [count('::outer::inner::same', 0, 2)] }],
        },
      ],
    });
    expect(result.stderr).toMatch(/Error: shown\n.*script-\d+\.ts:17:15/);
  });
});
