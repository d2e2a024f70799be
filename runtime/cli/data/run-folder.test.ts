import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runFolder } from './run-folder.ts';

const root = mkdtempSync(join(tmpdir(), 'dicomrun-run-folder-'));
const results = join(root, 'results');
const below = join(root, 'scripts', 'routing');

function run(name: string, seconds: number): void {
  mkdirSync(join(results, name), { recursive: true });
  const log = join(results, name, 'run.ndjson');
  writeFileSync(log, '');
  utimesSync(log, seconds, seconds);
}

beforeAll(() => {
  run('nightly', 300);
  run('20261121-one', 200);
  run('20261122-two', 100);
  mkdirSync(join(results, 'no-run'));
  mkdirSync(below, { recursive: true });
});
afterAll(() => rmSync(root, { recursive: true }));

describe('the folder of a run', () => {
  it('is the newest for last, from a folder below, too', () => {
    for (const cwd of [root, below]) {
      expect(runFolder('last', { cwd, env: {} })).toBe(join(results, 'nightly'));
      expect(runFolder('last~2', { cwd, env: {} })).toBe(join(results, '20261122-two'));
    }
  });

  it('is found by the name of the run', () => {
    expect(runFolder('20261121-one', { cwd: below, env: {} })).toBe(join(results, '20261121-one'));
  });

  it('is a path as it stands, there or not', () => {
    expect(runFolder('results/nightly', { cwd: root, env: {} })).toBe(join(results, 'nightly'));
    expect(runFolder('elsewhere/x', { cwd: root, env: {} })).toBe(join(root, 'elsewhere/x'));
  });

  it('lies where DICOMRUN_RESULTS_DIR says, and is named when there is none', () => {
    const env = { DICOMRUN_RESULTS_DIR: 'results' };
    expect(runFolder('last', { cwd: root, env })).toBe(join(results, 'nightly'));
    expect(() => runFolder('last~9', { cwd: root, env: {} })).toThrow(/holds 3 runs/);
    expect(() =>
      runFolder('last', { cwd: tmpdir(), env: { DICOMRUN_RESULTS_DIR: below } }),
    ).toThrow(/holds 0 runs/);
  });
});
