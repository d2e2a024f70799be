// What a script's hooks, groups and metrics do over a whole run, as users of k6 know it.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { Bench } from './run-cli.ts';

const bench = new Bench('life');
afterAll(() => bench.remove());

const HEAD = `import { group, sleep } from 'k6';
import { Counter, Gauge, Rate, Trend } from 'k6/metrics';
import exec from 'k6/execution';
`;
const DEFAULT = 'export default async function () {}\n';

describe('hooks', () => {
  it('end with Ctrl-C, also where handleSummary is exported', async () => {
    const run = bench.startScript(
      `${HEAD}export const options = { iterations: 1 };
export async function setup() { console.log('in setup'); await sleep(50); }
${DEFAULT}
export function handleSummary() { return { stdout: 'SUMMARY' }; }`,
      [],
    );
    await run.says('in setup');
    run.signal('SIGINT');
    const result = await run.ended;
    expect(result.code).toBe(105);
    expect(result.ms).toBeLessThan(40_000);
    expect(result.stdout).toContain('SUMMARY');
    expect(result.stderr).not.toContain('put `await` before it');
  });

  it('end when their time is over, and finally blocks run', async () => {
    const result = await bench.script(
      `${HEAD}export const options = { iterations: 1, setupTimeout: '1s' };
export async function setup() { try { await sleep(50); } finally { console.log('tidied'); } }
${DEFAULT}
export function handleSummary() { return { stdout: 'SUMMARY' }; }`,
      [],
    );
    expect(result.code).toBe(100);
    expect(result.ms).toBeLessThan(40_000);
    expect(result.stdout).toContain('SUMMARY');
    expect(result.stdout + result.stderr).toContain('tidied');
  });

  it('have limits longer than a timer can be', async () => {
    const result = await bench.script(
      `import dicom from 'dicom';
${HEAD}export const options = { setupTimeout: '1000h', scenarios: { s: {
  executor: 'shared-iterations', vus: 2, iterations: 4, maxDuration: '1000h' } } };
export async function setup() { await sleep(0.2); }
export default async function () {
  const queue = dicom.shared.queue('q');
  if (exec.scenario.iterationInTest === 0) console.log('got ' + (await queue.pop({ timeout: '1000h' })));
  else { await sleep(0.2); await queue.push('it'); }
}`,
      [],
    );
    expect(result.code).toBe(0);
    expect(result.stdout + result.stderr).toContain('got it');
    expect(result.stderr).not.toContain('TimeoutOverflowWarning');
  });

  it('have their samples in a group of their own', async () => {
    const result = await bench.script(
      `${HEAD}const made = new Counter('made');
export const options = { iterations: 1, thresholds: {
  'made{group:::setup}': ['count==1'], 'made{group:::setup::inner}': ['count==1'],
  'made{group:::teardown}': ['count==1'] } };
export async function setup() { made.add(1); await group('inner', async () => made.add(1)); }
${DEFAULT}
export function teardown() { made.add(1); }`,
      [],
    );
    expect(result.stdout + result.stderr).toContain('PASS');
    expect(result.code).toBe(0);
  });

  it('abort at init is 108, told as the script said it', async () => {
    const result = await bench.script(`${HEAD}exec.test.abort('no licence here');\n${DEFAULT}`, []);
    expect(result.code).toBe(108);
    expect(result.stderr).toContain('no licence here');
    expect(result.stderr).not.toContain('IterationEnd');
  });

  it('handleSummary writes texts, bytes and JSON, and refuses what is none', async () => {
    const summary = (body: string) =>
      bench.script(
        `${HEAD}export const options = { iterations: 1 };\n${DEFAULT}
export function handleSummary() { return ${body}; }`,
        [],
      );
    const good = await summary(
      `{ 'a.bin': new Uint8Array([0, 1, 255]), 'b.bin': new Uint8Array([7, 8]).buffer, 'c.json': { a: 1 }, stdout: 'text' }`,
    );
    expect(good.code).toBe(0);
    const file = (name: string) => [...readFileSync(join(bench.folder, name))];
    expect(file('a.bin')).toEqual([0, 1, 255]);
    expect(file('b.bin')).toEqual([7, 8]);
    expect(readFileSync(join(bench.folder, 'c.json'), 'utf8')).toBe('{"a":1}');
    const bad = await summary(`{ 'x.txt': 7 }`);
    expect(bad.stderr).toContain('handleSummary: "x.txt" is 7, and not text or bytes');
    // Nothing was asked or checked.
    expect(bad.stdout + bad.stderr).toContain('DONE');
  });

  it('that are no functions are refused', async () => {
    const text = `${HEAD}${DEFAULT}export const handleSummary = 'text';`;
    const result = await bench.script(text, []);
    expect(result.code).toBe(107);
    expect(result.stderr).toContain('export handleSummary: must be a function');
  });
});

describe('groups', () => {
  it('started side by side are siblings, and what follows is in none of them', async () => {
    const result = await bench.script(
      `${HEAD}const n = new Counter('seen');
export const options = { iterations: 1, thresholds: { 'seen{group:::a}': ['count==1'],
  'seen{group:::b}': ['count==1'], 'seen{group:::b::c}': ['count==1'], 'seen{group:::d}': ['count==1'] } };
export default async function () {
  await Promise.all([
    group('a', async () => { await sleep(0.02); n.add(1); }),
    group('b', async () => { await sleep(0.05); n.add(1); await group('c', async () => n.add(1)); }),
  ]);
  await group('d', async () => n.add(1));
}`,
      [],
    );
    expect(result.code).toBe(0);
    const groups = result.summary().groups.map(({ name }) => name);
    expect(groups.sort()).toEqual(['::a', '::b', '::b::c', '::d']);
  });
});

describe('metrics', () => {
  it('take numbers only, and name the line of what is none', async () => {
    const result = await bench.script(
      `${HEAD}const t = new Trend('took'), r = new Rate('right'), never = new Counter('never'), g = new Gauge('level');
export const options = { iterations: 1, thresholds: { 'never{kind:x}': [] } };
export default async function () {
  for (const odd of [null, undefined, NaN, 'text', {}]) { t.add(odd as never); r.add(odd as never); }
  t.add(7); t.add('8' as never); r.add(true); r.add(0); g.add(-1);
}`,
      [],
    );
    expect(result.code).toBe(0);
    const { metrics } = result.summary();
    expect(metrics['took']?.values).toMatchObject({ min: 7, max: 8 });
    expect(metrics['right']?.values).toMatchObject({ passes: 1, fails: 1 });
    expect(metrics['never']?.values).toMatchObject({ count: 0 });
    expect(metrics['never{kind:x}']?.values).toMatchObject({ count: 0 });
    expect(result.stderr).toMatch(
      /took\.add\(null\): not a number, ignored \(said once\)[\s\S]*\.ts:7/,
    );
  });

  it('throw for what is no number with the option throw', async () => {
    const result = await bench.script(
      `${HEAD}const t = new Trend('took');
export const options = { iterations: 1, throw: true };
export default async function () { t.add(null as never); }`,
      [],
    );
    expect(result.stdout + result.stderr).toContain('took.add(null): not a number');
    expect(result.summary().errors.groups).toHaveLength(1);
  });

  it('may not take the name of a built-in one', async () => {
    const text = `${HEAD}const own = new Counter('iterations');\n${DEFAULT}`;
    const result = await bench.script(text, []);
    expect(result.code).toBe(107);
    expect(result.stderr).toContain('metric "iterations": the name of a built-in metric');
  });
});
