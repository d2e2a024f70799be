import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { putAside } from './conducted-run.ts';

it('what a killed coordinator wrote is put aside, each time under a name of its own', () => {
  const place = mkdtempSync(join(tmpdir(), 'dicomrun-aside-'));
  const folder = join(place, 'nightly');
  putAside(folder);
  expect(existsSync(`${folder}-killed-1`)).toBe(false);
  for (const name of ['first', 'second']) {
    mkdirSync(folder);
    writeFileSync(join(folder, name), '');
    putAside(folder);
  }
  expect(existsSync(folder)).toBe(false);
  expect(existsSync(join(`${folder}-killed-1`, 'first'))).toBe(true);
  expect(existsSync(join(`${folder}-killed-2`, 'second'))).toBe(true);
  rmSync(place, { recursive: true });
});
