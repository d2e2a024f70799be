#!/usr/bin/env node
// The program: hands argv to the command, exits with its code, and never with a stack.
import { writeSync } from 'node:fs';
import { DicomRunError, ExitCode } from '../errors.ts';

// From here on Ctrl-C is ours, also while the command is loaded; one that has begun may take it itself.
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    if (process.listenerCount(signal) > 1) return;
    writeSync(2, `error: interrupted by ${signal}\n`);
    process.exit(ExitCode.INTERRUPTED);
  });
}
const args = process.argv.slice(2);
// why: not imported above, since all of it is read before the first line here runs
const booted = isRunHere(args) ? (await import('./run/early.ts')).bootPool() : null;
const { nodeTerminal } = await import('./terminal.ts');
const { printError } = await import('./problem-text.ts');
const { runCommandLine } = await import('./program.ts');

const terminal = nodeTerminal();
// What escapes from a timer or a socket of the main thread is a fault of ours, told as such; while a
// run is under way it is its supervisor's.
terminal.onFault((error) => process.exit(printError(terminal, error)));
const code = await runCommandLine(args, terminal, booted);
const lost = await terminal.flush();
// Timers and sockets that something left behind must not keep the shell waiting.
process.exit(lost === null || code !== 0 ? code : printError(terminal, unwritten(lost)));

/**
 * Whether it looks like a run of a script in this process: its first worker boots while the rest of the
 * program is read. A guess, which saves time where it holds: the command decides.
 */
function isRunHere([command, ...words]: readonly string[]): boolean {
  const isElse = /^(-h|--(help|agents|only-missing|resume|worker-heap)(=.*)?)$/;
  return (
    command === 'run' &&
    words.some((word) => /\.[cm]?[jt]sx?$/.test(word)) &&
    !words.some((word) => isElse.test(word))
  );
}

function unwritten(why: string): DicomRunError {
  return new DicomRunError(ExitCode.CONFIG, {
    code: 'CONFIG_STDOUT',
    message: `standard output took not all of it (${why})`,
    hint: 'is there room on the disk that it goes to? `dicomrun report DIR` prints a run again',
  });
}
