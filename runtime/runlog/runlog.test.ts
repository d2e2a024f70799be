import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SAMPLE_THRESHOLDS, sampleRun } from '../tests/sample-run.ts';
import { RunLogCursor, readRunLog } from './cursor.ts';
import { RUNLOG_FILE } from './format.ts';
import { LogFold, restoreRun, summaryFromRunLog } from './restore.ts';
import { RunLogWriter } from './writer.ts';

let dir = '';
beforeEach(() => void (dir = mkdtempSync(join(tmpdir(), 'dicomrun-log-'))));
afterEach(() => rmSync(dir, { recursive: true, force: true }));
const log = (): string => join(dir, RUNLOG_FILE);

describe('a finished run', () => {
  it('gives back exactly the summary that the run printed', async () => {
    const thresholds = { ...SAMPLE_THRESHOLDS, dicom_commit_duration: [{ threshold: 'avg<1' }] };
    const { summary } = await sampleRun({ seconds: 23, dir, thresholds });
    const restored = summaryFromRunLog(dir);
    const ignoringSumsBeyondNanoseconds = (key: string, value: unknown): unknown =>
      typeof value === 'number' && (key === 'avg' || key === 'value')
        ? Math.round(value * 1e6) / 1e6
        : value;
    expect(JSON.parse(JSON.stringify(restored, ignoringSumsBeyondNanoseconds))).toEqual(
      JSON.parse(JSON.stringify(summary, ignoringSumsBeyondNanoseconds)),
    );
  });

  it('writes totals that agree with the summary', async () => {
    const { summary } = await sampleRun({ seconds: 12, dir });
    const records = [...readRunLog(log())];
    const view = records.find(
      (record) =>
        record.k === 'view' &&
        record.metric === 'dicom_req_duration' &&
        record.tags['service'] === 'C-STORE' &&
        record.view === 'service',
    );
    const totals = records.find((record) => record.k === 'totals');
    if (view?.k !== 'view' || totals?.k !== 'totals') throw new Error('records are missing');
    const row = totals.rows.find(([id]) => id === view.id);
    const stats = summary.operations.find(({ service }) => service === 'C-STORE')?.duration;
    expect([row?.[1], row?.[5], row?.[7], row?.[8]]).toEqual([
      stats?.count,
      stats?.med,
      stats?.p95,
      stats?.p99,
    ]);
  });

  it('is readable by its owner only', async () => {
    await sampleRun({ seconds: 1, dir });
    expect(statSync(log()).mode & 0o777).toBe(0o600);
  });
});

describe('a killed run', () => {
  it('does not say of a percentile that nobody knows yet that it crossed its threshold', async () => {
    await sampleRun({ seconds: 5, dir, killed: true });
    const { thresholds } = summaryFromRunLog(dir);
    const percentiles = thresholds.filter(({ expression }) => expression.startsWith('p('));
    expect(percentiles.length).toBeGreaterThan(0);
    for (const one of percentiles) expect(one).toMatchObject({ verdict: 'no data', failed: false });
  });

  it('knows when a threshold was crossed first; while it runs, no data is no failure', async () => {
    const thresholds = {
      dicom_reqs: [{ threshold: 'count<10' }],
      dicom_commit_duration: [{ threshold: 'avg<1' }],
    };
    await sampleRun({ seconds: 3, dir, thresholds, killed: true });
    const crossing = { k: 'event', type: 'threshold', text: '' } as const;
    const fold = new LogFold();
    for (const record of readRunLog(log())) fold.take(record);
    for (const [at, verdict] of [
      [1000, 'failed'],
      [2000, 'failed'],
    ] as const)
      fold.take({ ...crossing, at, title: `dicom_reqs count<10: ${verdict}` });
    if (fold.run === null) throw new Error('no run');
    const told = (running: boolean): unknown =>
      fold.run && fold.result(fold.run, running).summary.thresholds;
    const crossed = { metric: 'dicom_reqs', failed: true, firstFailedMs: 1000 };
    const none = { metric: 'dicom_commit_duration', verdict: 'no data' };
    expect(told(true)).toMatchObject([crossed, { ...none, failed: false }]);
    expect(told(false)).toMatchObject([crossed, { ...none, failed: true }]);
  });

  it('has counts to the last second and percentiles to the last block', async () => {
    const whole = await sampleRun({ seconds: 20, dir: join(dir, 'whole') });
    const { stores } = await sampleRun({ seconds: 27, dir, killed: true });
    appendFileSync(log(), '{"k":"rows","at":27,"ms":1000,"rows":[[0,1');
    const { summary, end } = restoreRun(dir);
    expect(end).toBeNull();
    const store = summary.operations.find(({ service }) => service === 'C-STORE');
    expect(store?.count).toBe(stores);
    const reference = whole.summary.operations.find(({ service }) => service === 'C-STORE');
    expect(store?.duration?.p95).toBe(reference?.duration?.p95);
    expect(summary.run).toMatchObject({ truncated: true, durationMs: 27_000 });
    expect(summary.verdict).toMatchObject({ passed: false, exitCode: 105 });
    expect(summary.errors.groups[0]).toMatchObject({
      code: 'status A700',
      hint: expect.any(String),
    });
    expect(summary.thresholds.map(({ verdict }) => verdict)).toEqual(['ok', 'ok', 'ok', 'ok']);
  });

  it('reports from any byte at which the file may have been cut', async () => {
    await sampleRun({ seconds: 12, dir, killed: true });
    const text = readFileSync(log());
    const firstLine = text.indexOf(0x0a) + 1;
    let last = Infinity;
    for (let cut = text.length; cut >= firstLine; cut -= 997) {
      truncateSync(log(), cut);
      const { iterations } = summaryFromRunLog(dir).execution;
      expect(iterations).toBeLessThanOrEqual(last);
      last = iterations;
    }
    truncateSync(log(), firstLine - 10);
    expect(() => summaryFromRunLog(dir)).toThrow(/not a readable run log/);
  });
});

describe('the cursor', () => {
  it('follows a growing file by whole lines only', () => {
    const writer = new RunLogWriter(dir, () => undefined);
    const cursor = new RunLogCursor(log());
    expect(cursor.read(0)).toEqual({ records: [], next: 0, damaged: 0 });
    const event = { k: 'event', at: 1, type: 'stage', title: 'ü', text: '' } as const;
    writer.append(event);
    writer.flush();
    const first = cursor.read(0);
    expect(first.records).toEqual([event]);
    appendFileSync(log(), '{"k":"eve');
    expect(cursor.read(first.next)).toEqual({ records: [], next: first.next, damaged: 0 });
    appendFileSync(log(), 'nt","at":2,"type":"end","title":"","text":""}\nbroken{\n');
    const second = cursor.read(first.next);
    expect(second.records).toHaveLength(1);
    expect(second.damaged).toBe(1);
    expect(cursor.read(second.next).records).toHaveLength(0);
    cursor.close();
    writer.close();
  });

  it('takes what is no record for damaged, and the report says how many lines', async () => {
    await sampleRun({ seconds: 3, dir });
    const before = summaryFromRunLog(dir);
    appendFileSync(log(), 'null\n42\n{"torn\n{"no":"kind"}\n');
    const after = summaryFromRunLog(dir);
    expect(after.execution).toEqual(before.execution);
    expect(after.verdict.warnings.at(-1)).toMatch(/^4 lines of the run log cannot be read/);
  });

  it('reads a line longer than its buffer', () => {
    const writer = new RunLogWriter(dir, () => undefined);
    writer.append({ k: 'event', at: 1, type: 'stage', title: 'x'.repeat(1_000_000), text: '' });
    writer.close();
    const cursor = new RunLogCursor(log());
    expect(cursor.read(0).records).toHaveLength(1);
    cursor.close();
  });

  it('reads the same records in whatever steps the file grows', async () => {
    const seen: string[] = [];
    let next = 0;
    let cursor: RunLogCursor | null = null;
    await sampleRun({
      seconds: 15,
      dir,
      onSecond: () => {
        cursor ??= new RunLogCursor(log());
        const batch = cursor.read(next);
        next = batch.next;
        seen.push(...batch.records.map((record) => JSON.stringify(record)));
        return Promise.resolve();
      },
    });
    const all = [...readRunLog(log())].map((record) => JSON.stringify(record));
    expect(all.slice(0, seen.length)).toEqual(seen);
    expect(all.length).toBeGreaterThan(seen.length);
  });
});
