import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { SpoolFile } from './spool.ts';

describe('a spooled message', () => {
  it('is forgotten once it is released and nobody reads it', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'dicomrun-spool-test-'));
    let closed = 0;
    const file = new SpoolFile(folder, () => closed++);
    file.write(Buffer.from('abc'), 0, 3);
    file.end();
    const reader = await file.reader();
    file.release();
    expect([closed, file.error, file.read(0, 3).toString()]).toEqual([0, null, 'abc']);
    await reader.close();
    expect(closed).toBe(1);
    rmSync(folder, { recursive: true });
  });

  it('keeps its name while it is open where the system will have it so, and not longer', () => {
    const folder = mkdtempSync(join(tmpdir(), 'dicomrun-spool-test-'));
    const forget = () => {
      throw new Error('EPERM');
    };
    const file = new SpoolFile(folder, () => undefined, forget);
    file.write(Buffer.from('abc'), 0, 3);
    file.end();
    expect([file.error, file.read(0, 3).toString()]).toEqual([null, 'abc']);
    expect(readdirSync(folder)).toHaveLength(1);
    file.release();
    expect(readdirSync(folder)).toEqual([]);
    rmSync(folder, { recursive: true });
  });

  it('is forgotten, too, when its file could not be opened', () => {
    let closed = 0;
    const file = new SpoolFile('/nowhere/at/all', () => closed++);
    file.write(Buffer.from('abc'), 0, 3);
    file.end();
    expect(file.error).toContain('ENOENT');
    file.release();
    expect(closed).toBe(1);
  });
});
