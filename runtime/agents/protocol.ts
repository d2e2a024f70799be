// What coordinator and agents say to each other. Commands go down as requests that are answered,
// repeated until they are, and done once; what agents report goes up into a journal that the
// coordinator reads in order, also after it or the engine was away.
import type { ErrorMessage, LogMessage } from '../threads/samples.ts';
import type { CaseMessage } from '../threads/cases.ts';
import type { Options } from '../config/types.ts';
import type { Problem } from '../errors.ts';
import type { RunFacts } from '../metrics/facts.ts';
import type { GeneratorSummary, OutputResult } from '../metrics/summary.ts';
import type { OpenRecord, Setting } from '../runlog/format.ts';
import type { Manifest } from './manifest.ts';

/** Everybody answers with {@link AgentInfo}. */
export const WHO = 'dr.who';
export const BUNDLES = 'dr-bundles';

export const agentSubject = (id: string, what: 'join' | 'step' | 'ping'): string =>
  `dr.agent.${id}.${what}`;
export const journalName = (run: string): string => `dr-${run}`;
export const upSubject = (run: string, index: number, kind: 'frame' | 'record'): string =>
  `dr.up.${run}.${index}.${kind}`;
/** Where the coordinator keeps what agents share. */
export const sharedSubject = (run: string): string => `dr.q.${run}`;
export const upSubjects = (run: string): string => `dr.up.${run}.>`;

/** Who an agent is, and how it is doing. */
export interface AgentInfo {
  /** Unique on the bus. */
  readonly id: string;
  readonly name: string;
  readonly host: string;
  readonly version: string;
  readonly cores: number;
  readonly freeBytes: number;
  readonly labels: Readonly<Record<string, string>>;
  /** `--allow`; empty: all hosts. */
  readonly allow: readonly string[];
  /** The run it takes part in; null: free. */
  readonly run: string | null;
  /** Its epoch time by the monotonic clock, ms. */
  readonly now: number;
}

/** What a coordinator has to know to go on with the run of one that was killed. */
export interface RunNote {
  /** What the run is called on the bus. */
  readonly run: string;
  readonly runNumber: string;
  /** By their index in the run. */
  readonly agents: readonly AgentInfo[];
  readonly bundle: string;
  /** t0 by the coordinator's clock and by those of the agents, epoch ms; null: it was not agreed on. */
  readonly t0: { readonly own: number; readonly theirs: readonly number[] } | null;
}

/** Asks an agent to take part. */
export interface JoinCall {
  readonly run: string;
  readonly index: number;
  readonly of: number;
  /** What it is called in this run: its name, unless another one has the same. */
  readonly name: string;
  readonly version: string;
  /** SHA-256 (hex) of the bundle, which is its name in the store. */
  readonly bundle: string;
}

export type JoinAnswer = { readonly ok: true } | { readonly ok: false; readonly why: string };

/** All that an agent needs to run its part, but for its own secrets and its data folder. */
export interface PlanBundle {
  readonly script: string;
  /** Which state of its file it is. */
  readonly state: Setting | null;
  readonly code: string;
  readonly map: string;
  /** The coordinator's folders, for agents that have none of their own. */
  readonly folder: string;
  readonly dataRoot: string | null;
  /** Texts that the script read at init, by declaration. */
  readonly given: Readonly<Record<string, string>>;
  readonly manifest: Manifest;
  readonly runNumber: string;
  readonly options: Options;
  /** Variables that each agent has from its own environment. */
  readonly secrets: readonly string[];
  /** The coordinator is gone when it was not heard of for so long, ms. */
  readonly orphanMs: number;
}

/**
 * How long the engine may be away: then agents stop their load, which nobody could end; then they give
 * up what they could not report, and the coordinator gives them up. 60 s and 180 s, unless `--orphan`
 * is another than 30 s.
 */
export function awayLimits(orphanMs: number): {
  readonly stopMs: number;
  readonly giveUpMs: number;
} {
  return { stopMs: 2 * orphanMs, giveUpMs: 6 * orphanMs };
}

/** A command. An agent that gets one again has done it. */
export type PlanStep =
  /** Set-up, on one agent. */
  | { readonly step: 'setup' }
  /** Set-up is over: warm up. */
  | { readonly step: 'begin'; readonly setupJson: string | null | undefined }
  /** `t0` by the agent's own clock, epoch ms. */
  | { readonly step: 'go'; readonly t0: number }
  | { readonly step: 'stop'; readonly why: 'abort' | 'interrupt'; readonly reason: string }
  /** What the scenario waited for is over everywhere: it begins then, ms since t0. */
  | { readonly step: 'after'; readonly scenario: number; readonly startMs: number }
  /** The load is over everywhere: wait for deliveries. */
  | { readonly step: 'settle' }
  | { readonly step: 'teardown'; readonly own: boolean }
  /** All is over; `unread`: nobody reads what is reported from here on. */
  | { readonly step: 'close'; readonly unread?: boolean };
export type StepName = PlanStep['step'];

export interface StepCall {
  readonly run: string;
  readonly step: PlanStep;
}

/** How an agent's run ended. */
export interface AgentEnd {
  readonly code: number;
  readonly reason: string;
  readonly warnings: readonly string[];
  readonly generator: GeneratorSummary;
  /** Files of samples that it wrote at its host. */
  readonly outputs: readonly OutputResult[];
  /** Reports that could not be sent and were given up. */
  readonly lostFrames: number;
}

/** What an agent reports, besides its frames. */
export type UpRecord =
  | { readonly k: 'ready' }
  | { readonly k: 'refused'; readonly code: number; readonly problems: readonly Problem[] }
  | { readonly k: 'setup'; readonly json: string | null }
  | { readonly k: 'warmed' }
  /** Its part of a scenario that others wait for. */
  | { readonly k: 'over'; readonly scenario: number }
  | { readonly k: 'done'; readonly durationMs: number }
  /** Some of what its account leaves open, which that of another may close. */
  | { readonly k: 'open'; readonly record: OpenRecord }
  /** Its account, once all of that is said. */
  | { readonly k: 'settled'; readonly facts: Pick<RunFacts, 'accounts' | 'missing'> }
  | { readonly k: 'tornDown' }
  /** It stops by itself: a script's abort, a fault, a person at that host. */
  | { readonly k: 'stopping'; readonly code: number; readonly reason: string }
  | { readonly k: 'failTest'; readonly message: string }
  | { readonly k: 'log'; readonly message: LogMessage }
  | { readonly k: 'error'; readonly error: ErrorMessage }
  | { readonly k: 'case'; readonly message: CaseMessage }
  | { readonly k: 'end'; readonly end: AgentEnd };

/** An item for a queue of all agents, or a question for one. The same id is the same call. */
export type QueueCall =
  | {
      readonly id: string;
      readonly by: number;
      readonly op: 'push';
      readonly queue: string;
      readonly item: string;
    }
  | {
      readonly id: string;
      /** Index of the agent that asks. */
      readonly by: number;
      readonly op: 'pop';
      readonly queue: string;
      readonly timeoutMs: number;
    };

export interface QueueAnswer {
  readonly item: string | null;
}

export function encodeJson(value: unknown): Uint8Array {
  return Buffer.from(JSON.stringify(value));
}

export function decodeJson<T>(bytes: Uint8Array): T {
  return JSON.parse(Buffer.from(bytes).toString()) as T;
}
