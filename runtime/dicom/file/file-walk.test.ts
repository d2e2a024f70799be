import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { findFiles } from './file-walk.ts';

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
