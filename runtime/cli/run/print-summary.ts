// The end of a run on standard output: the default summary, or what the script's handleSummary made.
import { dirname, resolve } from 'node:path';
import type { CustomSummary } from '../../conductor/run-types.ts';
import { makeFolders } from '../../make-folders.ts';
import { writeNamedFile } from '../../own-file.ts';
import type { Summary } from '../../metrics/summary.ts';
import { renderText, renderVerdict } from '../../report/text.ts';
import { problemText } from '../problem-text.ts';
import type { Terminal } from '../terminal.ts';
import type { ExecuteResult } from './execute.ts';

export function printSummary(terminal: Terminal, result: ExecuteResult): void {
  const { summary, custom, options } = result;
  const { quiet, noSummary } = options;
  const isShort = custom !== null || noSummary || quiet >= 2;
  if (!isShort) terminal.out(summaryText(terminal, summary));
  if (custom !== null) writeCustom(terminal, custom);
  // Whatever a script makes of it, and also without a summary: what came of the run is said; with
  // `-q -q` only what went wrong.
  if (isShort && (quiet < 2 || !summary.verdict.passed)) {
    const colour = terminal.colour('err');
    terminal.err(renderVerdict(summary, { colour, ascii: needsAscii(terminal.env) }));
  }
}

/** The summary as text for this terminal. */
export function summaryText(terminal: Terminal, summary: Summary): string {
  return renderText(summary, {
    colour: terminal.colour('out'),
    ascii: needsAscii(terminal.env),
    ...(terminal.outIsTTY ? { width: terminal.columns() } : {}),
  });
}

/** Terminals of Windows that say what they are; the old console does not, and shows marks as letters. */
const MODERN = ['WT_SESSION', 'TERM_PROGRAM', 'ConEmuANSI', 'MSYSTEM', 'TERM'];

/** Windows consoles that are not UTF-8 show marks and lines as letters. */
export function needsAscii(env: Terminal['env'], platform: string = process.platform): boolean {
  if (platform === 'win32') return MODERN.every((name) => (env[name] ?? '') === '');
  const locale = env['LC_ALL'] ?? env['LC_CTYPE'] ?? env['LANG'] ?? '';
  return /iso-?8859|ascii/i.test(locale);
}

function textOf(content: string | Uint8Array): string {
  return typeof content === 'string' ? content : Buffer.from(content).toString();
}

/** k6's map: `stdout`, `stderr`, or a file name. */
function writeCustom(terminal: Terminal, custom: CustomSummary): void {
  for (const [name, content] of Object.entries(custom)) {
    if (name === 'stdout') terminal.out(textOf(content));
    else if (name === 'stderr') terminal.err(textOf(content));
    else writeOne(terminal, name, content);
  }
}

function writeOne(terminal: Terminal, name: string, text: string | Uint8Array): void {
  try {
    const file = resolve(terminal.cwd, name);
    makeFolders(dirname(file));
    writeNamedFile(file, text);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const message = `handleSummary: file "${name}" cannot be written: ${why}`;
    terminal.err(problemText(terminal, { code: 'SUMMARY_FILE', message }));
  }
}
