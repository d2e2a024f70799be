import {
  existsSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openToAppend, writeNamedFile, writeOwnFile } from './own-file.ts';

let dir: string;
beforeEach(() => (dir = mkdtempSync(join(tmpdir(), 'dicomrun-own-'))));
afterEach(() => rmSync(dir, { recursive: true, force: true }));
const mode = (path: string) => statSync(path).mode & 0o777;

it('replaces a link by a file, and leaves alone what it pointed to', () => {
  const [theirs, ours] = [join(dir, 'theirs'), join(dir, 'summary.json')];
  writeFileSync(theirs, 'kept', { mode: 0o644 });
  symlinkSync(theirs, ours);
  writeOwnFile(ours, 'new');
  expect(readFileSync(theirs, 'utf8')).toBe('kept');
  expect(lstatSync(ours).isFile()).toBe(true);
  expect(mode(ours)).toBe(0o600);
});

it('replaces a file that others could read by one that they cannot', () => {
  const file = join(dir, 'summary.json');
  writeFileSync(file, 'old', { mode: 0o644 });
  writeOwnFile(file, 'new');
  expect([mode(file), readFileSync(file, 'utf8')]).toEqual([0o600, 'new']);
});

it('leaves nothing where it cannot be written', () => {
  const gone = join(dir, 'gone', 'summary.json');
  expect(() => writeOwnFile(gone, 'x')).toThrow(/ENOENT/);
  symlinkSync(dir, join(dir, 'folder'));
  expect(existsSync(gone)).toBe(false);
  expect(readdirSync(dir)).toEqual(['folder']);
});

it('appends to no link', () => {
  writeFileSync(join(dir, 'theirs'), '');
  symlinkSync(join(dir, 'theirs'), join(dir, 'ledger.jsonl'));
  expect(() => openToAppend(join(dir, 'ledger.jsonl'))).toThrow(/ELOOP/);
});

it('what somebody named is theirs alone, and may be a link of their own', () => {
  const file = join(dir, 'export.json');
  writeNamedFile(file, '{}');
  expect(mode(file)).toBe(0o600);
  symlinkSync(file, join(dir, 'mine'));
  writeNamedFile(join(dir, 'mine'), 'through');
  expect(readFileSync(file, 'utf8')).toBe('through');
});

it('on Windows a file that somebody has open gets the new text in its place', () => {
  const file = join(dir, 'report.html');
  writeFileSync(file, 'old');
  const rename = () => {
    throw Object.assign(new Error('EPERM: operation not permitted'), { code: 'EPERM' });
  };
  expect(() => writeOwnFile(file, 'new', { rename, platform: 'linux' })).toThrow('EPERM');
  expect([readFileSync(file, 'utf8'), readdirSync(dir)]).toEqual(['old', ['report.html']]);
  writeOwnFile(file, 'new', { rename, platform: 'win32' });
  expect([readFileSync(file, 'utf8'), readdirSync(dir)]).toEqual(['new', ['report.html']]);
});

it.skipIf(!existsSync('/dev/full'))('names the file that a full disk does not take', () => {
  expect(() => writeNamedFile('/dev/full', 'x')).toThrow(
    expect.objectContaining({ code: 'ENOSPC', path: '/dev/full' }),
  );
  expect(existsSync('/dev/full')).toBe(true);
});
