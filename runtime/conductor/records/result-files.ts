// The folder of one run and the line files in it. A disk that fails costs the file, not the run.
import { createWriteStream, existsSync } from 'node:fs';
import type { WriteStream } from 'node:fs';
import { join } from 'node:path';
import { DicomRunError, ExitCode } from '../../errors.ts';
import { makeFolders } from '../../make-folders.ts';
import { openToAppend } from '../../own-file.ts';
import { RUNLOG_FILE } from '../../runlog/format.ts';

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
export function makeRunFolder(resultsDir: string, id: string): string {
  if (/[\\/\u0000-\u001f]|^\.{0,2}$/.test(id)) {
    throw new DicomRunError(ExitCode.CONFIG, {
      code: 'CONFIG_RESULTS_DIR',
      message: `testid: must be the name of a folder, got ${JSON.stringify(id)}`,
      hint: 'e.g. --testid nightly-42; --results DIR says where the folders of runs are made',
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

/** Appends lines to a file that is made with the first of them. */
export class LineFile {
  readonly path: string;
  readonly #onError: (message: string) => void;
  #stream: WriteStream | null = null;
  #broken = false;
  #lines = 0;

  constructor(path: string, onError: (message: string) => void) {
    this.path = path;
    this.#onError = onError;
  }

  /** True once a line was written. */
  get used(): boolean {
    return this.#lines > 0;
  }

  /** Adds text that ends with, or is given, one newline. */
  append(text: string): void {
    if (this.#broken) return;
    this.#stream ??= this.#open();
    if (this.#stream === null) return;
    this.#lines += 1;
    this.#stream.write(text.endsWith('\n') ? text : `${text}\n`);
  }

  /** Resolves when all is written. */
  close(): Promise<void> {
    const stream = this.#stream;
    if (stream === null || this.#broken) return Promise.resolve();
    return new Promise((resolve) => {
      stream.once('error', () => resolve());
      stream.end(() => resolve());
    });
  }

  #open(): WriteStream | null {
    let fd: number;
    try {
      fd = openToAppend(this.path);
    } catch (error) {
      this.#broken = true;
      const why = error instanceof Error ? error.message : String(error);
      this.#onError(`${this.path}: ${why}; nothing is written to it`);
      return null;
    }
    const stream = createWriteStream(this.path, { fd });
    stream.on('error', (error) => {
      this.#broken = true;
      this.#onError(`${this.path}: ${error.message}; nothing more is written to it`);
    });
    return stream;
  }
}
