// Unit tests: everything beside the code, on virtual clocks, no peers, under ten seconds.
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  root: fileURLToPath(new URL('..', import.meta.url)),
  test: {
    include: ['{api,bundler,runtime,tools}/**/*.test.ts'],
    exclude: ['runtime/tests/!(architecture)*.test.ts', 'runtime/tests/*/**'],
    pool: 'forks',
    maxWorkers: 2,
    // No module keeps state, so files may share a process: half of the CPU time.
    isolate: false,
    passWithNoTests: true,
    testTimeout: 10_000,
  },
});
