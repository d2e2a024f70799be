// Files of samples that agents write beside the logs of their parts: the results of the whole name
// them, with their hosts. Those of agents of this machine alone, whose folders go with them, are kept.
import { copyFileSync } from 'node:fs';
import { dirname, extname, join } from 'node:path';
import type { Remote } from '../../agents/remote.ts';
import type { OutputResult } from '../../metrics/summary.ts';
import { influxUrl } from '../../outputs/influxdb/influxdb-kind.ts';
import type { OutputConfig } from '../../outputs/kind.ts';
import type { Output } from '../../outputs/output.ts';
import { makeFolders } from '../../make-folders.ts';
import { SAMPLES_FILE } from '../../runlog/format.ts';

const OWNER_ONLY = 0o700;

/** @param keep whether the files are to be brought to where the command line says */
export function agentFiles(
  remotes: readonly Remote[],
  files: readonly OutputConfig[],
  keep: boolean,
): readonly Output[] {
  return remotes.flatMap((remote) =>
    files.map((config, at) => new AgentFile(remote, { config, at, keep })),
  );
}

interface Which {
  readonly config: OutputConfig;
  /** Its number among the files of an agent. */
  readonly at: number;
  readonly keep: boolean;
}

/** Where the single samples that agents keep are to go. */
export interface SamplesTo {
  /** The database, as it is written after `--out`. */
  readonly config: OutputConfig;
  /** Number of the kept file among the outputs of an agent. */
  readonly at: number;
  /** Of agents of this machine alone: the folder of the run, where they are kept and brought from. */
  readonly keep: string | null;
  readonly onMessage: (message: string) => void;
}

export function agentSamples(remotes: readonly Remote[], to: SamplesTo): readonly Output[] {
  return remotes.map((remote) => new AgentSamples(remote, to));
}

/** What another process writes; told when that has ended. */
abstract class Elsewhere implements Output {
  readonly name: string;
  readonly destination: string;
  readonly remote: Remote;

  constructor(name: string, remote: Remote) {
    this.name = name;
    this.destination = `agent ${remote.shown}`;
    this.remote = remote;
  }

  start(): Promise<void> {
    return Promise.resolve();
  }

  wake(): void {
    // It is written elsewhere.
  }

  abstract finish(drainMs: number): Promise<OutputResult>;

  /** The agent never said what became of it. */
  untold(): OutputResult {
    const { name, destination } = this;
    const { lost } = this.remote;
    const note = `not told by the agent${lost === null ? '' : ` (${lost})`}`;
    return { name, destination, written: 0, rejected: 0, unwritten: 0, note };
  }
}

class AgentFile extends Elsewhere {
  readonly #which: Which;

  constructor(remote: Remote, which: Which) {
    super(which.config.kind, remote);
    this.#which = which;
  }

  finish(): Promise<OutputResult> {
    const { at, keep } = this.#which;
    const result = this.remote.end?.outputs[at];
    if (result === undefined) return Promise.resolve(this.untold());
    const path = keep
      ? this.#kept(result.destination)
      : `${this.destination}: ${result.destination}`;
    return Promise.resolve({ ...result, destination: path });
  }

  /** `x.csv` of agent local-1 becomes `x-local-1.csv`. */
  #kept(from: string): string {
    const { to } = this.#which.config;
    const end = to.endsWith('.gz') ? extname(to.slice(0, -3)) + '.gz' : extname(to);
    const path = `${to.slice(0, to.length - end.length)}-${this.remote.name}${end}`;
    copyFileSync(from, path);
    return path;
  }
}

class AgentSamples extends Elsewhere {
  readonly #to: SamplesTo;

  constructor(remote: Remote, to: SamplesTo) {
    super('samples', remote);
    this.#to = to;
  }

  async finish(drainMs: number): Promise<OutputResult> {
    const { at, keep, config, onMessage } = this.#to;
    const result = this.remote.end?.outputs[at];
    if (result === undefined) return this.untold();
    const samples = { ...config, options: { ...config.options, mode: 'samples' } };
    const { replayCommand, replayToInfluxdb } = await import('../../outputs/influxdb/influxdb.ts');
    const url = influxUrl(samples);
    if (keep !== null) {
      const folder = this.#kept(result.destination, keep);
      return replayToInfluxdb(folder, url, onMessage, drainMs);
    }
    const note = `at that host: ${replayCommand(dirname(result.destination), url)}`;
    return { ...result, destination: `${this.destination}: ${result.destination}`, note };
  }

  /** In a folder of its own, from where it can be brought again. */
  #kept(from: string, run: string): string {
    const folder = join(run, this.remote.name);
    makeFolders(folder, OWNER_ONLY);
    copyFileSync(from, join(folder, SAMPLES_FILE));
    return folder;
  }
}
