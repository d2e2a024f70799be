// Whatever of ours breaks while a run goes on: teardown, summary, verdict 109 and where to read on.
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, readFileSync } from 'node:fs';
import { request } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Bench } from './run-cli.ts';

const SCRIPT = `
import dicom from 'dicom';
import { check, sleep } from 'k6';
const ct = dicom.synthetic({ modality: 'CT', rows: 8, columns: 8 });
const peer = dicom.peer({});
export const options = { vus: 1, duration: '8s' };
export default async function () {
  check(await peer.store(ct), { ok: (r) => r.ok });
  await sleep(0.2);
}
export function teardown() { console.log('TEARDOWN ran'); }
`;

const THREADED = `
import { sleep } from 'k6';
export const options = { vus: 4, duration: '20s' };
export default async function () {
  if (__VU === 1 && __ITER === 1) console.log('UNDER WAY');
  await sleep(0.05);
}
export function teardown() { console.log('TEARDOWN ran'); }
`;

const RATES = `
import { check } from 'k6';
export const options = { thresholds: { checks: ['rate>0.9'] } };
export default function () { check(1, { ok: () => true }); }
export function teardown() { console.error('TEARDOWN ran'); }
`;

/** A run with code of ours that breaks in the threads of virtual users while they are at work. */
async function runBreaking(bench: Bench, how: 'timer' | 'promise', workers: string) {
  const fails = {
    timer: `throw new Error('broke in a worker');`,
    promise: `void Promise.reject(new Error('broke in a worker'));`,
  };
  const go = join(bench.folder, `go-${how}`);
  const code = `import { isMainThread } from 'node:worker_threads';
import { existsSync } from 'node:fs';
const look = () => { if (existsSync('${go}')) { clearInterval(timer); ${fails[how]} } };
const timer = isMainThread ? undefined : setInterval(look, 50).unref();`;
  const node = nodeWith(bench, `break-${how}`, code);
  const run = bench.startScript(THREADED, ['--workers', workers], { node });
  await run.says('UNDER WAY');
  bench.write(`go-${how}`, '');
  return run.ended;
}

/** A Node.js whose threads run this code, too: they inherit its arguments. */
function nodeWith(bench: Bench, name: string, code: string): string {
  const file = join(bench.folder, bench.write(`${name}.mjs`, code));
  const line = `exec '${process.execPath}' --import '${file}' "$@"`;
  const node = join(bench.folder, bench.write(`node-${name}`, `#!/bin/sh\n${line}\n`));
  chmodSync(node, 0o755);
  return node;
}

/** A run whose thread of receivers reads from a server that does not answer, from `go` on. */
function runStuck(bench: Bench) {
  const [go, pipe] = [join(bench.folder, 'go-stuck'), join(bench.folder, 'pipe')];
  execFileSync('mkfifo', [pipe]);
  const code = `import { isMainThread } from 'node:worker_threads';
import { existsSync, readFileSync } from 'node:fs';
const listens = () => process.getActiveResourcesInfo().includes('TCPServerWrap');
const look = () => { if (existsSync('${go}') && listens()) readFileSync('${pipe}'); };
if (!isMainThread) setInterval(look, 50).unref();`;
  const node = nodeWith(bench, 'stuck', code);
  return bench.startScript(STORES, ['--embedded', '--duration', '60s'], { node });
}

const STORES = SCRIPT.replace(
  'export default async',
  `
const box = dicom.receiver({ aet: 'BOX' });
export default async`,
).replace('check(await', "if (__ITER === 1) console.log('UNDER WAY');\n  check(await");

/** A user's output runs in main like any of ours; this one breaks from a timer. */
const BREAKS = `
export default () => ({
  start() { setTimeout(() => { throw new Error('broke from a timer'); }, 1500); },
  points() {},
});
`;

describe('a fault in main', () => {
  let bench: Bench;
  beforeAll(() => {
    bench = new Bench('trust-supervisor');
  });
  afterAll(() => bench.remove());

  it('ends the run in order, with 109', { timeout: 60_000 }, async () => {
    bench.write('breaks.ts', BREAKS);
    const run = await bench.script(SCRIPT, [
      '--embedded',
      '--settle',
      '1s',
      '--out',
      './breaks.ts',
    ]);
    expect(run.code, run.stderr).toBe(109);
    expect(run.ms).toBeLessThan(30_000);
    expect(run.stderr).toMatch(/internal: broke from a timer\n.*fault of dicomrun.*Details: \S+/);
    expect(run.stderr).toMatch(/TEARDOWN ran/);
    expect(run.stdout).toMatch(/FAIL.*internal: broke from a timer/);
    expect(run.stdout).toMatch(/dicomrun report results/);
    const { verdict, checks } = run.summary();
    expect(verdict.exitCode).toBe(109);
    expect(checks.passes).toBeGreaterThan(0);
    expect(existsSync(join(run.folder(), 'report.html'))).toBe(true);
    expect(readFileSync(join(run.folder(), 'run.ndjson'), 'utf8')).toMatch(/"k":"end"/);
  });

  it('in a thread of virtual users loses nothing measured', { timeout: 60_000 }, async () => {
    const run = await runBreaking(bench, 'timer', '2');
    expect(run.code, run.stderr).toBe(109);
    expect(run.stderr).toMatch(/internal: broke in a worker\n.*fault of dicomrun.*Details: \S+/);
    expect(run.stderr.match(/fault of dicomrun/g)).toHaveLength(1);
    expect(run.stderr).toMatch(/TEARDOWN ran/);
    expect(run.stderr).not.toMatch(/died/);
    expect(run.stdout).toMatch(/FAIL.*internal: broke in a worker/);
    expect(run.stdout).toMatch(/dicomrun report results/);
    const { verdict, execution } = run.summary();
    expect(verdict.exitCode).toBe(109);
    expect(execution.iterations).toBeGreaterThan(0);
    expect(run.ms).toBeLessThan(30_000);
  });

  it('and a promise of ours that nobody awaited', { timeout: 60_000 }, async () => {
    const run = await runBreaking(bench, 'promise', '1');
    expect(run.code, run.stderr).toBe(109);
    expect(run.stderr).toMatch(/internal: broke in a worker/);
    expect(run.stderr).toMatch(/TEARDOWN ran/);
  });

  it(
    'a thread of receivers that hangs is named, and Ctrl-C twice leaves',
    {
      timeout: 60_000,
    },
    async () => {
      const run = runStuck(bench);
      await run.says('UNDER WAY');
      bench.write('go-stuck', '');
      await run.says('has stood still for 10 s');
      expect(run.stderr()).toMatch(/BOX.*: acceptor thread \d+ has stood still for 10 s/);
      const began = performance.now();
      run.signal('SIGINT');
      await run.says('once more to leave at once');
      // What comes within 200 ms is the same press.
      await new Promise((resolve) => setTimeout(resolve, 300));
      run.signal('SIGINT');
      const { code } = await run.ended;
      // By itself, or by whoever watches that it does.
      expect([105, null]).toContain(code);
      expect(performance.now() - began).toBeLessThan(10_000);
    },
  );

  it('in a step of capacity: what was found so far is told', { timeout: 60_000 }, async () => {
    bench.write('breaks.ts', BREAKS);
    bench.write('rates.ts', RATES);
    const steps = ['--from', '5', '--to', '5', '--step-duration', '3s', '--results', 'capacity'];
    const run = await bench.run(['capacity', 'rates.ts', ...steps, '--out', './breaks.ts']);
    expect(run.code, run.stderr).toBe(109);
    expect(run.stderr).toMatch(/internal: broke from a timer\n.*fault of dicomrun/);
    expect(run.stderr).toMatch(/TEARDOWN ran/);
    expect(run.stderr).toMatch(/the step at 5\/s ended without a verdict.*\n.*dicomrun report/);
  });

  it('is not made by anything that the live page is asked', { timeout: 60_000 }, async () => {
    const run = bench.startScript(SCRIPT, ['--embedded', '--settle', '1s', '--web', '0']);
    await run.says(/http:\/\/127\.0\.0\.1:\d+\/\?token=/);
    const port = Number(/127\.0\.0\.1:(\d+)\/\?token/.exec(run.stderr())?.[1]);
    for (const line of ['GET // HTTP/1.1', 'GET http://[ HTTP/1.1', 'GET //?token=% HTTP/1.1']) {
      await raw(port, `${line}\r\nHost: a\r\n\r\n`);
    }
    // As a page of another origin does with <img src="http://127.0.0.1:PORT//">.
    await new Promise<void>((resolve) => {
      const asked = request({ port, path: '//', headers: { origin: 'http://evil.example' } });
      asked.on('response', (answer) => {
        expect(answer.statusCode).toBe(403);
        answer.resume().on('end', resolve);
      });
      asked.end();
    });
    const { code, stderr } = await run.ended;
    expect(code, stderr).toBe(0);
  });
});

function raw(port: number, bytes: string): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.end(bytes));
    socket.on('error', () => undefined);
    socket.on('close', () => resolve());
    socket.resume();
  });
}
