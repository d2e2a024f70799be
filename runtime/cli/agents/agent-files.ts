// Files of samples that agents write beside the logs of their parts: the results of the whole name
// them, with their hosts. Those of agents of this machine alone, whose folders go with them, are kept.
import { copyFileSync } from 'node:fs';
import { extname } from 'node:path';
import type { Remote } from '../../agents/remote.ts';
import type { OutputResult } from '../../metrics/summary.ts';
import type { OutputConfig } from '../../outputs/kind.ts';
import type { Output } from '../../outputs/output.ts';

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

class AgentFile implements Output {
  readonly name: string;
  readonly destination: string;
  readonly #remote: Remote;
  readonly #which: Which;

  constructor(remote: Remote, which: Which) {
    this.name = which.config.kind;
    this.destination = `agent ${remote.shown}`;
    this.#remote = remote;
    this.#which = which;
  }

  start(): Promise<void> {
    return Promise.resolve();
  }

  wake(): void {
    // It is written elsewhere.
  }

  finish(): Promise<OutputResult> {
    const { name, destination } = this;
    const { end, lost } = this.#remote;
    const { at, keep } = this.#which;
    const result = end?.outputs[at];
    if (result !== undefined) {
      const path = keep ? this.#kept(result.destination) : `${destination}: ${result.destination}`;
      return Promise.resolve({ ...result, destination: path });
    }
    const note = `not told by the agent${lost === null ? '' : ` (${lost})`}`;
    return Promise.resolve({
      name,
      destination,
      written: 0,
      rejected: 0,
      unwritten: 0,
      note,
    });
  }

  /** `x.csv` of agent local-1 becomes `x-local-1.csv`. */
  #kept(from: string): string {
    const { to } = this.#which.config;
    const end = to.endsWith('.gz') ? extname(to.slice(0, -3)) + '.gz' : extname(to);
    const path = `${to.slice(0, to.length - end.length)}-${this.#remote.name}${end}`;
    copyFileSync(from, path);
    return path;
  }
}
