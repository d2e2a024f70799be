import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Screen } from '../../conductor/screen.ts';
import { Stopper } from '../../conductor/stopper.ts';
import { restoreRun } from '../../runlog/restore.ts';
import { fakeTerminal } from '../../tests/fake-terminal.ts';
import { execute } from './execute.ts';
import type { ExecuteRequest } from './execute.ts';

const worker = fileURLToPath(new URL('../../conductor/testdata/worker.mjs', import.meta.url));
const threads = { vuWorker: worker, acceptorWorker: worker };
let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'dicomrun-execute-'));
  writeFileSync(join(folder, 'gi.ts'), "export default function () {\n  throw Error('boom');\n}\n");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

interface Wish {
  /** Names of the exports that the worker tells of, joined by commas. */
  readonly exports?: string;
  readonly env?: Record<string, string>;
  readonly flags?: Record<string, string>;
  /** Configuration file beside the script. */
  readonly config?: object;
}

function newRun(wish: Wish = {}) {
  const said: string[] = [];
  const stopper = new Stopper();
  const screen: Screen = {
    plan: () => said.push('plan'),
    stage: (stage) => said.push(stage),
    progress: () => said.push('progress'),
    log: ({ message }) => said.push(`log ${message}`),
    failure: (group) => said.push(`failure ${group.message} at ${group.where ?? '?'}`),
    threshold: () => said.push('threshold'),
    problem: (error) => said.push(`problem ${error.exitCode} ${error.message}`),
  };
  if (wish.config !== undefined) {
    const text = `export default ${JSON.stringify(wish.config)};\n`;
    writeFileSync(join(folder, 'dicomrun.config.js'), text);
  }
  const env = { EXPORTS: wish.exports ?? 'default', ...wish.env };
  const request: ExecuteRequest = {
    script: 'gi.ts',
    mode: 'run',
    terminal: fakeTerminal({}, folder),
    flags: {
      results: folder,
      'no-report': true,
      env: Object.entries(env).map(([name, value]) => `${name}=${value}`),
      ...wish.flags,
    },
    stopper,
    screen,
    next: () => ['dicomrun report'],
  };
  return { request, said, stopper };
}

const quick = { vus: '2', iterations: '4' };

describe('execute', () => {
  it('goes through all phases, writes the files and adds up to the numbers sent', async () => {
    const exports = 'default,setup,teardown,handleSummary';
    const { request, said } = newRun({ exports, flags: { ...quick, workers: '2' } });
    const result = await execute(request, threads);
    expect(result.summary.verdict).toMatchObject({ passed: true, exitCode: 0 });
    expect(result.summary.execution).toMatchObject({ iterations: 6, failed: 2 });
    expect(result.summary.errors.groups[0]).toMatchObject({ count: 2, where: 'gi.ts:2:15' });
    expect(result.custom).toEqual({ stdout: 'mine' });
    expect(said.filter((line) => /^[a-z]+$/.test(line))).toEqual([
      'plan',
      'setup',
      'running',
      'teardown',
      'finishing',
    ]);
    expect(said).toContain('failure boom at gi.ts:2:15');
    expect(said).toContain('log down {"a":1}');
    const files = readdirSync(result.folder).sort();
    expect(files).toEqual(['errors.ndjson', 'run.ndjson', 'summary.json']);
    const written: unknown = JSON.parse(readFileSync(join(result.folder, 'summary.json'), 'utf8'));
    expect(written).toEqual(JSON.parse(JSON.stringify(result.summary)));
    expect(restoreRun(result.folder).summary.execution.iterations).toBe(6);
  });

  it('says what is wrong with a script, before anything runs', async () => {
    const { request, said } = newRun({ exports: 'throw' });
    await expect(execute(request, threads)).rejects.toMatchObject({
      exitCode: 107,
      message: 'init: TypeError: boom',
    });
    const other = newRun({ exports: 'helper' });
    await expect(execute(other.request, threads)).rejects.toMatchObject({ exitCode: 104 });
    expect(said).toEqual([]);
    expect(readdirSync(folder)).toEqual(['gi.ts']);
  });

  it('runs neither VUs nor teardown when setup fails, and still sums up', async () => {
    const exports = 'default,setup,teardown';
    const { request, said } = newRun({ exports, flags: quick, env: { SETUP: 'throw' } });
    const { summary } = await execute(request, threads);
    expect(summary.verdict).toMatchObject({ exitCode: 107, reason: 'setup: no database' });
    expect(said).toEqual(['plan', 'setup', 'problem 107 setup: no database', 'finishing']);
  });

  it('gives up on a setup that does not end, with exit code 100', async () => {
    const flags = { ...quick, 'setup-timeout': '1ms' };
    const { request } = newRun({ exports: 'default,setup', flags, env: { SETUP: 'silent' } });
    expect((await execute(request, threads)).summary.verdict.exitCode).toBe(100);
  });

  it('stops at an interruption, and teardown and summary still happen', async () => {
    const flags = { vus: '1', duration: '1m' };
    const { request, said, stopper } = newRun({ exports: 'default,teardown', flags });
    const log: Screen['log'] = (message) => {
      request.screen.log(message);
      stopper.stop(105, 'interrupted by SIGINT');
      stopper.stop(99, 'too late');
    };
    const run = execute({ ...request, screen: { ...request.screen, log } }, threads);
    const { summary } = await run;
    expect(summary.verdict).toMatchObject({ exitCode: 105, reason: 'interrupted by SIGINT' });
    expect(said).toContain('teardown');
  });

  it.each([
    ['nowhere', {}],
    ['in a file', { config: { workerHeap: '200MB' } }],
    ['in the script only', { env: { OPTIONS: '{"workerHeap":"200MB"}' } }],
    [
      'in a file and otherwise on the command line',
      { config: { workerHeap: '300MB' }, flags: { 'worker-heap': '200MB' } },
    ],
  ])('says what module code says once, with the heap said %s', async (_where, wish: Wish) => {
    const { request, said } = newRun({ ...wish, env: { SAYS: 'pool of 3', ...wish.env } });
    const { summary } = await execute(request, threads);
    expect(summary.verdict.exitCode).toBe(0);
    expect(said.filter((line) => line === 'log pool of 3')).toHaveLength(1);
  });

  it('stops when the script aborts the test', async () => {
    const { request } = newRun({ flags: { vus: '1', duration: '1m' }, env: { ABORT: 'full' } });
    const { summary } = await execute(request, threads);
    expect(summary.verdict.exitCode).toBe(108);
    expect(summary.verdict.reason).toBe('aborted by the script: full');
  });

  it('is interrupted before the run begins, too', async () => {
    const { request, stopper } = newRun({ exports: 'silent', env: { SAYS: 'loading' } });
    const log = () => stopper.stop(105, 'interrupted by SIGTERM');
    const run = execute({ ...request, screen: { ...request.screen, log } }, threads);
    await expect(run).rejects.toMatchObject({ exitCode: 105 });
    expect(readdirSync(folder)).toEqual(['gi.ts']);
  });
});
