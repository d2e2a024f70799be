// An engine, agents and runs on them for a benchmark: processes of this machine.
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Bench, Case } from './bench.ts';
import { CLI, freePort, has } from './peers.ts';
import type { Row } from './tally.ts';

/** A process and what it said, each word with the time at which it was there. */
export class Said {
  readonly child: ChildProcess;
  readonly ended: Promise<number | null>;
  #text = '';
  #tell: () => void = () => undefined;

  constructor(args: readonly string[], cwd: string) {
    this.child = spawn(process.execPath, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
    const take = (chunk: Buffer): void => {
      this.#text += chunk.toString();
      this.#tell();
    };
    this.child.stdout?.on('data', take);
    this.child.stderr?.on('data', take);
    this.ended = new Promise((resolve) =>
      this.child.once('close', (code) => {
        resolve(code);
        this.#tell();
      }),
    );
    const kill = (): void => void this.child.kill('SIGKILL');
    process.once('exit', kill);
    void this.ended.then(() => process.off('exit', kill));
  }

  get text(): string {
    return this.#text;
  }

  /** `performance.now()` when it had said so. */
  async says(words: RegExp): Promise<number> {
    while (!words.test(this.#text)) {
      if (this.child.exitCode !== null)
        throw new Error(`never said ${words.source}:\n${this.#text}`);
      await new Promise<void>((resolve) => (this.#tell = resolve));
    }
    return performance.now();
  }
}

/** An engine, agents, and a folder for all they leave. */
export class Site {
  readonly folder = mkdtempSync(join(tmpdir(), 'dicomrun-bench-agents-'));
  readonly #started: Said[] = [];
  readonly #port: number;
  engine: Said;

  constructor(port: number) {
    this.#port = port;
    this.engine = this.startEngine();
  }

  static async open(): Promise<Site> {
    const site = new Site(await freePort());
    await site.engine.says(/dicomrun run SCRIPT/);
    return site;
  }

  startEngine(): Said {
    const listen = `127.0.0.1:${this.#port}`;
    this.engine = this.start(['engine', '--listen', listen, '--dir', 'engine']);
    return this.engine;
  }

  start(args: readonly string[]): Said {
    return this.program([CLI, ...args]);
  }

  program(args: readonly string[]): Said {
    const one = new Said(args, this.folder);
    this.#started.push(one);
    return one;
  }

  creds(role: 'agent' | 'coordinator'): string {
    return join(this.folder, 'engine', `${role}.creds`);
  }

  async agents(count: number): Promise<readonly Said[]> {
    const all = Array.from({ length: count }, (_, i) =>
      this.start(['agent', '--creds', this.creds('agent'), '--name', `a${i}`]),
    );
    await Promise.all(all.map((one) => one.says(/waiting for runs/)));
    return all;
  }

  run(source: string, agents: number, id: string): Said {
    writeFileSync(join(this.folder, `${id}.ts`), source);
    const flags = ['--creds', this.creds('coordinator'), '--agents', String(agents)];
    return this.start(['run', `${id}.ts`, ...flags, '--testid', id, '--no-report']);
  }

  summary(id: string): Summary {
    return JSON.parse(
      readFileSync(join(this.folder, 'results', id, 'summary.json'), 'utf8'),
    ) as Summary;
  }

  async close(): Promise<void> {
    for (const { child } of [...this.#started].reverse()) child.kill('SIGTERM');
    await Promise.all(this.#started.map(({ ended }) => ended));
    rmSync(this.folder, { recursive: true, force: true });
  }
}

export interface Summary {
  readonly run: { readonly startedAt: string };
  readonly metrics: Readonly<Record<string, { readonly values: Readonly<Record<string, number>> }>>;
  readonly execution: { readonly iterations: number; readonly dropped: number };
}

export async function atSite<T>(what: (site: Site) => Promise<T>): Promise<T> {
  const site = await Site.open();
  try {
    return await what(site);
  } finally {
    await site.close();
  }
}

/** Needs a server that may not be there. */
export const withServer =
  (measure: (bench: Bench) => Promise<readonly Row[]>): Case =>
  async (bench) => {
    if (has('nats-server') || existsSync('/usr/sbin/nats-server')) return measure(bench);
    bench.note('nats-server is not installed: no figures of agents');
    return [];
  };
