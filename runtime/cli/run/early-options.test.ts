import { expect, it } from 'vitest';
import { earlyOptions } from './early-options.ts';

const NONE = { mode: 'run', flags: {}, env: {}, envFiles: [], configFile: null } as const;

it('the heap of workers is known before the script, from wherever it is said', () => {
  const heap = (more: object) => earlyOptions({ ...NONE, ...more }, '/x').workerHeapBytes;
  expect(heap({})).toBeNull();
  expect(heap({ flags: { 'worker-heap': '200MB' } })).toBe(2e8);
  expect(heap({ env: { DICOMRUN_WORKER_HEAP: '200MB' } })).toBe(2e8);
  expect(heap({ envFiles: [{ name: '.env', text: 'DICOMRUN_WORKER_HEAP=200MB' }] })).toBe(2e8);
  const configFile = { name: 'dicomrun.config.ts', value: { workerHeap: '200MB' } };
  expect(heap({ configFile })).toBe(2e8);
});

it('a mistake is left to who reports it', () => {
  const early = earlyOptions({ ...NONE, flags: { vus: 'many' }, env: { A: '1' } }, '/x');
  expect(early.workerHeapBytes).toBeUndefined();
});
