import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { makeFolders } from './make-folders.ts';

const place = mkdtempSync(join(tmpdir(), 'dicomrun-folders-'));
afterAll(() => rmSync(place, { recursive: true, force: true }));

it('makes what is missing, and leaves what is there', () => {
  const deep = join(place, 'a', 'b', 'c');
  makeFolders(deep, 0o700);
  makeFolders(deep);
  expect(statSync(deep).mode & 0o777).toBe(0o700);
});

it('throws under a file, and where nothing can be made', () => {
  writeFileSync(join(place, 'file'), '');
  expect(() => makeFolders(join(place, 'file', 'x', 'y'))).toThrow(/ENOTDIR/);
  if (process.platform === 'linux') expect(() => makeFolders('/proc/x/y')).toThrow(/ENOENT/);
});
