// What all cases share.
import { join } from 'node:path';
import { SCRIPTS, type CliRun } from './peers.ts';
import type { Row } from './tally.ts';

export interface Bench {
  readonly rounds: number;
  readonly quick: boolean;
  note(text: string): void;
}

export type Case = (bench: Bench) => Promise<readonly Row[]>;

export const script = (name: string): string => join(SCRIPTS, `${name}.ts`);
export const target = (sink: { readonly port: number }): string[] => [
  '-c',
  `SINK@127.0.0.1:${sink.port}`,
  '-b',
  'BENCH',
  '--no-preflight',
];

export interface Load {
  readonly workers: number;
  readonly vus: number;
  /** Without: as the script or other flags say. */
  readonly duration?: string;
  readonly env?: Readonly<Record<string, string | number>>;
}

/** A load as flags. */
export function load({ workers, vus, duration, env = {} }: Load): string[] {
  const variables = Object.entries(env).flatMap(([name, value]) => ['-e', `${name}=${value}`]);
  const time = duration === undefined ? [] : ['--duration', duration];
  return ['--workers', String(workers), '--vus', String(vus), ...time, ...variables];
}

export interface Operation {
  readonly service: string;
  readonly count: number;
  readonly ratePerSecond: number;
  readonly sentBytes: number;
  readonly duration?: { readonly med: number; readonly p99: number };
}

export function stores(run: CliRun): Operation {
  const list = run.summary['operations'] as readonly Operation[];
  const found = list.find((operation) => operation.service === 'C-STORE');
  if (found === undefined) throw new Error('no C-STORE in the summary');
  return found;
}

/** Requests of every service that were answered. */
export function operations(run: CliRun): number {
  const list = run.summary['operations'] as readonly Operation[];
  return list.reduce((sum, { count }) => sum + count, 0);
}

export const seconds = (run: CliRun): number =>
  (run.summary['run'] as { durationMs: number }).durationMs / 1000;
