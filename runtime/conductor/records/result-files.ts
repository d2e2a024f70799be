// The folder of one run and the line files in it. A disk that fails costs the file, not the run.
import { closeSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { DicomRunError, ExitCode } from '../../errors.ts';
import { makeFolders, windowsFault } from '../../make-folders.ts';
import { openToAppend } from '../../own-file.ts';
import { RUNLOG_FILE } from '../../runlog/format.ts';
import { WaitingLines } from '../../runlog/waiting-lines.ts';
import type { Write } from '../../runlog/waiting-lines.ts';

/** Files of a run, by what is in them. */
export const RESULT_FILES = {
  errors: 'errors.ndjson',
  ledger: 'ledger.jsonl',
  summary: 'summary.json',
  report: 'report.html',
  junit: 'junit.xml',
} as const;

/** `20261121-0412-gi-routing-7f3a`: sortable, and unique enough for one folder. */
export function newRunId(epochMs: number, script: string, random: number): string {
  const stamp = new Date(epochMs).toISOString().replace(/[-:]/g, '').replace('T', '-').slice(0, 15);
  const name = script
    .replace(/^.*[\\/]/, '')
    .replace(/\.[^.]*$/, '')
    .replace(/[^A-Za-z0-9_-]+/g, '-')
    .slice(0, 40);
  const tail = Math.floor(random * 0x10000).toString(16);
  return `${stamp}-${name === '' ? 'run' : name}-${tail.padStart(4, '0')}`;
}

/** Makes the folder of a run. @throws DicomRunError 104 when it cannot be written. */
export function makeRunFolder(
  resultsDir: string,
  id: string,
  platform: string = process.platform,
): string {
  if (/[\\/\u0000-\u001f]|^\.{0,2}$/.test(id)) {
    throw new DicomRunError(ExitCode.CONFIG, {
      code: 'CONFIG_RESULTS_DIR',
      message: `testid: must be the name of a folder, got ${JSON.stringify(id)}`,
      hint: 'e.g. --testid nightly-42; --results DIR says where the folders of runs are made',
    });
  }
  const fault = platform === 'win32' ? windowsFault(id) : null;
  if (fault !== null) {
    throw new DicomRunError(ExitCode.CONFIG, {
      code: 'CONFIG_RESULTS_DIR',
      message: `testid ${JSON.stringify(id)} cannot be the name of a folder: ${fault}`,
      hint: 'e.g. --testid nightly-42',
    });
  }
  const folder = join(resultsDir, id);
  if (existsSync(join(folder, RUNLOG_FILE))) {
    throw new DicomRunError(ExitCode.CONFIG, {
      code: 'CONFIG_RESULTS_DIR',
      message: `results folder "${folder}" holds a run already`,
      hint: 'choose another --testid, or leave it away',
    });
  }
  try {
    makeFolders(folder, 0o755);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new DicomRunError(ExitCode.CONFIG, {
      code: 'CONFIG_RESULTS_DIR',
      message: `results folder "${folder}" cannot be made: ${why}`,
      hint: 'choose another with --results DIR',
    });
  }
  return folder;
}

/** More than this waits for no disk. */
const MOST_WAITING_BYTES = 8 * 1024 * 1024;
/** Lines are written so often, and a disk that refused is asked again as often. */
const WRITE_EVERY_MS = 500;

/** Appends lines to a file that is made with the first of them; goes on where space returns. */
export class LineFile {
  readonly path: string;
  readonly #onProblem: (message: string) => void;
  readonly #waiting: WaitingLines;
  #pending = '';
  #pendingLines = 0;
  #lines = 0;
  #fd: number | null = null;
  #failed = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(path: string, onProblem: (message: string) => void, write?: Write) {
    this.path = path;
    this.#onProblem = onProblem;
    this.#waiting = new WaitingLines(MOST_WAITING_BYTES, write);
  }

  /** True once a line was added. */
  get used(): boolean {
    return this.#lines > 0;
  }

  /** Adds text that ends with, or is given, one newline. */
  append(text: string): void {
    this.#pending += text.endsWith('\n') ? text : `${text}\n`;
    this.#pendingLines++;
    this.#lines++;
    this.#timer ??= setInterval(() => this.flush(), WRITE_EVERY_MS).unref();
  }

  flush(): void {
    if (this.#pendingLines > 0) {
      this.#waiting.add(this.#pending, { records: this.#pendingLines, points: 0 });
      this.#pending = '';
      this.#pendingLines = 0;
    }
    if (!this.used) return;
    try {
      this.#fd ??= openToAppend(this.path);
      this.#waiting.writeTo(this.#fd);
      if (this.#failed) this.#onProblem(`${this.path}: written again`);
      this.#failed = false;
    } catch (error) {
      if (this.#failed) return;
      this.#failed = true;
      const why = error instanceof Error ? error.message : String(error);
      this.#onProblem(`${this.path}: ${why}; its lines wait until it can be written`);
    }
  }

  /** The last try. */
  close(): void {
    clearInterval(this.#timer);
    this.flush();
    const { records } = this.#waiting.lost;
    if (records > 0) this.#onProblem(`${this.path}: ${records} entries could not be written`);
    if (this.#fd !== null) closeSync(this.#fd);
    this.#fd = null;
  }
}
