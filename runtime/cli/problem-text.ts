// Errors as a person reads them: what, where, what to try. Never a stack of ours.
import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeFolders } from '../make-folders.ts';
import { DicomRunError, ExitCode } from '../errors.ts';
import type { Problem } from '../errors.ts';
import type { Terminal } from './terminal.ts';

/** A problem with what only some of them have. */
interface Shown extends Problem {
  /** The source line with a marker, ready to print. */
  readonly frame?: string;
}

/**
 * Prints an error and returns the exit code it leads to. `spell` gets each message before it is
 * shown.
 */
export function printError(
  terminal: Terminal,
  error: unknown,
  spell: (message: string) => string = (message) => message,
): number {
  const known = asDicomRunError(error);
  if (known === null) return printInternal(terminal, error);
  for (const problem of known.problems) {
    terminal.err(problemText(terminal, { ...problem, message: spell(problem.message) }));
  }
  if (known.exitCode === ExitCode.INTERNAL) {
    terminal.err(internalNote(terminal, known.cause ?? known));
  }
  return known.exitCode;
}

/** What to try, below what is wrong. */
export function hintLine(terminal: Terminal, hint: string): string {
  return `  ${terminal.style('cyan', 'try:')} ${printable(hint)}`;
}

/** One problem, with its line breaks. */
export function problemText(terminal: Terminal, problem: Problem): string {
  const { message, where, hint, frame } = problem as Shown;
  const lines = [`${terminal.style('red', 'error:')} ${printable(message)}`];
  if (where !== undefined) lines.push(`  at ${printable(where)}`);
  if (frame !== undefined) lines.push(indent(printable(frame), '    '));
  if (hint !== undefined) lines.push(hintLine(terminal, hint));
  return `${lines.join('\n')}\n`;
}

/**
 * A bundler's or a library's error carries problems of the same shape: it becomes ours. Codes tell
 * the exit code: configuration 104, everything about the script 107.
 */
export function asDicomRunError(error: unknown): DicomRunError | null {
  if (error instanceof DicomRunError) return error;
  if (!(error instanceof Error)) return null;
  if (error.name === 'BundleError' && 'problems' in error) {
    const problems = error.problems as readonly Problem[];
    const isConfig = problems.every((problem) => problem.code.startsWith('CONFIG_'));
    return new DicomRunError(isConfig ? ExitCode.CONFIG : ExitCode.SCRIPT, problems);
  }
  if (/^(Dicom|Data|Spec)Error$/.test(error.name) && 'code' in error) {
    const { hint } = error as { hint?: string };
    const problem = { code: String(error.code), message: error.message };
    return new DicomRunError(ExitCode.CONFIG, hint === undefined ? problem : { ...problem, hint });
  }
  return ofDisk(error);
}

/** What a disk says about a path of the user; a file that is missing may be one of ours. */
const DISK_WORDS: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EPERM: 'not permitted',
  EROFS: 'the file system is read-only',
  ENOSPC: 'no space left on the disk',
  EDQUOT: 'the quota of the disk is used up',
  ENOTDIR: 'a part of the path is no folder',
  EISDIR: 'it is a folder',
};

function ofDisk({ code, path }: NodeJS.ErrnoException): DicomRunError | null {
  const words = DISK_WORDS[code ?? ''];
  if (words === undefined || path === undefined) return null;
  return new DicomRunError(ExitCode.CONFIG, {
    code: 'CONFIG_FILE',
    message: `${path}: ${words} (${code})`,
    hint: 'name another place, or make room and permissions there',
  });
}

function printInternal(terminal: Terminal, error: unknown): number {
  terminal.err(internalText(terminal, error));
  return ExitCode.INTERNAL;
}

/** A fault of ours, as it is told. */
export function internalText(terminal: Terminal, error: unknown): string {
  const message = `internal: ${error instanceof Error ? error.message : String(error)}`;
  const problem = problemText(terminal, { code: 'INTERNAL', message });
  return problem + internalNote(terminal, error);
}

/** The apology, and the file where the stack went. */
function internalNote(terminal: Terminal, error: unknown): string {
  const details = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const where = writeDetails(details);
  const file = where === null ? '' : ` Details: ${where}`;
  return `  ${terminal.style('dim', `This is a fault of dicomrun, not yours; sorry.${file}`)}\n`;
}

function writeDetails(details: string): string | null {
  try {
    const folder = join(tmpdir(), 'dicomrun');
    makeFolders(folder, 0o700);
    const stamp = new Date().toISOString().replace(/[:.]/g, '-');
    const file = join(folder, `internal-${stamp}-${process.pid}.txt`);
    writeFileSync(file, `${details}\nnode ${process.version} ${process.platform}\n`, {
      mode: 0o600,
    });
    return file;
  } catch {
    return null; // a read-only machine: then the message has to do
  }
}

/** Control characters of a peer or a file must not reach the terminal. */
export function printable(text: string): string {
  return text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, (char) => {
    return `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}`;
  });
}

function indent(text: string, by: string): string {
  return text
    .split('\n')
    .map((line) => by + line)
    .join('\n');
}
