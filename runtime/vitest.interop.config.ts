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
    // A test that fails once fails: it waits for what it needs and asserts no speed.
    retry: 0,
    testTimeout: 120_000,
    hookTimeout: 60_000,
    teardownTimeout: 20_000,
  },
});
