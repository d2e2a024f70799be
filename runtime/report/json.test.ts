import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Summary } from '../metrics/summary.ts';
import { sampleRun } from '../tests/sample-run.ts';
import { handleSummaryData, renderJson } from './json.ts';
import { renderK6Export } from './k6-export.ts';

interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | Schema;
  readonly items?: Schema;
  readonly definitions?: Readonly<Record<string, Schema>>;
}

const root = JSON.parse(
  readFileSync(new URL('./summary.schema.json', import.meta.url), 'utf8'),
) as Schema;

/** The few keywords of JSON schema that summary.schema.json uses; paths of what does not fit. */
function misfits(value: unknown, schema: Schema, path: string): string[] {
  if (schema.$ref !== undefined) {
    const target = root.definitions?.[schema.$ref.replace('#/definitions/', '')];
    return target === undefined ? [`${path}: ${schema.$ref}`] : misfits(value, target, path);
  }
  if ('const' in schema) return value === schema.const ? [] : [`${path}: not the constant`];
  if (schema.enum !== undefined) return schema.enum.includes(value) ? [] : [`${path}: not in enum`];
  const kind = value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value;
  if (![schema.type].flat().includes(kind)) return [`${path}: is ${kind}`];
  if (Array.isArray(value)) {
    return value.flatMap((item, i) => misfits(item, schema.items ?? {}, `${path}[${i}]`));
  }
  if (typeof value !== 'object' || value === null) return [];
  const missing = (schema.required ?? []).filter((name) => !(name in value));
  return [
    ...missing.map((name) => `${path}.${name}: missing`),
    ...Object.entries(value).flatMap(([name, item]) => {
      const own = schema.properties?.[name];
      if (own !== undefined) return misfits(item, own, `${path}.${name}`);
      const rest = schema.additionalProperties;
      return typeof rest === 'object'
        ? misfits(item, rest, `${path}.${name}`)
        : [`${path}.${name}: unknown`];
    }),
  ];
}

let summary: Summary;
beforeAll(async () => {
  ({ summary } = await sampleRun({ seconds: 12 }));
});

describe('summary.json', () => {
  it('fits its published schema', () => {
    expect(misfits(JSON.parse(renderJson(summary)), root, '$')).toEqual([]);
    const wrong = { ...summary, schema: 'other', extra: 1, timeUnit: 'min' };
    expect(misfits(wrong, root, '$')).toEqual([
      '$.schema: not the constant',
      '$.timeUnit: not in enum',
      '$.extra: unknown',
    ]);
  });

  it('gives handleSummary k6 metrics with thresholds by expression', () => {
    const data = handleSummaryData(summary, { colour: true, stdoutTTY: true, stderrTTY: false });
    expect(data.metrics['checks']).toMatchObject({
      type: 'rate',
      contains: 'default',
      values: { passes: 479, fails: 1 },
      thresholds: { 'rate>0.99': { ok: true } },
    });
    const duration = data.metrics['dicom_req_duration{service:C-STORE}'];
    expect(Object.keys(duration?.values ?? {})).toEqual([
      'avg',
      'min',
      'med',
      'max',
      'p(90)',
      'p(95)',
    ]);
    expect(data.options).toMatchObject({ noColor: false, summaryTimeUnit: 'ms' });
    expect(data.state.testRunDurationMs).toBe(12_000);
    expect(data.root_group.checks.map(({ name }) => name)).toContain('stored');
  });
});

describe('--summary-export', () => {
  it('has k6 values flat, and true for a crossed threshold', async () => {
    const failed = await sampleRun({
      seconds: 5,
      thresholds: { checks: [{ threshold: 'rate>1' }], iterations: [{ threshold: 'count>1' }] },
    });
    const data = JSON.parse(renderK6Export(failed.summary)) as {
      metrics: Record<string, Record<string, unknown>>;
      root_group: { checks: Record<string, { passes: number }> };
    };
    expect(data.metrics['checks']).toEqual({
      value: 1,
      passes: 200,
      fails: 0,
      thresholds: { 'rate>1': true },
    });
    expect(data.metrics['iterations']).toMatchObject({
      count: 25,
      thresholds: { 'count>1': false },
    });
    expect(data.root_group.checks['stored']?.passes).toBe(100);
  });
});
