import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { findFiles, globMatcher } from './file-walk.ts';

const folder = mkdtempSync(join(tmpdir(), 'file-walk-'));
afterAll(() => rmSync(folder, { recursive: true }));

it.skipIf(process.platform === 'win32')('takes regular files, and names what is none', () => {
  writeFileSync(join(folder, 'a.dcm'), 'x');
  execFileSync('mkfifo', [join(folder, 'pipe.dcm')]);
  for (const path of [folder, join(folder, '*.dcm')]) {
    const { files, unreadable } = findFiles(path, '/');
    expect(files.map((one) => one.path)).toEqual([join(folder, 'a.dcm')]);
    expect(unreadable).toEqual([
      { path: join(folder, 'pipe.dcm'), reason: 'a FIFO, no regular file' },
    ]);
  }
  expect(findFiles('/dev/zero', '/').unreadable).toEqual([
    { path: '/dev/zero', reason: 'a device, no regular file' },
  ]);
});

it('takes a name with brackets that is there for a name, not for a pattern', () => {
  const named = join(folder, 'CT [2024] {x}');
  mkdirSync(named);
  writeFileSync(join(named, 'b.dcm'), 'b');
  for (const path of ['CT [2024] {x}', 'CT [2024] {x}/b.dcm'])
    expect(findFiles(path, folder).files).toEqual([{ path: join(named, 'b.dcm'), bytes: 1 }]);
});

it.each([
  ['C:\\data\\*.dcm', 'C:\\data\\a.dcm', true],
  ['C:\\data\\*.dcm', 'C:\\data\\deep\\a.dcm', false],
  ['C:\\data/**/*.dcm', 'C:\\data\\deep\\er\\a.DCM', true],
  ['c:\\data\\**\\*.dcm', 'C:\\DATA\\a.dcm', true],
  ['C:\\data\\{ct,mr}\\?[0-9].dcm', 'C:\\data\\mr\\x7.dcm', true],
  ['C:\\data\\{ct,mr}\\?[!0-9].dcm', 'C:\\data\\mr\\x7.dcm', false],
  ['\\\\server\\share\\*', '\\\\server\\share\\a.dcm', true],
])('on Windows %s and %s: %s', (pattern, path, fits) => {
  expect(globMatcher(pattern, '\\')(path)).toBe(fits);
});
