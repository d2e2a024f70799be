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
import { isFileKind } from '../../outputs/file-output.ts';
import { keptSamples } from '../../outputs/index.ts';
import { influxOutput } from '../../outputs/influxdb/influxdb-kind.ts';
import type { OutputConfig } from '../../outputs/kind.ts';
import type { Output } from '../../outputs/output.ts';
import { SAMPLES_FILE } from '../../runlog/format.ts';
import type { ExecuteRequest } from '../run/execute.ts';
import { preflightPeer } from '../run/preflight.ts';
import { ScriptSource } from '../run/script-source.ts';
import { version } from '../version.ts';
import { agentFiles, agentSamples } from './agent-files.ts';
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
  /** Databases of single samples, which agents only keep. */
  #databases: readonly OutputConfig[] = [];
  #folder = '';

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
    const files = [...this.#files, ...(this.#databases.length === 0 ? [] : [KEPT])];
    return ship(bus, { ...sent, files, state: this.#source.state });
  }

  #newRequest(): ExecuteRequest {
    const [source, files] = [this.#source, () => this.#files];
    const { remotes, isLocal } = this.#parts;
    const [samples, databases] = [() => this.#samples(), () => this.#databases];
    const own = this.#base.outputs ?? [];
    return {
      ...this.#base,
      crew: this.#coordinator,
      runNumber: this.#runNumber,
      get notes() {
        return [
          whoCarries(remotes),
          ...whoWrites(files(), isLocal),
          ...whoBrings(databases(), isLocal),
        ];
      },
      get outputs() {
        return [...own, ...agentFiles(remotes, files(), isLocal), ...samples()];
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
    const testid =
      this.#parts.resumed === null ? (options.testid ?? this.#parts.testid) : this.#parts.testid;
    const folder = join(options.resultsDir, testid);
    if (this.#parts.resumed !== null) putAside(folder);
    const { outputs } = options;
    this.#folder = folder;
    this.#files = outputs.filter(isFileKind).map((one) => atPath(one, folder));
    this.#databases = outputs.filter(wantsSamples);
    return { ...options, testid, outputs: outputs.flatMap(ofCoordinator) };
  }

  /** Those that agents keep, to be brought into each database that wants them. */
  #samples(): readonly Output[] {
    const { remotes, isLocal } = this.#parts;
    const at = this.#files.length;
    const keep = isLocal ? this.#folder : null;
    const onMessage = (message: string): void =>
      this.#base.screen.log({ kind: 'log', level: 'warn', message });
    return this.#databases.flatMap((config) =>
      agentSamples(remotes, { config, at, keep, onMessage }),
    );
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

/** How the single samples that agents keep get into a database. */
function whoBrings(databases: readonly OutputConfig[], isLocal: boolean): readonly string[] {
  const how = isLocal
    ? 'brought there when the run is over'
    : 'kept by each agent; at the end it is said how to bring them there';
  return databases.map(({ kind, to }) => `samples: ${kind} ${to}, ${how}`);
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

/** What an agent writes for a database of single samples. */
const KEPT: OutputConfig = { kind: keptSamples.kind, to: SAMPLES_FILE, options: {} };

/** Its single samples are brought to it afterwards. */
function wantsSamples({ kind, options: { mode } }: OutputConfig): boolean {
  return kind === influxOutput.kind && (mode === 'raw' || mode === 'samples');
}

/** What the coordinator writes itself: never single samples, which agents have. */
function ofCoordinator(config: OutputConfig): readonly OutputConfig[] {
  if (isFileKind(config)) return [];
  if (!wantsSamples(config)) return [config];
  const { mode, ...options } = config.options;
  return mode === 'samples' ? [] : [{ ...config, options }];
}
