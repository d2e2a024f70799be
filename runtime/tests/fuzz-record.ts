// What the longest run of a fuzzer left on record beside the streams that it damaged.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';

/** A million inputs, no crash, no hang, no growth; and of the streams that are here. */
export function expectLongRun(corpus: string): void {
  const text = readFileSync(join(corpus, 'record.json'), 'utf8');
  const record = JSON.parse(text) as Record<string, unknown>;
  const { inputs, problems, growthMb, rssGrowthMb, streams } = record;
  expect(inputs).toBeGreaterThanOrEqual(1_000_000);
  expect(problems).toBe(0);
  expect(growthMb).toBeLessThan(20);
  expect(rssGrowthMb).toBeLessThan(20);
  // It began with the streams that are here.
  const here = readdirSync(corpus).filter((name) => name.endsWith('.hex'));
  expect(here.sort()).toEqual(streams);
}
