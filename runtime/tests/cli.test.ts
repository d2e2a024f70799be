// Whole runs through the built command line: what a person or a CI server sees.
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { TEMPLATES } from '../cli/commands/new/templates.ts';
import type { Summary } from '../metrics/summary.ts';
import type { ReportData } from '../report/html/data.ts';
import { Place, STORE_SCRIPT } from './cli-spawn.ts';

let place: Place;
afterEach(() => place.remove());

const QUICK = ['--embedded', '--settle', '2s', '--no-report'];

describe('dicomrun run', () => {
  it('sums up on standard output, says everything else on standard error', async () => {
    place = new Place({ 'store.ts': STORE_SCRIPT });
    const args = ['run', 'store.ts', ...QUICK, '--vus', '2', '--iterations', '6'];
    const { code, out, err } = await place.run([...args, '--summary-export', 'k6.json']);
    expect({ code, err }).toMatchObject({ code: 0 });
    expect(out).toMatch(/^PASS {2}12 images by \d senders? in /);
    expect(out).toMatch(/C-STORE +12 /);
    expect(err).toMatch(/target +EMBEDDED ROUTER/);
    expect(err).toMatch(/6 iterations shared by 2 VUs/);
    const { execution, checks, delivery } = place.summary();
    expect(execution.iterations).toBe(6);
    expect(checks).toMatchObject({ passes: 12, fails: 0 });
    expect(delivery).toMatchObject({ sent: 12, accepted: 12 });
    const k6 = JSON.parse(readFileSync(join(place.folder, 'k6.json'), 'utf8')) as {
      metrics: { checks: { passes: number }; iterations: { count: number } };
    };
    expect(k6.metrics.checks.passes).toBe(12);
    expect(k6.metrics.iterations.count).toBe(6);
  });

  it('keeps what names instances to the owner of the files', async () => {
    place = new Place({ 'store.ts': STORE_SCRIPT });
    await place.run(['run', 'store.ts', ...QUICK]);
    const folder = place.runs()[0] ?? '';
    expect(statSync(join(folder, 'ledger.jsonl')).mode & 0o777).toBe(0o600);
    expect(statSync(join(folder, 'run.ndjson')).mode & 0o777).toBe(0o600);
  });

  it('runs on two workers as on one', async () => {
    place = new Place({ 'store.ts': STORE_SCRIPT });
    const load = ['--vus', '10', '--iterations', '200', '--workers', '2'];
    const { code, out } = await place.run(['run', 'store.ts', ...QUICK, ...load]);
    expect({ code, out }).toMatchObject({ code: 0 });
    expect(place.summary().execution.iterations).toBe(200);
    expect(place.summary().delivery.accepted).toBe(400);
  });

  it('names the run before to compare with, and compares', async () => {
    place = new Place({ 'store.ts': STORE_SCRIPT });
    const args = ['run', 'store.ts', ...QUICK, '--iterations', '3'];
    await place.run(args);
    const { out } = await place.run(args);
    const [, before = '', after = ''] = /next: dicomrun compare (\S+) (\S+)/.exec(out) ?? [];
    const page = join(place.folder, 'compared.html');
    const wide = ['--tolerance', '100000', '--html', page];
    const compared = await place.run(['compare', before, after, ...wide]);
    expect(compared).toMatchObject({ code: 0 });
    expect(compared.out).toMatch(/C-STORE p95 .* ms/);
    expect(readFileSync(page, 'utf8')).toContain('no regression');
  });

  it('tells CI servers the line of a check that fails', async () => {
    const script = STORE_SCRIPT.replace('r.ok }', "r.ok, 'seen twice': () => false }");
    place = new Place({ 'tests/twice.ts': script });
    const smoke = (env: Record<string, string>) =>
      place.run(['smoke', 'tests', '--embedded', '--settle', '2s'], env);
    const github = await smoke({ GITHUB_ACTIONS: 'true' });
    expect(github.code).toBe(99);
    expect(github.out).toContain('::error file=tests/twice.ts,line=9,title=');
    // Where standard output is a document, they must not follow it.
    const args = ['smoke', 'tests', '--embedded', '--settle', '2s', '--reporter', 'junit'];
    const document = await place.run(args, { GITHUB_ACTIONS: 'true' });
    expect(document.out.trimEnd()).toMatch(/<\/testsuites>$/);
    expect(document.err).toContain('::error file=tests/twice.ts');
    const azure = await smoke({ TF_BUILD: 'True' });
    expect(azure.out).toContain('type=error;sourcepath=tests/twice.ts;linenumber=9]');
  });

  it('fails a crossed threshold with 99 and names it first', async () => {
    const options = "export const options = { thresholds: { iterations: ['count>100'] } };\n";
    place = new Place({ 'store.ts': options + STORE_SCRIPT });
    const { code, out } = await place.run(['run', 'store.ts', ...QUICK]);
    expect(code).toBe(99);
    expect(out).toMatch(/^FAIL {2}threshold iterations count>100: observed 1 \(exit 99\)/);
  });

  it('shows an exception with the line of the script, folded', async () => {
    const script = "export default async function () {\n  throw new Error('boom');\n}\n";
    place = new Place({ 'boom.ts': script });
    const { code, out, err } = await place.run([
      'run',
      'boom.ts',
      '--vus',
      '1',
      '--iterations',
      '5',
    ]);
    expect(code).toBe(99);
    expect(err.match(/error: boom/g)).toHaveLength(1);
    expect(out).toMatch(/^FAIL {2}no iteration finished: all 5 iterations threw an exception/);
    expect(out).toMatch(/5 × iteration/);
    expect(out).toMatch(/boom\.ts:2:9/);
  });

  it('stops at the first Ctrl-C, with teardown and summary, and exits 105', async () => {
    const script = `import { sleep } from 'k6';
export default async function () { await sleep(0.1); }
export function teardown() { console.log('torn down'); }
`;
    place = new Place({ 'sleep.ts': script });
    const running = place.start([
      'run',
      'sleep.ts',
      '--duration',
      '1m',
      '--vus',
      '2',
      '--no-report',
    ]);
    await running.says('sleep.ts');
    setTimeout(() => running.kill('SIGINT'), 1_000);
    const { code, out, err } = await running.done;
    expect(code).toBe(105);
    expect(err).toContain('torn down');
    expect(out).toMatch(/^FAIL {2}interrupted by SIGINT \(exit 105\)/);
  });

  it('leaves at once at the second Ctrl-C', async () => {
    const script = `import { sleep } from 'k6';
export default async function () { await sleep(0.1); }
export async function teardown() { await sleep(60); }
`;
    place = new Place({ 'sleep.ts': script });
    const running = place.start(['run', 'sleep.ts', '--duration', '1m', '--no-report']);
    await running.says('sleep.ts');
    setTimeout(() => running.kill('SIGINT'), 1_000);
    await running.says('stopping');
    setTimeout(() => running.kill('SIGTERM'), 500);
    const { code, out } = await running.done;
    expect({ code, out }).toEqual({ code: 105, out: '' });
  });

  it('ends the live page as the run ends, whoever still looks at it', async () => {
    place = new Place({ 'store.ts': STORE_SCRIPT });
    const running = place.start(['run', 'store.ts', '--web', '--duration', '3s', ...QUICK]);
    const said = await running.says('/?token=');
    const url = new URL(/http:\S+token=\w+/.exec(said)?.[0] ?? '');
    url.pathname = '/events';
    const events = await (await fetch(url)).text();
    const last = events.trim().split('\n\n').at(-1) ?? '';
    const data = JSON.parse(last.slice(last.indexOf('data: {') + 6)) as ReportData;
    expect((await running.done).code).toBe(0);
    expect(data.live).toBe(false);
    expect(data.summary.verdict).toMatchObject({ passed: true, exitCode: 0 });
    const counts = ({ operations }: Summary) =>
      operations.map(({ service, count }) => [service, count]);
    expect(counts(data.summary)).toEqual(counts(place.summary()));
  });

  it('goes on when standard output is closed', async () => {
    place = new Place({ 'store.ts': STORE_SCRIPT });
    const running = place.start(['run', 'store.ts', ...QUICK]);
    running.closeOutput();
    const { code, err } = await running.done;
    expect({ code, err: err.includes('EPIPE') }).toEqual({ code: 0, err: false });
    expect(place.summary().verdict.passed).toBe(true);
  });
});

describe('dicomrun report', () => {
  it('shows a run that was killed, from its log alone', async () => {
    const script =
      "import { sleep } from 'k6';\nexport default async () => { await sleep(0.05); };\n";
    place = new Place({ 'sleep.ts': script });
    const running = place.start(['run', 'sleep.ts', '--vus', '2', '--duration', '1m']);
    await running.says('sleep.ts');
    setTimeout(() => running.kill('SIGKILL'), 4_000);
    await running.done;
    const { code, out } = await place.run(['report', place.runs()[0] ?? '']);
    expect(code).toBe(0);
    expect(out).toContain('the process was killed');
    expect(Number(/iterations +(\d+)/.exec(out)?.[1])).toBeGreaterThan(20);
  });
});

describe('dicomrun smoke', () => {
  it('runs every template of dicomrun new, as it stands', async () => {
    place = new Place();
    for (const { name } of TEMPLATES) {
      const { code, err } = await place.run(['new', name, '--template', name]);
      expect({ code, err }).toEqual({ code: 0, err: '' });
    }
    const args = ['--embedded', '--settle', '2s', '--reporter', 'json'];
    const light = await place.run(['smoke', '.', ...args]);
    expect(light).toMatchObject({ code: 0 });
    // Only the one that loads for hours is left out unless it is asked for.
    expect(JSON.parse(light.out)).toMatchObject({ failed: 0, skipped: 0 });
    expect(light.out).not.toContain('soak');
    const heavy = await place.run(['smoke', 'soak.ts', '--label', 'load', ...args]);
    expect(heavy).toMatchObject({ code: 0 });
    expect(JSON.parse(heavy.out)).toMatchObject({ failed: 0, skipped: 0 });
  });

  it('fails a failed check with 99, and skips with 111 when the target is down', async () => {
    const failing = STORE_SCRIPT.replace('r.ok', '!r.ok');
    place = new Place({ 'store.ts': failing });
    const failed = await place.run(['smoke', 'store.ts', '--embedded', '--settle', '1s']);
    expect(failed.code).toBe(99);
    expect(failed.out).toMatch(/^FAIL {3}store › default › stored/);
    const [folder = ''] = place.runs();
    expect(existsSync(join(folder, 'report.html'))).toBe(true);
    const down = await place.run(['smoke', 'store.ts', '-c', 'X@127.0.0.1:1']);
    expect(down.code).toBe(111);
    expect(down.out).toMatch(/^SKIP {3}store › target answers/);
  });
});
