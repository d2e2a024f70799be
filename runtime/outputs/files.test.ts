import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createCsvOutput } from './csv.ts';
import { createJsonOutput } from './json.ts';
import type { Output } from './output.ts';

let dir = '';
beforeEach(() => void (dir = mkdtempSync(join(tmpdir(), 'dicomrun-files-'))));
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const T0 = Date.UTC(2026, 10, 21, 4, 12, 0);

function feed(output: Output): void {
  const { sink } = output;
  sink?.series(1, [
    { id: 0, metric: 'dicom_req_duration', tags: { service: 'C-STORE', site: 'a&b', '=x': '1' } },
    { id: 1, metric: 'my_rate', tags: {}, custom: { type: 'rate', isTime: false } },
    { id: 2, metric: 'checks', tags: { check: '=HYPERLINK("x"),\n' } },
  ]);
  sink?.samples({
    thread: 1,
    n: 4,
    series: Uint32Array.of(0, 1, 0, 2),
    value: Float64Array.of(12.5, 1, Number.NaN, 0),
    time: Float64Array.of(1000.25, 1001, 1002, -5),
  });
  output.wake();
}

describe('json', () => {
  it('has k6 lines: a metric once, then its points', async () => {
    const path = join(dir, 'sub', 'samples.json');
    const output = createJsonOutput({ path, t0: T0 });
    feed(output);
    expect(await output.finish(1000)).toEqual({
      name: 'json',
      destination: path,
      written: 3,
      rejected: 1,
      unwritten: 0,
    });
    const lines = readFileSync(path, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines.map(({ type, metric }) => `${type} ${metric}`)).toEqual([
      'Metric dicom_req_duration',
      'Metric my_rate',
      'Metric checks',
      'Point dicom_req_duration',
      'Point my_rate',
      'Point checks',
    ]);
    expect(lines[0].data).toMatchObject({ type: 'trend', contains: 'time' });
    expect(lines[1].data).toMatchObject({ type: 'rate', contains: 'default' });
    expect(lines[3].data).toEqual({
      time: '2026-11-21T04:12:01.000250Z',
      value: 12.5,
      tags: { service: 'C-STORE', site: 'a&b', '=x': '1' },
    });
    expect(lines[5].data.time).toBe('2026-11-21T04:11:59.995000Z');
  });

  it('is gzipped when its name says so', async () => {
    const path = join(dir, 'samples.json.gz');
    const output = createJsonOutput({ path, t0: T0 });
    feed(output);
    await output.finish(1000);
    expect(gunzipSync(readFileSync(path)).toString().trim().split('\n')).toHaveLength(6);
  });

  it('refuses at once what cannot be written', () => {
    writeFileSync(join(dir, 'file'), '');
    for (const [path, why] of [
      [join(dir, 'file', 'x.json'), /output json: .*ENOTDIR|EEXIST/],
      [dir, /output json: .*EISDIR/],
    ] as const) {
      expect(() => createJsonOutput({ path, t0: T0 })).toThrow(why);
    }
  });

  it.skipIf(!existsSync('/dev/full'))(
    'says when the disk is full, and loses count of none',
    async () => {
      const output = createJsonOutput({ path: '/dev/full', t0: T0 });
      feed(output);
      const result = await output.finish(1000);
      expect(result).toMatchObject({ written: 0, unwritten: 6 });
      expect(result.note).toContain('ENOSPC');
    },
  );
});

describe('csv', () => {
  it('has a column per bounded tag, the others in one, and no formulas', async () => {
    const path = join(dir, 'samples.csv');
    const output = createCsvOutput({ path, t0: T0 });
    feed(output);
    expect(await output.finish(1000)).toMatchObject({ written: 3, rejected: 1, unwritten: 0 });
    const text = readFileSync(path, 'utf8');
    const [head, first, second] = text.split('\n');
    expect(head).toMatch(/^metric_name,timestamp,metric_value,scenario,.*,phase,extra_tags$/);
    const columns = first?.split(',');
    expect(columns).toHaveLength(head?.split(',').length ?? 0);
    expect(columns?.slice(0, 3)).toEqual(['dicom_req_duration', '1795234321.000250', '12.5']);
    expect(columns?.[6]).toBe('C-STORE');
    expect(columns?.at(-1)).toBe('site=a%26b&%3Dx=1');
    expect(second).toMatch(/^my_rate,1795234321.001000,1,,/);
    expect(text).toContain(`"'=HYPERLINK(""x""),\n"`);
  });
});
