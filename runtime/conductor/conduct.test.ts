import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { resolveOptions } from '../config/resolve.ts';
import { restoreRun } from '../runlog/restore.ts';
import { openBook } from './records/book.ts';
import { conduct } from './conduct.ts';
import type { BuiltScript, ConductRequest } from './conduct-types.ts';
import type { Screen } from './screen.ts';
import { Stopper } from './stopper.ts';

const worker = fileURLToPath(new URL('testdata/worker.mjs', import.meta.url));
let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'dicomrun-conduct-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

interface Wish {
  /** Names of the exports, joined by commas. */
  readonly exports?: string;
  readonly env?: Record<string, string>;
  readonly flags?: Record<string, string>;
  readonly preflight?: () => Promise<void>;
  /** What is known before the script's own options. */
  readonly early?: Pick<BuiltScript, 'env' | 'workerHeapBytes'>;
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
  const request: ConductRequest = {
    vuWorker: worker,
    acceptorWorker: worker,
    cores: 2,
    maxWorkers: 4,
    runNumber: '123456789012345',
    initTimeoutMs: 5_000,
    workerHeapBytes: null,
    stopper,
    screen,
    build: () =>
      Promise.resolve({
        code: wish.exports ?? 'default',
        preludeFile: '',
        folder,
        env: {},
        placeOf: () => ({ where: 'gi.ts:2:9' }),
        ...wish.early,
      }),
    resolve: (loaded) =>
      Promise.resolve(
        resolveOptions({
          mode: 'run',
          scriptOptions: null,
          exports: loaded.exports,
          flags: { results: folder, 'no-report': true, ...wish.flags },
          env: wish.env ?? {},
          envFiles: [],
          configFile: null,
        }),
      ),
    preflight: wish.preflight ?? (() => Promise.resolve()),
    open: (context) =>
      openBook({
        context,
        script: 'gi.ts',
        version: '0.0.0',
        settings: [],
        random: 0.5,
        startOutputs: () => Promise.resolve([]),
        warn: (text) => said.push(`warn ${text}`),
        next: () => ['dicomrun report'],
      }),
    onReady: () => said.push('plan'),
    handleSummaryJson: () => Promise.resolve('{}'),
  };
  return { request, said, stopper };
}

const quick = { vus: '2', iterations: '4' };

describe('conduct', () => {
  it('goes through all phases, writes the files and adds up to the numbers sent', async () => {
    const exports = 'default,setup,teardown,handleSummary';
    const { request, said } = newRun({ exports, flags: { ...quick, workers: '2' } });
    const result = await conduct(request);
    expect(result.summary.verdict).toMatchObject({ passed: true, exitCode: 0 });
    expect(result.summary.execution).toMatchObject({ iterations: 6, failed: 2 });
    expect(result.summary.errors.groups[0]).toMatchObject({ count: 2, where: 'gi.ts:2:9' });
    expect(result.custom).toEqual({ stdout: 'mine' });
    expect(said.filter((line) => /^[a-z]+$/.test(line))).toEqual([
      'plan',
      'setup',
      'running',
      'teardown',
      'finishing',
    ]);
    expect(said).toContain('failure boom at gi.ts:2:9');
    expect(said).toContain('log down {"a":1}');
    const files = readdirSync(result.folder).sort();
    expect(files).toEqual(['errors.ndjson', 'run.ndjson', 'summary.json']);
    const written: unknown = JSON.parse(readFileSync(join(result.folder, 'summary.json'), 'utf8'));
    expect(written).toEqual(JSON.parse(JSON.stringify(result.summary)));
    expect(restoreRun(result.folder).summary.execution.iterations).toBe(6);
  });

  it('says what is wrong with a script, before anything runs', async () => {
    const { request, said } = newRun({ exports: 'throw' });
    await expect(conduct(request)).rejects.toMatchObject({
      exitCode: 107,
      message: 'init: TypeError: boom',
    });
    const other = newRun({ exports: 'helper' });
    await expect(conduct(other.request)).rejects.toMatchObject({ exitCode: 104 });
    expect(said).toEqual([]);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('runs neither VUs nor teardown when setup fails, and still sums up', async () => {
    const exports = 'default,setup,teardown';
    const { request, said } = newRun({ exports, flags: quick, env: { SETUP: 'throw' } });
    const { summary } = await conduct(request);
    expect(summary.verdict).toMatchObject({ exitCode: 107, reason: 'setup: no database' });
    expect(said).toEqual(['plan', 'setup', 'problem 107 setup: no database', 'finishing']);
  });

  it('gives up on a setup that does not end, with exit code 100', async () => {
    const flags = { ...quick, 'setup-timeout': '1ms' };
    const { request } = newRun({ exports: 'default,setup', flags, env: { SETUP: 'silent' } });
    expect((await conduct(request)).summary.verdict.exitCode).toBe(100);
  });

  it('stops at an interruption, and teardown and summary still happen', async () => {
    const flags = { vus: '1', duration: '1m' };
    const { request, said, stopper } = newRun({ exports: 'default,teardown', flags });
    const run = conduct({
      ...request,
      screen: {
        ...request.screen,
        log: (message) => {
          request.screen.log(message);
          stopper.stop(105, 'interrupted by SIGINT');
          stopper.stop(99, 'too late');
        },
      },
    });
    const { summary } = await run;
    expect(summary.verdict).toMatchObject({ exitCode: 105, reason: 'interrupted by SIGINT' });
    expect(said).toContain('teardown');
  });

  it.each([
    ['nowhere', {}, {}],
    ['in a file', { workerHeapBytes: 2e8 }, { 'worker-heap': '200MB' }],
    ['in the script only', { workerHeapBytes: null }, { 'worker-heap': '200MB' }],
    ['in a file and otherwise in the script', { workerHeapBytes: 3e8 }, { 'worker-heap': '200MB' }],
  ])('says what module code says once, with the heap said %s', async (_where, early, flags) => {
    const env = { SAYS: 'pool of 3' };
    const { request, said } = newRun({ early: { env, ...early }, flags });
    const { summary } = await conduct(request);
    expect(summary.verdict.exitCode).toBe(0);
    expect(said.filter((line) => line === 'log pool of 3')).toHaveLength(1);
  });

  it('stops when the script aborts the test', async () => {
    const { request } = newRun({ flags: { vus: '1', duration: '1m' }, env: { ABORT: 'full' } });
    const { summary } = await conduct(request);
    expect(summary.verdict.exitCode).toBe(108);
    expect(summary.verdict.reason).toBe('aborted by the script: full');
  });

  it('is interrupted before the run begins, too', async () => {
    const { request, stopper } = newRun({ preflight: () => new Promise(() => undefined) });
    const run = conduct(request);
    setTimeout(() => stopper.stop(105, 'interrupted by SIGTERM'), 200);
    await expect(run).rejects.toMatchObject({ exitCode: 105 });
  });
});
