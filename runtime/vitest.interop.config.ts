// Whole runs and real peers, on the built tool: one file after the other.
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  root: fileURLToPath(new URL('..', import.meta.url)),
  test: {
    include: ['runtime/tests/**/*.test.ts'],
    exclude: ['runtime/tests/architecture.test.ts'],
    pool: 'forks',
    fileParallelism: false,
    // Real processes, ports and clocks on a machine shared with others: what fails once is run once
    // more and then listed with `(retry x1)`; what fails twice fails.
    retry: process.env['CI'] ? 1 : 0,
    testTimeout: 120_000,
    hookTimeout: 60_000,
    teardownTimeout: 20_000,
  },
});
