// Every example, as a process, against the embedded router and archive: counts and content right.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Summary } from '../metrics/summary.ts';
import { examples, ROOT } from './example-list.ts';
import { Bench } from './run-cli.ts';

const bench = new Bench('examples');
const CERTS = join(bench.folder, 'certificates');
/** Files that were "written" as they were sent, for written-files.ts. */
const SENT = join(bench.folder, 'sent');
beforeAll(async () => {
  execFileSync('sh', [join(ROOT, 'examples/scenarios/certificates.sh'), CERTS]);
  await bench.run(['generate', SENT, '--modality', 'CT', '--count', '2']);
});
afterAll(() => bench.remove());

/** Scripts whose text is fixed elsewhere, or that would go on for longer than CI has. */
const FLAGS: Readonly<Record<string, readonly string[]>> = {
  // their limits of time are for an idle machine; counts and content are looked at below
  'examples/store.ts': ['--vus', '2', '--duration', '1s', '--no-thresholds'],
  'examples/gi-routing.ts': [...'--vus 3 --ramp 1s --duration 2s --no-thresholds'.split(' ')],
  'examples/bench/associate.ts': ['--vus', '2', '--duration', '1s'],
  'examples/bench/echo.ts': ['--vus', '2', '--duration', '1s'],
  'examples/bench/window.ts': ['--vus', '2', '--duration', '1s'],
  'examples/bench/empty.ts': ['--vus', '2', '--duration', '1s'],
  'examples/bench/large.ts': ['-e', 'BYTES=50000000'],
  'examples/bench/hold.ts': ['--vus', '2', '--duration', '1s', '-e', 'HOLD=0.2'],
  'examples/bench/web.ts': ['--vus', '2', '--duration', '1s'],
  'examples/bench/store.ts': ['--vus', '2', '--duration', '1s'],
};
/** Scripts that ask for nothing but speed. */
const WITHOUT_CHECKS = /^examples\/bench\//;
const LONGEST_MS = 60_000;

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

describe.concurrent('examples', () => {
  for (const { file, ci, account, lines } of examples()) {
    it(`${file} runs, with counts and content right`, { timeout: LONGEST_MS + 5_000 }, async () => {
      expect(lines, 'lines').toBeLessThan(100);
      const flags = [...(FLAGS[file] ?? []), ...ci];
      const run = await bench.run(['run', join(ROOT, file), ...flags], {
        env: {
          ...{ SCALE: 'ci', CERTS, SENT, WRITTEN: SENT },
          RECEIVED: join(bench.folder, 'received'),
        },
        timeoutMs: LONGEST_MS,
      });
      const { code } = run;
      const text = run.stdout + run.stderr;
      const summary = run.summary();
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
