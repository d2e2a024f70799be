// Examples as they are, with a target that does something wrong: a copy of the folder, and at the end
// of the script the fault, merged into its own `options.simulate`.
import { execFileSync } from 'node:child_process';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../example-list.ts';
import { Bench } from '../run-cli.ts';
import type { Fault } from './faults.ts';
import { stationsOf } from './faults.ts';
import type { Subject } from './subject.ts';

export interface Outcome {
  /** Exit code; null when it was not over in time. */
  readonly code: number | null;
  /** Lines of the screen that say what is wrong. */
  readonly said: string;
  readonly all: string;
}

const LONGEST_MS = 120_000;
/** What is waited for in vain need not be waited for long. */
const PATIENCE = "timeout: '3s'";

const MERGE = `
function mergeFault(into: any, from: any): any {
  if (Array.isArray(into) && Array.isArray(from)) return [...from, ...into];
  if (typeof into !== 'object' || typeof from !== 'object') return from;
  const keys = [...Object.keys(into), ...Object.keys(from)];
  return Object.fromEntries(
    keys.map((key) => [key, key in into && key in from ? mergeFault(into[key], from[key]) : (from[key] ?? into[key])]),
  );
}
`;

export class Saboteur {
  readonly #bench = new Bench('sabotage');
  readonly #certificates: string;
  readonly #sent: string;
  #copies = 0;

  constructor() {
    this.#certificates = join(this.#bench.folder, 'certificates');
    execFileSync('sh', [join(ROOT, 'examples/scenarios/certificates.sh'), this.#certificates]);
    this.#sent = join(this.#bench.folder, 'sent');
  }

  /** Files for the scripts that look at files. */
  async prepare(): Promise<void> {
    await this.#bench.run(['generate', this.#sent, '--modality', 'CT', '--count', '3']);
  }

  /** Runs a script under a fault. */
  async run(subject: Subject, fault: Fault): Promise<Outcome> {
    const folder = join(this.#bench.folder, `copy-${this.#copies++}`);
    cpSync(join(ROOT, 'examples'), folder, { recursive: true });
    const file = join(folder, subject.file);
    sabotage(file, fault);
    hurry(join(folder, 'lib/arrival.ts'));
    const files = this.#filesOf(folder);
    if (fault.damage !== undefined) fault.damage(files.WRITTEN);
    const args = ['run', file, '--no-report', '--settle', '2s', ...(subject.flags ?? [])];
    const run = this.#bench.run(args, {
      env: {
        ...{ SCALE: 'ci', CERTS: this.#certificates, RECEIVED: join(folder, 'received') },
        ...{ CFIND_TIMEOUT: '3', ...files, ...subject.env, ...fault.env },
      },
      timeoutMs: LONGEST_MS,
    });
    return run.then(
      ({ code, stdout, stderr }) => {
        const all = stdout + stderr;
        return { code, said: complaints(all), all };
      },
      (late: Error) => ({ code: null, said: '', all: late.message }),
    );
  }

  #filesOf(folder: string): { readonly SENT: string; readonly WRITTEN: string } {
    const WRITTEN = join(folder, 'written');
    cpSync(this.#sent, WRITTEN, { recursive: true });
    return { SENT: this.#sent, WRITTEN };
  }

  remove(): void {
    this.#bench.remove();
  }
}

/** Makes patience shorter. */
function hurry(file: string): string {
  const text = readFileSync(file, 'utf8')
    .replace(/\btimeout: '\d+[ms]'/g, PATIENCE)
    .replace(/\.expect\((\w+)\)/g, `.expect($1, { ${PATIENCE} })`)
    .replace(/\.expect\((\w+), \{(?![^}]*timeout)/g, `.expect($1, { ${PATIENCE},`);
  writeFileSync(file, text);
  return text;
}

/** The fault at the end of the script. */
function sabotage(file: string, fault: Fault): void {
  const text = hurry(file);
  const changed = fault.change === undefined ? text : fault.change(text);
  if (fault.change !== undefined && changed === text) throw new Error(`${file}: nothing to change`);
  const stations = JSON.stringify(stationsOf(fault));
  const fitted =
    stations === '{}'
      ? ''
      : `${MERGE}(options as any).simulate = mergeFault((options as any).simulate ?? {}, ${stations});\n`;
  const hasOptions = /export const options\b/.test(changed);
  const own = hasOptions ? '' : 'export const options = {};\n';
  writeFileSync(file, `${changed}\n${fitted === '' ? '' : own}${fitted}`);
}

/** What fails the run, as a person reads it: the headline, crosses, and the section of errors. */
function complaints(text: string): string {
  const lines = text.split('\n');
  const from = lines.findIndex((line) => line.startsWith('ERRORS'));
  const errors = from < 0 ? [] : lines.slice(from);
  const end = errors.indexOf('');
  const marked = lines.filter((line) => /^FAIL|^\s*✗/.test(line));
  return [...marked, ...errors.slice(0, end < 0 ? undefined : end)].join('\n');
}
