// Scripts as users of k6 write them, unchanged but for `await`: what they read and what it counts.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { Bench, counted } from './run-cli.ts';

const bench = new Bench('k6');
afterAll(() => bench.remove());
bench.write('users.json', '[{"id":1,"name":"a"},{"id":2,"name":"b"}]');

const PREAMBLE = `
import { check, fail, group, randomSeed, sleep } from 'k6';
import exec from 'k6/execution';
import { SharedArray } from 'k6/data';
import { Counter, Gauge, Rate, Trend } from 'k6/metrics';
import { clearInterval, setInterval, setTimeout } from 'k6/timers';
const tell = (name, value) => console.log('TOLD ' + name + ' ' + JSON.stringify(value ?? null));
const attempt = (name, body) => {
  try {
    tell(name, body());
  } catch (thrown) {
    tell(name, thrown.message);
  }
};
`;

function toldIn(text: string): Record<string, unknown[]> {
  const told: Record<string, unknown[]> = {};
  for (const [, name = '', json = 'null'] of text.matchAll(/TOLD (\S+) (.*)$/gm)) {
    (told[name] ??= []).push(JSON.parse(json));
  }
  return told;
}

async function run(script: string, args: readonly string[] = []) {
  const result = await bench.script(PREAMBLE + script, ['--no-report', ...args]);
  return { ...result, told: toldIn(result.stderr) };
}

describe('scenarios of all kinds at once', () => {
  it('have exec, env and tags of their own, and samples carry the tags of all five levels', async () => {
    const { code, stdout, stderr, told } = await run(`
export const options = {
  tags: { team: 'a' },
  scenarios: {
    a: { executor: 'shared-iterations', vus: 2, iterations: 6, exec: 'one', env: { WHO: 'alpha' }, tags: { kind: 'x' } },
    b: { executor: 'per-vu-iterations', vus: 2, iterations: 3, exec: 'two', startTime: '300ms', env: { WHO: 'beta' } },
    c: { executor: 'constant-arrival-rate', rate: 10, duration: '1s', preAllocatedVUs: 2, exec: 'three' },
    e: { executor: 'ramping-vus', stages: [{ target: 2, duration: '500ms' }], gracefulRampDown: '0s', exec: 'three' },
  },
  thresholds: {
    'hits{scenario:a}': ['count==6'],
    'hits{kind:x}': ['count==6'],
    'hits{team:a}': ['count==12'],
    'hits{mood:good}': ['count==6'],
    'hits{call:its own}': ['count==6'],
    'checks{mine:yes}': ['rate==1'],
    'group_duration{group:::outer::inner}': ['max<5000'],
    iterations: ['count>18'],
  },
};
const hits = new Counter('hits');
export async function one() {
  if (__ENV.WHO !== 'alpha') throw new Error(__ENV.WHO);
  hits.add(1);
  await group('outer', async () => {
    await sleep(0.01);
    await group('inner', async () => check(1, { ok: (v) => v === 1 }, { mine: 'yes' }));
  });
}
export function two() {
  if (__ENV.WHO !== 'beta') throw new Error(__ENV.WHO);
  exec.vu.tags.mood = 'good';
  exec.vu.metrics.tags.number = 3;
  hits.add(1, { call: 'its own' });
  tell('tags', exec.vu.tags);
  tell('progress', exec.scenario.progress);
  tell('scenario', [exec.scenario.name, exec.scenario.executor, exec.vu.iterationInScenario]);
}
export async function three() { await sleep(0.02); }
export const handleSummary = (data) => ({ stdout: JSON.stringify(data.metrics), stderr: '' });
`);
    expect(code, stderr).toBe(0);
    expect(told['tags']?.[0]).toEqual({ mood: 'good', number: '3' });
    expect(told['progress']?.[0]).toBe(0);
    expect(Math.max(...((told['progress'] ?? []) as number[]))).toBeCloseTo(5 / 6, 9);
    expect(told['scenario']?.[0]).toEqual(['b', 'per-vu-iterations', 0]);
    const metrics = JSON.parse(stdout.slice(stdout.indexOf('{'))) as Record<string, object>;
    expect(metrics).toMatchObject({
      data_sent: { type: 'counter', values: { count: 0 } },
      'hits{kind:x}': { values: { count: 6 }, thresholds: { 'count==6': { ok: true } } },
    });
  });
});

describe('options', () => {
  it('minIterationDuration pads what is shorter, outside iteration_duration, and delays no end', async () => {
    const result = await run(`
export const options = { vus: 2, duration: '2s', minIterationDuration: '30s' };
export default async () => sleep(0.01);
`);
    const { iterations, iterationDuration } = result.summary().execution;
    expect(iterations).toBe(2);
    expect(iterationDuration?.max).toBeLessThan(20_000);
    expect(result.summary().run.durationMs).toBeLessThan(25_000);
  });

  it('exec.test.options shows the scenarios as they run; it cannot be changed', async () => {
    const { told } = await run(`
export const options = { vus: 1, iterations: 1, tags: { a: 'b' } };
export default function () {
  tell('options', exec.test.options);
  attempt('change', () => (exec.test.options.vus = 7));
}
`);
    expect(told['options']?.[0]).toMatchObject({
      vus: 1,
      tags: { a: 'b' },
      scenarios: { default: { executor: 'shared-iterations', iterations: 1, maxDuration: '10m' } },
    });
    expect(told['change']?.[0]).toMatch(/read only|not extensible/);
  });

  it('an empty list of thresholds only tracks the sub-metric', async () => {
    const { stdout } = await run(`
export const options = { iterations: 2, thresholds: { 'hits{x:1}': [] } };
const hits = new Counter('hits');
export default function () { hits.add(1, { x: '1' }); hits.add(1); }
`);
    expect(stdout).toMatch(/TRACKED\n\s+hits\{x:1\}\s+count=2 /);
  });
});

describe('data', () => {
  it('open and SharedArray: declared at init, read only, the same in every VU', async () => {
    const { code, told, stderr } = await run(`
const text = open('./users.json');
const bytes = open('./users.json', 'b');
const users = new SharedArray('users', () => JSON.parse(open('./users.json')));
export const options = { scenarios: { s: { executor: 'per-vu-iterations', vus: 2, iterations: 2 } } };
export function setup() { return { token: 'abc', at: new Date(0) }; }
export default function (data) {
  tell('data', data);
  data.token = 'changed';
  tell('sizes', [text.length, bytes.byteLength, users.length, users.map((u) => u.name).join('')]);
  attempt('change', () => { users[0].name = 'z'; return 'changed'; });
  attempt('open', () => open('./users.json'));
  attempt('late', () => new SharedArray('more', () => []));
}
export function teardown(data) { tell('teardown', [data, __VU, exec.instance.iterationsCompleted]); }
`);
    expect(code, stderr).toBe(0);
    const fresh = { token: 'abc', at: '1970-01-01T00:00:00.000Z' };
    const tokens = (told['data'] as { token: string }[]).map(({ token }) => token).sort();
    expect(tokens).toEqual(['abc', 'abc', 'changed', 'changed']);
    expect(told['data']?.[0]).toEqual(fresh);
    expect(told['sizes']?.[0]).toEqual([41, 41, 2, 'ab']);
    expect(told['change']?.[0]).toMatch(/read only/);
    expect(told['open']?.[0]).toMatch(/init/);
    expect(told['late']?.[0]).toMatch(/init/);
    expect(told['teardown']?.[0]).toEqual([fresh, 0, 4]);
  });

  it('randomSeed repeats what Math.random gives', async () => {
    const script = `
randomSeed(42);
export const options = { iterations: 2 };
export default function () { tell('random', Math.random()); }
`;
    const [first, second] = [await run(script), await run(script)];
    expect(first.told['random']).toHaveLength(2);
    expect(first.told['random']).toEqual(second.told['random']);
  });
});

describe('iterations', () => {
  it('wait for timers and calls left alone; a call is named with its line', async () => {
    const result = await run(`
const ticks = new Counter('ticks');
export const options = { iterations: 4 };
export default async function () {
  if (__ITER === 0) { sleep(0.05); return; }
  if (__ITER === 1) { setTimeout(() => ticks.add(1), 30); return; }
  if (__ITER === 2) fail('no good');
  let n = 0;
  await new Promise((done) => { const h = setInterval(() => { if (++n === 3) { clearInterval(h); done(1); } }, 5); });
  ticks.add(n);
  attempt('check', () => check({}, { boom: () => { throw new Error('in check'); } }));
}
`);
    expect(result.code).toBe(0);
    expect(counted(result.summary(), 'ticks')).toBe(4);
    expect(result.stderr).toMatch(/put \`await\` before it\n\s+at script-\d+\.ts:\d+/);
    expect(result.told['check']?.[0]).toBe('in check');
    const { iterations, failed } = result.summary().execution;
    expect({ iterations, failed }).toEqual({ iterations: 4, failed: 1 });
    expect(result.stderr).toContain('no good');
  });

  it('init code may neither check, group nor add, nor ask where it runs', async () => {
    const { code, told } = await run(`
const hits = new Counter('hits');
attempt('check', () => check(1, { a: true }));
attempt('group', () => group('a', () => 1));
attempt('add', () => hits.add(1));
attempt('vu', () => exec.vu.idInTest);
attempt('options', () => exec.test.options);
attempt('name', () => new Counter('bad name'));
attempt('clash', () => new Trend('hits'));
export const options = { iterations: 1 };
export default function () { attempt('late', () => new Rate('late')); hits.add('x'); hits.add('5'); }
`);
    expect(code).toBe(0);
    for (const name of ['check', 'group', 'add', 'vu', 'options', 'late']) {
      expect(told[name]?.[0], name).toMatch(/init/);
    }
    expect(told['name']?.[0]).toContain('bad name');
    expect(told['clash']?.[0]).toContain('already a counter');
  });

  it('--console-output takes the script’s lines', async () => {
    await run(
      `export const options = { iterations: 1 };
export default function () { console.warn('a line'); }`,
      ['--console-output', 'console.txt'],
    );
    expect(readFileSync(join(bench.folder, 'console.txt'), 'utf8')).toContain('a line');
  });
});

describe('a request is in the group that it was made in', () => {
  it('wherever its association was opened', async () => {
    const { code, stderr } = await run(
      `
import { peer, study, synthetic } from 'dicom';
export const options = {
  vus: 1,
  iterations: 1,
  thresholds: {
    'dicom_reqs{group:::inside,service:C-STORE}': ['count==2'],
    'dicom_reqs{group:::inside,service:C-ECHO}': ['count==2'],
    'dicom_releasing{group:::inside}': ['avg>=0'],
    'dicom_assocs{group:::other}': ['count==1'],
    'dicom_reqs{group:,service:C-ECHO}': ['count==1'],
  },
};
const scanner = synthetic('KB512');
export default async function () {
  const { images } = study({ images: 2, from: scanner });
  const outside = await peer().associate({ for: [images[0], 'Verification'] });
  await group('inside', async () => {
    await outside.store(images[0]);
    await outside.store(images[1], { timeout: '5s' });
    await outside.echo();
    await outside.echo({ timeout: '5s' });
    await outside.release();
  });
  let late;
  await group('other', async () => {
    late = await peer().associate({ for: ['Verification'] });
  });
  await late.echo();
  await late.release();
}
`,
      ['--embedded'],
    );
    expect(code, stderr).toBe(0);
  });

  it('starts an iteration outside of the group whose wait set the timer', async () => {
    const { code, stderr } = await run(
      `
import { peer } from 'dicom';
export const options = {
  scenarios: {
    grouped: { executor: 'constant-vus', vus: 2, duration: '1s', exec: 'grouped' },
    bare: { executor: 'constant-vus', vus: 2, startTime: '300ms', duration: '1s', exec: 'bare' },
  },
  thresholds: {
    'dicom_reqs{group:}': ['count>0'],
    'checks{group:::mine}': ['rate==0'],
  },
};
const router = peer();
export async function grouped() {
  await group('mine', async () => { await sleep(0.01); check(1, { waited: () => false }); });
}
export async function bare() {
  check(await router.echo(), { answered: (r) => r.ok });
  await sleep(0.05);
}
`,
      ['--embedded'],
    );
    expect(code, stderr).toBe(0);
  });
});
