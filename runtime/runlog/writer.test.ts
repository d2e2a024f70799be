// What a full disk does not take.
import { mkdtempSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RUNLOG_FILE } from './format.ts';
import { RunLogWriter } from './writer.ts';

/** A disk with so many bytes of room. */
const disk = { room: Infinity };
function write(fd: number, bytes: Buffer, from: number): number {
  const length = Math.min(bytes.length - from, disk.room);
  if (length === 0) throw new Error('ENOSPC: no space left on device, write');
  disk.room -= length;
  return writeSync(fd, bytes, from, length);
}

let dir: string;
const said: string[] = [];
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'dicomrun-writer-'));
  said.length = 0;
  disk.room = Infinity;
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const text = () => readFileSync(join(dir, RUNLOG_FILE), 'utf8');
const event = (at: number, title = 'x') =>
  ({ k: 'event', at, type: 'warning', title, text: '' }) as const;
const rows = (n: number) =>
  ({ k: 'rows', at: 1, ms: 1000, rows: Array.from({ length: n }, (_, i) => [i, 1]) }) as const;

describe('a run log on a full disk', () => {
  it('goes on where it left off when space returns, and has lost nothing', () => {
    const writer = new RunLogWriter(dir, (problem) => said.push(problem), write);
    disk.room = 20;
    for (let i = 0; i < 5; i++) {
      writer.append(event(i));
      writer.append(rows(3));
      writer.flush();
    }
    expect(writer.lost).toBe(10);
    expect(writer.lostPoints).toBe(20);
    expect(said).toHaveLength(1);
    disk.room = Infinity;
    writer.close();
    expect([writer.lost, writer.lostPoints]).toEqual([0, 0]);
    const lines = text().trimEnd().split('\n');
    expect(lines.map((line) => (JSON.parse(line) as { k: string }).k)).toEqual(
      Array.from({ length: 5 }, () => ['event', 'rows']).flat(),
    );
    expect(said[1]).toMatch(/written again/);
  });

  it('keeps no more than fits into its limit, and counts the rest', () => {
    const writer = new RunLogWriter(dir, (problem) => said.push(problem), write);
    disk.room = 0;
    const large = 'y'.repeat(5_000_000);
    for (let i = 0; i < 20; i++) {
      writer.append(event(i, large));
      writer.flush();
    }
    expect(writer.lost).toBe(20);
    disk.room = Infinity;
    writer.close();
    expect(writer.lost).toBeGreaterThan(10);
    expect(writer.lostPoints).toBe(writer.lost);
    expect(text().length).toBeLessThan(33 * 1024 * 1024);
  });
});
