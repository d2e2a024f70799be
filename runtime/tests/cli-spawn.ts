// Runs the built command line in a folder of its own.
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Summary } from '../metrics/summary.ts';
import { endedWithTests } from './ended-with-tests.ts';
import { MOVED_CLOCK } from './moved-clock.ts';

const MAIN = fileURLToPath(new URL('../../dist/runtime/cli/main.js', import.meta.url));

export interface Finished {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

export interface Running {
  readonly done: Promise<Finished>;
  readonly pid: number;
  kill(signal: NodeJS.Signals): void;
  /** Resolves, with all of stderr so far, once that holds the text. */
  says(text: string): Promise<string>;
  /** The same of stdout. */
  prints(text: string): Promise<string>;
  closeOutput(): void;
}

/** A folder with files in it, gone after `remove`. */
export class Place {
  readonly folder = mkdtempSync(join(tmpdir(), 'dicomrun-cli-'));

  constructor(files: Readonly<Record<string, string>> = {}) {
    for (const [name, text] of Object.entries(files)) this.write(name, text);
  }

  write(name: string, text: string): void {
    const file = join(this.folder, name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }

  start(args: readonly string[], env: Readonly<Record<string, string>> = {}): Running {
    const child = spawn(process.execPath, [MAIN, ...args], {
      cwd: this.folder,
      env: {
        ...MOVED_CLOCK,
        PATH: process.env['PATH'] ?? '',
        HOME: this.folder,
        TMPDIR: this.folder,
        ...env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    endedWithTests(child);
    let out = '';
    let err = '';
    const listeners = new Set<() => void>();
    const heard = (): void => {
      for (const listener of [...listeners]) listener();
    };
    child.stdout.on('data', (chunk: Buffer) => {
      out += chunk.toString();
      heard();
    });
    child.stderr.on('data', (chunk: Buffer) => {
      err += chunk.toString();
      heard();
    });
    const until = (said: () => string, text: string): Promise<string> =>
      new Promise((resolve) => {
        const look = () => {
          if (!said().includes(text)) return;
          listeners.delete(look);
          resolve(said());
        };
        listeners.add(look);
        look();
      });
    const done = new Promise<Finished>((resolve) => {
      child.on('close', (code) => resolve({ code, out, err }));
    });
    return {
      done,
      pid: child.pid ?? 0,
      kill: (signal) => child.kill(signal),
      closeOutput: () => child.stdout.destroy(),
      says: (text) => until(() => err, text),
      prints: (text) => until(() => out, text),
    };
  }

  run(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Finished> {
    return this.start(args, env).done;
  }

  /** Folders of the runs so far, oldest first. */
  runs(): readonly string[] {
    return readdirSync(join(this.folder, 'results'), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => join(this.folder, 'results', name))
      .sort();
  }

  /** Summary of the newest run. */
  summary(): Summary {
    const folder = this.runs().at(-1) ?? '';
    return JSON.parse(readFileSync(join(folder, 'summary.json'), 'utf8')) as Summary;
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** A script that stores a new study of two small images per iteration. */
export const STORE_SCRIPT = `import dicom from 'dicom';
import { check } from 'k6';
const pacs = dicom.peer({});
const ct = dicom.synthetic({ modality: 'CT', rows: 32, columns: 32 });
export default async function () {
  const study = dicom.study({ images: 2, from: ct });
  await using association = await pacs.associate({ for: study });
  for (const image of study.images) {
    check(await association.store(image), { stored: (r) => r.ok });
  }
}
`;
