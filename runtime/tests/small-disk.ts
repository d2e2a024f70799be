// A disk that is full soon, for tests.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A small disk of its own; null without the right to make one. */
export function smallDisk(size: string): { folder: string; remove(): void } | null {
  const folder = mkdtempSync(join(tmpdir(), 'dicomrun-disk-'));
  try {
    const args = ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', folder];
    execFileSync('mount', args, { stdio: 'ignore' });
  } catch {
    rmSync(folder, { recursive: true });
    process.stderr.write('\n*** SKIPPED, a full disk: mounting a tmpfs needs root ***\n\n');
    return null;
  }
  const remove = (): void => {
    execFileSync('umount', ['-l', folder]);
    rmSync(folder, { recursive: true });
  };
  return { folder, remove };
}
