// One run on agents: the request of an ordinary run, with the agents as its crew.
import { basename, join } from 'node:path';
import type { Bus } from '../../agents/bus.ts';
import { Coordinator } from '../../agents/coordinator.ts';
import type { Remote } from '../../agents/remote.ts';
import type { BuiltScript, RunContext } from '../../conductor/run-types.ts';
import { DicomRunError, ExitCode } from '../../errors.ts';
import { isFileKind } from '../../outputs/file-output.ts';
import type { OutputConfig } from '../../outputs/kind.ts';
import type { ExecuteRequest } from '../run/execute.ts';
import { preflightPeer } from '../run/preflight.ts';
import { ScriptSource } from '../run/script-source.ts';
import { version } from '../version.ts';
import { agentFiles } from './agent-files.ts';
import type { AgentFlags } from './on-agents.ts';
import { ship } from './ship.ts';

export interface ConductedParts {
  readonly flags: AgentFlags;
  readonly testid: string;
  readonly bus: Bus;
  /** What the run is called on the bus. */
  readonly run: string;
  readonly remotes: readonly Remote[];
  /** The agents are of this machine, and only for this command. */
  readonly isLocal: boolean;
}

export class ConductedRun {
  readonly request: ExecuteRequest;
  readonly #base: ExecuteRequest;
  readonly #parts: ConductedParts;
  readonly #source: ScriptSource;
  readonly #coordinator: Coordinator;
  #built: BuiltScript | null = null;
  /** Of single samples, as each agent writes them. */
  #files: readonly OutputConfig[] = [];

  constructor(base: ExecuteRequest, parts: ConductedParts) {
    this.#base = base;
    this.#parts = parts;
    this.#source = new ScriptSource(base);
    this.#coordinator = this.#newCoordinator();
    this.request = this.#newRequest();
  }

  /** Whoever still waits for a word of ours is let go. */
  abandon(): Promise<void> {
    return this.#coordinator.abandon('the coordinator has ended');
  }

  #newCoordinator(): Coordinator {
    const { bus, run, remotes, flags } = this.#parts;
    const { screen, stopper } = this.#base;
    return new Coordinator({
      ...{ bus, run, remotes, stopper, version: version() },
      lostAllowed: flags.lostAllowed,
      orphanMs: flags.orphanMs,
      say: (level, message) => screen.log({ kind: 'log', level, message }),
      ship: (context) => this.#ship(context),
    });
  }

  #ship(context: RunContext): Promise<string> {
    const { bus, flags } = this.#parts;
    const { script, terminal } = this.#base;
    if (this.#built === null) throw new Error('not built');
    const { secret: secrets = [], orphanMs } = flags;
    const sent = { script, built: this.#built, context, secrets, orphanMs, env: terminal.env };
    return ship(bus, { ...sent, files: this.#files, state: this.#source.state });
  }

  #newRequest(): ExecuteRequest {
    const [source, files] = [this.#source, () => this.#files];
    const { remotes, isLocal } = this.#parts;
    const own = this.#base.outputs ?? [];
    return {
      ...this.#base,
      crew: this.#coordinator,
      get notes() {
        return [whoCarries(remotes), ...whoWrites(files(), isLocal)];
      },
      get outputs() {
        return [...own, ...agentFiles(remotes, files(), isLocal)];
      },
      source: {
        get state() {
          return source.state;
        },
        build: async () => (this.#built = await source.build()),
        resolve: async (loaded) => this.#forAgents(await source.resolve(loaded)),
      },
      preflight: isNamed,
    };
  }

  #forAgents(options: RunContext['options']): RunContext['options'] {
    refuseRaw(options);
    const testid = options.testid ?? this.#parts.testid;
    const folder = join(options.resultsDir, testid);
    this.#files = options.outputs.filter(isFileKind).map((one) => atPath(one, folder));
    return { ...options, testid, outputs: options.outputs.filter((one) => !isFileKind(one)) };
  }
}

/** Who carries the load, for the plan block. */
function whoCarries(remotes: readonly Remote[]): string {
  const names = remotes.map(({ shown, info }) => `${shown}, ${info.cores} cores`);
  const many = names.length > 6 ? [...names.slice(0, 5), `${names.length - 5} more`] : names;
  return `load on ${remotes.length} agents: ${many.join('; ')}`;
}

/** Where single samples are to be found. */
function whoWrites(files: readonly OutputConfig[], isLocal: boolean): readonly string[] {
  const where = isLocal
    ? 'a file of each agent'
    : 'in the results folder of each agent, at its host';
  return files.map(({ to }) => `samples: ${basename(to)}, ${where}`);
}

/** Each agent has its own way to the target; that there is one is known here. @throws DicomRunError 104 */
function isNamed(context: RunContext): Promise<void> {
  if (!context.embedded) preflightPeer(context);
  return Promise.resolve();
}

/** `samples.csv` in the folder of the run, unless the command line names a file. */
function atPath(config: OutputConfig, folder: string): OutputConfig {
  return config.to === '' ? { ...config, to: join(folder, `samples.${config.kind}`) } : config;
}

/** A database of samples has one writer. @throws DicomRunError 104 */
function refuseRaw({ outputs }: RunContext['options']): void {
  const raw = outputs.find(({ options }) => options['mode'] === 'raw');
  if (raw === undefined) return;
  throw new DicomRunError(ExitCode.CONFIG, {
    code: 'AGENTS_SAMPLES',
    message: `--out ${raw.kind} with mode=raw: single samples stay on the agents, which send sums and histograms`,
    hint: 'without mode=raw; --out json or --out csv makes a file of samples on each agent',
  });
}
