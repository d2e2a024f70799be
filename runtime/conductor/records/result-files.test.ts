// Ledger, errors and console lines on a disk that is full for a while.
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { LineFile, makeRunFolder } from './result-files.ts';

/** A disk with so many bytes of room. */
const disk = { room: Infinity };
function write(fd: number, bytes: Buffer, from: number): number {
  const length = Math.min(bytes.length - from, disk.room);
  if (length === 0) throw new Error('ENOSPC: no space left on device, write');
  disk.room -= length;
  return writeSync(fd, bytes, from, length);
}

let dir: string;
let said: string[];
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'dicomrun-lines-'));
  said = [];
  disk.room = Infinity;
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const newFile = () => new LineFile(join(dir, 'ledger.jsonl'), (text) => said.push(text), write);
const lines = () => readFileSync(join(dir, 'ledger.jsonl'), 'utf8').split('\n');

it('lines wait while a disk is full, and follow in order when space returns', () => {
  const file = newFile();
  disk.room = 10;
  for (let i = 0; i < 5; i++) {
    file.append(`line ${i}`);
    file.flush();
  }
  expect(said).toEqual([expect.stringMatching(/ENOSPC.*wait until it can be written/)]);
  disk.room = Infinity;
  file.append('line 5\n');
  file.close();
  expect(lines()).toEqual([0, 1, 2, 3, 4, 5].map((i) => `line ${i}`).concat(''));
  expect(said[1]).toMatch(/written again/);
  expect(said).toHaveLength(2);
});

it('what never got there is counted at the end', () => {
  const file = newFile();
  disk.room = 0;
  const large = 'y'.repeat(3_000_000);
  for (let i = 0; i < 10; i++) {
    file.append(large);
    file.flush();
  }
  file.close();
  expect(said.at(-1)).toMatch(/10 entries could not be written/);
});

it('a link in its place is not followed', () => {
  symlinkSync(join(dir, 'of-somebody'), join(dir, 'ledger.jsonl'));
  const file = newFile();
  file.append('mine');
  file.close();
  expect(said[0]).toMatch(/ELOOP/);
  expect(() => readFileSync(join(dir, 'of-somebody'))).toThrow(/ENOENT/);
});

it.each(['CON', '2026-11-30T10:00', 'what?', 'dot.'])('Windows has no folder %s', (id) => {
  expect(() => makeRunFolder(dir, id, 'win32')).toThrow(/cannot be the name of a folder/);
  expect(makeRunFolder(dir, id, 'linux')).toBe(join(dir, id));
});
