// Every example, as a process, against the embedded router and archive: counts and content right.
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { Summary } from '../metrics/summary.ts';
import { examples, ROOT } from './example-list.ts';

const folder = mkdtempSync(join(tmpdir(), 'dicomrun-examples-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Scripts whose text is fixed elsewhere, or that would go on for longer than CI has. */
const FLAGS: Readonly<Record<string, readonly string[]>> = {
  'examples/store.ts': ['--vus', '2', '--duration', '1s'],
  'examples/gi-routing.ts': ['--vus', '3', '--ramp', '1s', '--duration', '2s'],
  'examples/bench/associate.ts': ['--vus', '2', '--duration', '1s'],
  'examples/bench/empty.ts': ['--vus', '2', '--duration', '1s'],
  'examples/bench/hold.ts': ['--vus', '2', '--duration', '1s', '-e', 'HOLD=0.2'],
  'examples/bench/store.ts': ['--vus', '2', '--duration', '1s'],
};
/** Scripts that ask for nothing but speed. */
const WITHOUT_CHECKS = /^examples\/bench\//;
const LONGEST_MS = 60_000;

interface Ended {
  readonly code: number | null;
  readonly text: string;
  readonly summary: Summary;
}

/** Runs `dicomrun run FILE` as CI does. */
function run(file: string, flags: readonly string[]): Promise<Ended> {
  const results = mkdtempSync(join(folder, 'results-'));
  const { PATH = '', HOME = '' } = process.env;
  const main = join(ROOT, 'dist/runtime/cli/main.js');
  const args = [main, 'run', file, '--results', results, ...flags];
  const child = spawn(process.execPath, args, {
    cwd: ROOT,
    env: { PATH, HOME, SCALE: 'ci', NO_COLOR: '1' },
    timeout: LONGEST_MS,
    killSignal: 'SIGKILL',
  });
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (text += chunk.toString()));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      const [made] = readdirSync(results);
      if (made === undefined) return reject(new Error(`${file} made no run:\n${text}`));
      const json = readFileSync(join(results, made, 'summary.json'), 'utf8');
      resolve({ code, text, summary: JSON.parse(json) as Summary });
    });
  });
}

/** What is wrong with the account of a route; '' when it is exact. */
function inexact(summary: Summary, allowed: readonly string[]): string {
  const zero = ['missing', 'late', 'duplicated', 'corrupted', 'unexpected'] as const;
  return summary.delivery.routes
    .flatMap((route) => [
      ...zero
        .filter((column) => !allowed.includes(column) && route[column] !== 0)
        .map((column) => `${route.route}: ${route[column]} ${column}`),
      ...(route.unique === route.accepted || allowed.includes('missing')
        ? []
        : [`${route.route}: ${route.accepted} accepted, ${route.unique} unique`]),
    ])
    .join(', ');
}

describe('examples', () => {
  for (const { file, ci, account, lines } of examples()) {
    it(`${file} runs, with counts and content right`, { timeout: LONGEST_MS + 5_000 }, async () => {
      expect(lines, 'lines').toBeLessThan(100);
      const { code, text, summary } = await run(file, [...(FLAGS[file] ?? []), ...ci]);
      const { checks, execution } = summary;
      expect(code, text).toBe(0);
      expect(
        checks.items.filter((item) => item.fails > 0),
        text,
      ).toEqual([]);
      if (!WITHOUT_CHECKS.test(file)) expect(checks.passes).toBeGreaterThan(0);
      expect(execution.iterations, text).toBeGreaterThan(0);
      expect(execution.failed, text).toBe(0);
      expect(inexact(summary, account), text).toBe('');
    });
  }
});
