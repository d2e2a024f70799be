// What this process started ends with it, also when it is killed and can end nothing any more.
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';

/** Ends the process named by its argument as soon as nobody holds the other end of its input. */
const WATCH = 'read -r _; kill -TERM "$0"';

/** The first signal of the child's end is SIGTERM, from a shell that waits for the end of this process. */
export function endsWithUs(child: ChildProcess): void {
  const { pid } = child;
  if (pid === undefined) return;
  const watchdog = spawn('/bin/sh', ['-c', WATCH, String(pid)], {
    stdio: ['pipe', 'ignore', 'ignore'],
    env: {},
    // why: Ctrl-C in the terminal is for this program alone
    detached: true,
  });
  // Where there is no such shell nothing watches.
  watchdog.on('error', () => undefined);
  watchdog.stdin?.on('error', () => undefined);
  watchdog.unref();
  // why killed: told by the end of its input, it would end whoever has the number then
  child.once('exit', () => watchdog.kill('SIGKILL'));
}
