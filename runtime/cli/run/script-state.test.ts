import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { scriptState } from './script-state.ts';

describe('the state of a script', () => {
  it('is its hash, and outside of a repository no more', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'dicomrun-state-'));
    const file = join(folder, 'a.ts');
    writeFileSync(file, 'export default () => {};\n');
    const hash = createHash('sha256').update('export default () => {};\n').digest('hex');
    expect(await scriptState(file, 'a.ts')).toEqual({
      path: 'script',
      value: 'a.ts',
      origin: `SHA-256 ${hash.slice(0, 16)}`,
    });
    rmSync(folder, { recursive: true });
  });

  it('is nothing for a file that is not there', async () => {
    expect((await scriptState('/nowhere/a.ts', 'a.ts')).origin).toBe('');
  });
});
