// Standard output and error, the environment and the signals: all that commands know of the process.
import { spawn } from 'node:child_process';
import { relative, resolve } from 'node:path';
import { styleText } from 'node:util';

export type Style = 'green' | 'yellow' | 'red' | 'cyan' | 'dim' | 'bold';

/** What a command may touch. Tests give it a fake one. */
export interface Terminal {
  /** Results only: the summary, JSON, tables. */
  out(text: string): void;
  /** Plan, progress, logs, errors. */
  err(text: string): void;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly outIsTTY: boolean;
  readonly errIsTTY: boolean;
  /** Columns of the terminal, 80 where unknown. */
  columns(): number;
  /** Writes to standard output, through a pager when it is a terminal with fewer lines than the text. */
  page(text: string): Promise<void>;
  /** Colour is for meaning only; plain where it is off. */
  style(style: Style, text: string, to?: 'out' | 'err'): string;
  /** Whether colours are on for a stream. */
  colour(to: 'out' | 'err'): boolean;
  /** `--no-color`, `--color`. */
  setColor(on: boolean): void;
  /** Calls back at each SIGINT, SIGTERM and SIGHUP; the returned function ends that. */
  onSignal(callback: (signal: 'SIGINT' | 'SIGTERM' | 'SIGHUP') => void): () => void;
  /**
   * Takes what escapes from a timer or a socket of the main thread, until the returned function is
   * called; who asked last is the one told.
   */
  onFault(callback: (error: unknown) => void): () => void;
  /** Ends the process now, nothing flushed. */
  exitNow(code: number): never;
  /**
   * Resolves when what was written has left, with what kept some of it back (`ENOSPC`); null when
   * nothing did. A reader that went away wanted no more.
   */
  flush(): Promise<string | null>;
}

export function nodeTerminal(): Terminal {
  const { stdout, stderr, env } = process;
  // A reader that goes away (`| head`) ends its stream, not the run; a full disk does not, either, but
  // results that it took nothing of are told in the end.
  let lost: string | null = null;
  stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (!isClosedPipe(error)) lost ??= error.code ?? error.message;
  });
  stderr.on('error', () => undefined);
  const color = { out: wantsColor(env, stdout.isTTY), err: wantsColor(env, stderr.isTTY) };
  return {
    out: (text) => void stdout.write(text),
    err: (text) => void stderr.write(text),
    env,
    cwd: process.cwd(),
    outIsTTY: stdout.isTTY === true,
    errIsTTY: stderr.isTTY === true && env['TERM'] !== 'dumb',
    // A pty without a size says 0.
    columns: () => stderr.columns || stdout.columns || 80,
    page: (text) => page(text, env),
    style: (style, text, to = 'err') => (color[to] ? styleText(style, text) : text),
    colour: (to) => color[to],
    setColor: (on) => {
      color.out = on;
      color.err = on;
    },
    onSignal,
    onFault,
    exitNow,
    flush: async () => {
      await Promise.all([drained(stdout), drained(stderr)]);
      // A stream tells of its error a turn after the write.
      await new Promise((resolve) => setImmediate(resolve));
      return lost;
    },
  };
}

/** `$PAGER`, else less, which leaves the text on the screen; Windows has none of its own. */
export function pagerOf(env: Terminal['env'], platform: string = process.platform): string {
  return env['PAGER'] ?? (platform === 'win32' ? '' : 'less');
}

/** Whether a shell's answer says that there is no such pager: 126 and 127, of cmd.exe any but 0. */
export function noPager(code: number | null, platform: string = process.platform): boolean {
  return platform === 'win32' ? code !== 0 : code === 126 || code === 127;
}

/** Without a pager the text is written whole. */
function page(text: string, env: Terminal['env']): Promise<void> {
  const { stdout } = process;
  const fits = text.split('\n').length < (stdout.rows || 24);
  const pager = pagerOf(env);
  if (stdout.isTTY !== true || fits || pager === '' || pager === 'cat') {
    stdout.write(text);
    return Promise.resolve();
  }
  return new Promise((resolve) => {
    // Ctrl-C is the pager's while it is open.
    const ignore = (): void => undefined;
    process.on('SIGINT', ignore);
    const done = (shown: boolean): void => {
      process.off('SIGINT', ignore);
      if (!shown) stdout.write(text);
      resolve();
    };
    // By a shell, as PAGER may hold options: 'less -S'.
    const started = spawn(pager, {
      shell: true,
      stdio: ['pipe', 'inherit', 'ignore'],
      env: { ...env, LESS: env['LESS'] ?? 'FRX' },
    });
    const { stdin } = started;
    stdin.on('error', () => undefined);
    started.once('error', () => done(false));
    started.once('close', (code) => done(!noPager(code)));
    stdin.end(text);
  });
}

/** A process that does not end by itself is ended after this. */
const END_MS = 1500;
const LATE_END = `
const left = setTimeout(() => process.kill(Number(process.argv[1]), 'SIGKILL'), ${END_MS});
process.stdin.on('end', () => clearTimeout(left)).resume();`;

/**
 * `process.exit` waits for its threads, and one that waits for the operating system (a file server
 * that does not answer) never comes: a second process sees by its pipe whether this one has gone,
 * and kills it (137) when it has not.
 */
function exitNow(code: number): never {
  try {
    const stdio = ['pipe', 'ignore', 'ignore'] as const;
    const args = ['-e', LATE_END, String(process.pid)];
    spawn(process.execPath, args, { stdio: [...stdio] }).on('error', () => undefined);
  } catch {
    // No process to be had: most end without.
  }
  process.exit(code);
}

/** no-color.org: any non-empty NO_COLOR; FORCE_COLOR turns it on where there is no terminal. */
export function wantsColor(env: Terminal['env'], isTTY: boolean | undefined): boolean {
  if ((env['NO_COLOR'] ?? '') !== '') return false;
  const forced = env['FORCE_COLOR'];
  if (forced !== undefined && forced !== '' && forced !== '0') return true;
  return isTTY === true && env['TERM'] !== 'dumb';
}

function isClosedPipe({ code }: NodeJS.ErrnoException): boolean {
  return code === 'EPIPE' || code === 'ERR_STREAM_DESTROYED';
}

function drained(stream: NodeJS.WriteStream): Promise<void> {
  if (stream.destroyed || stream.writableLength === 0) return Promise.resolve();
  return new Promise((resolve) => {
    stream.once('error', () => resolve());
    stream.write('', () => resolve());
  });
}

function onSignal(callback: Parameters<Terminal['onSignal']>[0]): () => void {
  const onInt = () => callback('SIGINT');
  const onTerm = () => callback('SIGTERM');
  // The terminal was closed: what has been measured is kept all the same.
  const onHup = () => callback('SIGHUP');
  process.on('SIGINT', onInt);
  process.on('SIGTERM', onTerm);
  process.on('SIGHUP', onHup);
  // Ctrl-Break of Windows; elsewhere there is no such signal.
  process.on('SIGBREAK', onTerm);
  return () => {
    process.off('SIGINT', onInt);
    process.off('SIGTERM', onTerm);
    process.off('SIGHUP', onHup);
    process.off('SIGBREAK', onTerm);
  };
}

/** Who is told of what escaped; the last one. */
const faultTakers: ((error: unknown) => void)[] = [];

function tellFault(error: unknown): void {
  faultTakers.at(-1)?.(error);
}

function onFault(callback: (error: unknown) => void): () => void {
  if (faultTakers.length === 0) process.on('uncaughtException', tellFault);
  faultTakers.push(callback);
  return () => {
    const at = faultTakers.lastIndexOf(callback);
    if (at >= 0) faultTakers.splice(at, 1);
    if (faultTakers.length === 0) process.off('uncaughtException', tellFault);
  };
}

/** Columns that a line of standard output has; a pipe has no end. */
export function widthOf(terminal: Pick<Terminal, 'outIsTTY' | 'columns'>): number {
  return terminal.outIsTTY ? terminal.columns() : Infinity;
}

/** A path as the user would type it. */
export function shownPath(terminal: Pick<Terminal, 'cwd'>, path: string): string {
  const near = relative(terminal.cwd, resolve(terminal.cwd, path));
  return near.startsWith('..') ? path : near;
}

/** A word that a shell takes as it is meant, and a terminal shows harmlessly. */
export function shellWord(word: string, platform: string = process.platform): string {
  // What must not reach a terminal.
  const shown = word.replace(/[\u0000-\u001f\u007f-\u009f]/g, '?');
  if (platform === 'win32') return /^[\w+:./\\-]+$/.test(shown) ? shown : windowsWord(shown);
  return /^[\w@%+=:,./-]+$/.test(shown) ? shown : `'${shown.replaceAll("'", `'\\''`)}'`;
}

/**
 * For cmd.exe and PowerShell, which know double quotes; a backslash before one has to be doubled. In
 * them PowerShell reads `$` and backticks: such a word is quoted its way, which cmd.exe does not know.
 */
function windowsWord(word: string): string {
  if (/[$`]/.test(word) && !word.includes('"')) return `'${word.replaceAll("'", "''")}'`;
  const inner = word.replace(/(\\*)"/g, '$1$1\\"').replace(/\\+$/, (ends) => ends + ends);
  return `"${inner}"`;
}
