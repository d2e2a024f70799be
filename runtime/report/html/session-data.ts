// What the report over one `dicomrun smoke` shows: every case of every script. Plain JSON.
import type { CaseResult } from '../../metrics/summary.ts';

export const SESSION_SCHEMA = 'dicomrun-session/1';

/** One script, by one route. */
export interface SessionRun {
  /** As it was named, with its route. */
  readonly script: string;
  readonly exitCode: number;
  /** Its own report, relative to this one; null where it never came to a run, or has none. */
  readonly report: string | null;
  readonly cases: readonly CaseResult[];
}

export interface SessionData {
  readonly schema: typeof SESSION_SCHEMA;
  readonly id: string;
  readonly title: string | null;
  readonly version: string;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly endedAt: string;
  readonly exitCode: number;
  /** Scripts that were left out because the session ended early. */
  readonly notRun: number;
  readonly runs: readonly SessionRun[];
}

export type CaseState = CaseResult['state'];

/** In the order in which people look at them. */
export const OUTCOMES: readonly CaseState[] = ['failed', 'error', 'passed', 'skipped', 'manual'];

/** How many cases of each outcome. */
export function tally({ runs }: Pick<SessionData, 'runs'>): Readonly<Record<CaseState, number>> {
  const counts = { failed: 0, error: 0, passed: 0, skipped: 0, manual: 0 };
  for (const { cases } of runs) for (const { state } of cases) counts[state]++;
  return counts;
}

/** `2 failed, 1 error, 40 passed`: what there is of each outcome. */
export function tallyText(counts: Readonly<Record<CaseState, number>>): string {
  const words = OUTCOMES.filter((one) => counts[one] > 0).map((one) => `${counts[one]} ${one}`);
  return words.length === 0 ? 'no case' : words.join(', ');
}

/** PASS only if something passed: what is skipped or left to a person proves nothing. */
export function sessionWord(data: SessionData): 'PASS' | 'DONE' | 'FAIL' {
  if (data.exitCode !== 0) return 'FAIL';
  return tally(data).passed > 0 ? 'PASS' : 'DONE';
}
