// A meeting point of agents for whole-run tests: an engine, and agents as processes on this machine.
import { join } from 'node:path';
import { anyPortFree } from './peers.ts';
import type { Host } from './namespaces.ts';
import type { Bench, CliOptions, CliProcess } from './run-cli.ts';

/** An engine with TLS and keys of its own, and agents that dial it. */
export class Site {
  readonly #bench: Bench;
  readonly #folder: string;
  readonly #port: number;
  readonly #running: CliProcess[] = [];
  readonly #address: string;
  /** How engine and coordinator are started. */
  readonly #options: CliOptions;
  engine: CliProcess;

  constructor(bench: Bench, folder: string, port: number, host?: Host) {
    this.#bench = bench;
    this.#address = host?.address ?? '127.0.0.1';
    this.#options = host === undefined ? LONG : { ...LONG, node: host.node };
    this.#folder = folder;
    this.#port = port;
    this.engine = this.start();
  }

  /** `host`: where engine and coordinator are; else here. */
  static async open(bench: Bench, folder: string, host?: Host): Promise<Site> {
    const site = new Site(bench, folder, await anyPortFree(), host);
    await site.engine.says('dicomrun run SCRIPT');
    return site;
  }

  get port(): number {
    return this.#port;
  }

  start(): CliProcess {
    const listen = `${this.#address}:${this.#port}`;
    const words = ['engine', '--listen', listen, '--dir', this.#folder];
    this.engine = this.#bench.start(words, this.#options);
    this.#running.push(this.engine);
    return this.engine;
  }

  creds(role: 'agent' | 'coordinator'): string[] {
    return ['--creds', join(this.#folder, `${role}.creds`)];
  }

  agent(name: string, ...more: readonly string[]): Promise<CliProcess> {
    return this.agentWith({}, name, ...more);
  }

  async agentWith(
    options: CliOptions,
    name: string,
    ...more: readonly string[]
  ): Promise<CliProcess> {
    const flags = ['--name', name, '--results', join(this.#folder, 'parts')];
    const words = ['agent', ...this.creds('agent'), ...flags, ...more];
    const agent = this.#bench.start(words, { ...LONG, ...options });
    this.#running.push(agent);
    await agent.says('waiting for runs');
    return agent;
  }

  run(agents: string, ...more: readonly string[]): CliProcess {
    const flags = [...this.creds('coordinator'), '--agents', agents, '--no-report'];
    return this.#bench.start(['run', 'steady.ts', ...flags, ...more], this.#options);
  }

  /** Goes on with a run whose coordinator was killed. */
  resume(testid: string, ...more: readonly string[]): CliProcess {
    const flags = [...this.creds('coordinator'), '--resume', testid, '--no-report'];
    return this.#bench.start(['run', 'steady.ts', ...flags, ...more], this.#options);
  }

  async close(): Promise<void> {
    for (const one of [...this.#running].reverse()) one.signal('SIGTERM');
    await Promise.all(this.#running.map(({ ended }) => ended.catch(() => undefined)));
  }
}

export const LONG = { timeoutMs: 110_000 };
