// Processes that a test starts end with its file, however that ends: also one whose test ran out of time.
import type { ChildProcess } from 'node:child_process';
import { afterAll } from 'vitest';

const alive = new Set<ChildProcess>();

function endAll(): void {
  for (const { pid } of alive) {
    try {
      // With what it started itself: agents, the bundler.
      if (pid !== undefined) process.kill(-pid, 'SIGKILL');
    } catch {
      // It is gone already, and that is what was wanted.
    }
  }
  alive.clear();
}

process.on('exit', endAll);
// Registered by whoever imports this: it runs when all hooks of that file have.
afterAll(endAll);

/** Ends it, and what it started, with the tests of this file. It leads a process group (`detached`). */
export function endedWithTests(child: ChildProcess): void {
  alive.add(child);
  child.once('close', () => alive.delete(child));
}
