import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readRunLog } from '../runlog/cursor.ts';
import type { RunRecord } from '../runlog/format.ts';
import { SampleLog } from '../runlog/sample-log.ts';
import { sampleRun } from '../tests/sample-run.ts';
import { createCustomOutput } from './custom.ts';
import type { UserOutput } from './custom.ts';
import type { Point } from './upload/client.ts';

let dir = '';
beforeEach(() => void (dir = mkdtempSync(join(tmpdir(), 'dicomrun-custom-'))));
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const RUN: RunRecord = {
  k: 'run',
  schema: 'dicomrun-log/1',
  ...{ id: 'mine', t0: 0, script: 's.ts', version: '', mode: 'run', embedded: false, tags: {} },
  ...{ thresholds: {}, trendStats: [], timeUnit: 'ms' },
};

async function make(user: unknown, messages: string[] = []) {
  return createCustomOutput({
    file: './my-output.ts',
    module: typeof user === 'function' ? { default: user } : user,
    run: RUN,
    dir,
    onMessage: (text) => messages.push(text),
    sampleLog: () => new SampleLog(dir, RUN, (text) => messages.push(text)),
  });
}

describe('an output of the user', () => {
  it('gets every point once, in order, though it throws now and then', async () => {
    await sampleRun({ seconds: 5, dir });
    const seen: Point[] = [];
    const calls: string[] = [];
    let call = 0;
    const user: UserOutput = {
      start: () => void calls.push('start'),
      points: (points) => {
        if (call++ === 0) throw new Error('not yet');
        seen.push(...points);
      },
      stop: () => void calls.push('stop'),
    };
    const messages: string[] = [];
    const output = await make(() => user, messages);
    await output.start();
    const result = await output.finish(5000);
    expect(result).toMatchObject({ name: './my-output.ts', written: seen.length, unwritten: 0 });
    expect(calls).toEqual(['start', 'stop']);
    const last = [...readRunLog(join(dir, 'run.ndjson'))].findLast(({ k }) => k === 'rows');
    expect(seen.filter(({ measurement }) => measurement === 'iterations')).not.toHaveLength(0);
    expect(last?.k).toBe('rows');
    expect(messages[0]).toContain('not yet');
    expect(new Set(seen.map((point) => JSON.stringify(point))).size).toBe(seen.length);
  });

  it('may refuse points, which are kept beside the run log', async () => {
    await sampleRun({ seconds: 3, dir });
    const output = await make(() => ({
      points: (points: readonly Point[]) =>
        points.some(({ measurement }) => measurement === 'vus') ? { refused: 'no vus' } : undefined,
    }));
    await output.start();
    const result = await output.finish(5000);
    expect(result.rejected).toBeGreaterThan(0);
    const lines = readFileSync(join(dir, 'my-output-ts.rejected.jsonl'), 'utf8').trim().split('\n');
    expect(lines).toHaveLength(result.rejected);
    expect(existsSync(join(dir, 'my-output-ts.cursor.json'))).toBe(true);
  });

  it('gets every sample when it asks for them', async () => {
    const seen: Point[] = [];
    const points = (list: readonly Point[]): void => void seen.push(...list);
    const output = await make(() => ({ samples: true, points }));
    await output.start();
    output.sink?.series(0, [{ id: 0, metric: 'checks', tags: { check: 'a' } }]);
    const columns = { series: Uint32Array.of(0, 0), value: Float64Array.of(1, 0) };
    output.sink?.samples({ thread: 0, n: 2, ...columns, time: Float64Array.of(1, 1) });
    await output.finish(5000);
    expect(seen.map(({ fields, timestamp }) => [fields['value'], timestamp])).toEqual([
      [1, '1000000'],
      [0, '1000001'],
    ]);
  });

  it.each([
    [{}, 'it has no default function'],
    [() => ({}), 'it makes nothing with points()'],
    [
      () => {
        throw new Error('no licence');
      },
      'no licence',
    ],
  ])('is refused when it is none', async (user, why) => {
    await expect(make(user)).rejects.toThrow(`output ./my-output.ts: ${why}`);
  });

  it('ends the run before it starts when its start fails', async () => {
    const output = await make(() => ({
      start: () => Promise.reject(new Error('no route')),
      points: () => undefined,
    }));
    await expect(output.start()).rejects.toThrow('start() failed: no route');
  });
});
