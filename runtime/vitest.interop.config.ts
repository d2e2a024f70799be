// Whole runs and real peers, on the built tool. First what only waits for processes and peers, two files
// at a time; then, one after the other, what looks at times and loads or fills the machine by itself.
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

/** Files that want the machine to themselves; a new one starts among the others. */
const ALONE = [
  ...['capacity', 'examples', 'hostile-clock', 'hostile-scripts', 'hostile-stop', 'nodes'],
  ...[
    'interop-wire-requestor',
    'run-beyond',
    'run-executors',
    'run-hang',
    'run-k6',
    'run-killed',
    'run-life',
    'run-parts',
  ],
  ...['run-saturation', 'run-scale', 'timeseries', 'trace'],
].map((name) => `runtime/tests/${name}.test.ts`);
const SABOTAGE = 'runtime/tests/sabotage/**/*.test.ts';

const together = {
  name: 'together',
  include: ['runtime/tests/**/*.test.ts'],
  exclude: ['runtime/tests/architecture.test.ts', SABOTAGE, ...ALONE],
  maxWorkers: 2,
  sequence: { groupOrder: 0 },
};

const alone = {
  name: 'alone',
  include: [...ALONE, SABOTAGE],
  fileParallelism: false,
  sequence: { groupOrder: 1 },
};

export default defineConfig({
  root: fileURLToPath(new URL('..', import.meta.url)),
  test: {
    pool: 'forks',
    // A test that fails once fails: it waits for what it needs and asserts no speed.
    retry: 0,
    // Of the tests of a file that says `concurrent`: mostly they wait.
    maxConcurrency: 3,
    testTimeout: 120_000,
    hookTimeout: 60_000,
    teardownTimeout: 20_000,
    projects: [
      { extends: true, test: together },
      { extends: true, test: alone },
    ],
  },
});
