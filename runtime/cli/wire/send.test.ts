import { resolve } from 'node:path';
import { expect, it } from 'vitest';
import { outcomeLine } from './send.ts';

it('tells of a file by the path as it would be typed', () => {
  const terminal = { cwd: resolve('/data/deep/down') };
  const line = (path: string) =>
    outcomeLine(terminal, {
      path: resolve(terminal.cwd, path),
      state: 'stored',
      detail: '0000 success',
      ms: 1.25,
    });
  expect(line('ct/a.dcm')).toBe('stored  ct/a.dcm  0000 success  1.3 ms');
  expect(line('/else/b.dcm')).toBe(`stored  ${resolve('/else/b.dcm')}  0000 success  1.3 ms`);
});
