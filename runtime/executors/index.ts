// All executors. A new one is a file beside this one, a line here, and its part of the help page.
import { constantArrivalRate } from './constant-arrival-rate.ts';
import { constantVUs } from './constant-vus.ts';
import type { Executor } from './executor.ts';
import { perVUIterations } from './per-vu-iterations.ts';
import { rampingArrivalRate } from './ramping-arrival-rate.ts';
import { rampingVUs } from './ramping-vus.ts';
import { recorded } from './recorded.ts';
import { sharedIterations } from './shared-iterations.ts';

const ALL = [
  constantVUs,
  rampingVUs,
  perVUIterations,
  sharedIterations,
  constantArrivalRate,
  rampingArrivalRate,
  recorded,
] as const;

type ScenarioOf<E> = E extends Executor<infer S> ? S : never;

/** One validated scenario, of whichever executor. Times in integer ns. */
export type Scenario = ScenarioOf<(typeof ALL)[number]>;
export type ExecutorName = Scenario['executor'];

export const EXECUTORS: readonly Executor<Scenario>[] = ALL;

const BY_NAME = new Map(EXECUTORS.map((executor) => [executor.name, executor]));

/** The executor of this name, if there is one. */
export function executorNamed(name: unknown): Executor<Scenario> | undefined {
  return BY_NAME.get(name as ExecutorName);
}

/** The executor of a scenario: asked for all that depends on which it is. */
export function executorOf({ executor }: Scenario): Executor<Scenario> {
  const found = executorNamed(executor);
  if (found === undefined) throw new Error(`no executor "${executor}"`);
  return found;
}
