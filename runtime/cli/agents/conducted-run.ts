// One run on agents: the request of an ordinary run, with the agents as its crew.
import { existsSync, renameSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Bus } from '../../agents/bus.ts';
import { Coordinator } from '../../agents/coordinator.ts';
import { encodeJson } from '../../agents/protocol.ts';
import type { RunNote } from '../../agents/protocol.ts';
import type { Remote } from '../../agents/remote.ts';
import type { BuiltScript, RunContext } from '../../conductor/run-types.ts';
import { newRunNumber } from '../../conductor/share.ts';
import { DicomRunError, ExitCode } from '../../errors.ts';
import { isFileKind } from '../../outputs/file-output.ts';
import type { OutputConfig } from '../../outputs/kind.ts';
import type { ExecuteRequest } from '../run/execute.ts';
import { preflightPeer } from '../run/preflight.ts';
import { ScriptSource } from '../run/script-source.ts';
import { version } from '../version.ts';
import { agentFiles } from './agent-files.ts';
import type { AgentFlags } from '../flags/agent-flags.ts';
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
  /** Of the coordinator before this one; null: it is the first. */
  readonly resumed: RunNote | null;
  /** Where the engine keeps the note of this one. */
  readonly noteKey: string;
}

export class ConductedRun {
  readonly request: ExecuteRequest;
  readonly #base: ExecuteRequest;
  readonly #parts: ConductedParts;
  readonly #source: ScriptSource;
  readonly #coordinator: Coordinator;
  readonly #runNumber: string;
  #built: BuiltScript | null = null;
  /** Of single samples, as each agent writes them. */
  #files: readonly OutputConfig[] = [];

  constructor(base: ExecuteRequest, parts: ConductedParts) {
    this.#base = base;
    this.#parts = parts;
    this.#source = new ScriptSource(base);
    this.#runNumber = parts.resumed?.runNumber ?? newRunNumber(Date.now(), Math.random());
    this.#coordinator = this.#newCoordinator();
    this.request = this.#newRequest();
  }

  /** Whoever still waits for a word of ours is let go. */
  async abandon(): Promise<void> {
    const { bus, noteKey } = this.#parts;
    if (await this.#coordinator.abandon('the coordinator has ended')) await bus.dropNote(noteKey);
  }

  #newCoordinator(): Coordinator {
    const { bus, run, remotes, flags, resumed } = this.#parts;
    const { screen, stopper } = this.#base;
    return new Coordinator({
      ...{ bus, run, remotes, stopper, version: version() },
      lostAllowed: flags.lostAllowed,
      orphanMs: flags.orphanMs,
      say: (level, message) => screen.log({ kind: 'log', level, message }),
      ship: (context) => this.#ship(context),
      resumed,
      keep: (note) => this.#keep(note),
    });
  }

  #keep(note: Pick<RunNote, 'bundle' | 't0'>): Promise<void> {
    const { bus, run, remotes, noteKey } = this.#parts;
    const agents = remotes.map(({ info }) => info);
    const full: RunNote = { run, runNumber: this.#runNumber, agents, ...note };
    return bus.putNote(noteKey, encodeJson(full));
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
      runNumber: this.#runNumber,
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
    const testid =
      this.#parts.resumed === null ? (options.testid ?? this.#parts.testid) : this.#parts.testid;
    const folder = join(options.resultsDir, testid);
    if (this.#parts.resumed !== null) putAside(folder);
    this.#files = options.outputs.filter(isFileKind).map((one) => atPath(one, folder));
    return { ...options, testid, outputs: options.outputs.filter((one) => !isFileKind(one)) };
  }
}

/** @internal What the coordinator before this one wrote: all of it is written again. */
export function putAside(folder: string): void {
  if (!existsSync(folder)) return;
  for (let n = 1; ; n++) {
    const aside = `${folder}-killed-${n}`;
    if (existsSync(aside)) continue;
    renameSync(folder, aside);
    return;
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
function isNamed(context: RunContext): Promise<readonly string[]> {
  if (!context.embedded) preflightPeer(context);
  return Promise.resolve([]);
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
