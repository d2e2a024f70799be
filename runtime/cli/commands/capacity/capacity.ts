// dicomrun capacity: searches, prints each step as it ends, writes what was found.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeRunFolder, newRunId, RESULT_FILES } from '../../../conductor/records/result-files.ts';
import { Stopper } from '../../../conductor/stopper.ts';
import type { Options } from '../../../config/types.ts';
import { ExitCode } from '../../../errors.ts';
import { percent, rate as rateText, time } from '../../../metrics/numbers.ts';
import { needsAscii } from '../../run/print-summary.ts';
import type { AgentsMeeting } from '../../agents/on-agents.ts';
import type { AgentFlags } from '../../flags/agent-flags.ts';
import type { FlagValues } from '../../flags/given-flags.ts';
import { endOnFault, stopOnSignal } from '../../run/supervise.ts';
import { shellWord, shownPath } from '../../terminal.ts';
import type { Terminal } from '../../terminal.ts';
import { version } from '../../version.ts';
import { capacityText } from './chart.ts';
import { capacityPage } from './page.ts';
import { judgedBy, noiseWarning, observedOf } from './judged.ts';
import { searchCapacity } from './search.ts';
import type { Search, SearchRange } from './search.ts';
import { runStep } from './step.ts';
import type { Step, StepAsked, StepSettings } from './step.ts';

export interface CapacityRequest {
  readonly script: string;
  readonly flags: FlagValues;
  readonly range: SearchRange;
  readonly durationNs: number;
  readonly vus: number;
  readonly terminal: Terminal;
  /** 0: a line a step; 1 and more: only what was found. */
  readonly quiet: number;
  /** Who carries the load, when it is not this process. */
  readonly agents: AgentFlags | null;
}

/** `summary.json` of a search. Rates are starts a second. */
export interface Capacity extends Search {
  readonly schema: 'dicomrun-capacity/1';
  readonly script: string;
  readonly version: string;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly range: SearchRange;
  readonly stepMs: number;
  readonly vus: number;
  readonly verdict: string;
  readonly warnings: readonly string[];
  /** The threshold that decided: `dicom_req_duration p(95)<40`; null where none had data. */
  readonly judgedBy: string | null;
  /** In the order in which they were run. */
  readonly steps: readonly Step[];
}

/** Searches, prints the knee and returns the exit code: 99 when not even the first rate holds. */
export async function findCapacity(request: CapacityRequest): Promise<number> {
  const { terminal, script, range } = request;
  const startedAt = new Date();
  const steps: Step[] = [];
  let folder: string | null = null;
  const folderOf = ({ resultsDir }: Options): string =>
    (folder ??= makeRunFolder(resultsDir, newId(startedAt, script)));
  const attended = new Attended(terminal);
  let meeting: AgentsMeeting | null = null;
  try {
    meeting = await meet(request);
    const settings = { ...request, folderOf, meeting };
    const search = await searchCapacity(range, async (rate, confirms) => {
      const number = steps.length + 1;
      const step = await attended.run(settings, { rate, confirms, number });
      steps.push(step);
      if (request.quiet === 0) terminal.err(stepLine(steps.length, step));
      return step;
    });
    report(request, folder, made(request, search, { startedAt, steps }));
    return search.rate === null ? ExitCode.THRESHOLDS : ExitCode.OK;
  } catch (error) {
    if (steps.length > 0) report(request, folder, madeSoFar(request, { startedAt, steps }));
    throw error;
  } finally {
    attended.end();
    await meeting?.close();
  }
}

/** The agents, for all steps. */
async function meet({ agents, terminal }: CapacityRequest): Promise<AgentsMeeting | null> {
  if (agents === null) return null;
  const { AgentsMeeting: Meeting } = await import('../../agents/on-agents.ts');
  return Meeting.open(agents, terminal, { once: false });
}

/**
 * Steps under one pair of ears: a signal that comes between two of them ends the search, too. Each has
 * a stopper of its own, as a threshold with `abortOnFail` ends a step, and not the search.
 */
class Attended {
  /** Ends the listening. */
  readonly end: () => void;
  readonly #terminal: Terminal;
  #stopper = new Stopper();
  #asked: Parameters<Stopper['stop']> | null = null;

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
    const stop = (...why: Parameters<Stopper['stop']>): void => {
      this.#asked = why;
      this.#stopper.stop(...why);
    };
    this.end = stopOnSignal(terminal, { stop }, (text) => terminal.err(text));
  }

  async run(settings: Omit<StepSettings, 'stopper'>, asked: StepAsked): Promise<Step> {
    const stopper = (this.#stopper = new Stopper());
    if (this.#asked !== null) stopper.stop(...this.#asked);
    const off = endOnFault(this.#terminal, stopper, (text) => this.#terminal.err(text));
    try {
      return await runStep({ ...settings, stopper }, asked);
    } finally {
      off();
    }
  }
}

function newId(startedAt: Date, script: string): string {
  const name = script.replace(/^.*[\\/]/, '');
  return newRunId(startedAt.getTime(), `capacity-${name}`, Math.random());
}

function made(
  { script, range, durationNs, vus }: CapacityRequest,
  search: Search,
  { startedAt, steps }: { readonly startedAt: Date; readonly steps: readonly Step[] },
): Capacity {
  const doubtful = steps.filter(({ saturated, holds }) => saturated && !holds);
  const noise = noiseWarning(steps, range.precision);
  const warnings = [
    ...(doubtful.length === 0
      ? []
      : ['the generator was saturated where the thresholds broke: it may have been the limit']),
    ...(noise === null ? [] : [noise]),
  ];
  return {
    ...{ schema: 'dicomrun-capacity/1', script, version: version(), ...search },
    startedAt: startedAt.toISOString(),
    ...{ range, stepMs: durationNs / 1e6, vus, verdict: verdictOf(search, range), warnings },
    ...{ judgedBy: judgedBy(steps), steps },
  };
}

/** What is known when the search ended before its end. */
function madeSoFar(
  request: CapacityRequest,
  run: { readonly startedAt: Date; readonly steps: readonly Step[] },
): Capacity {
  const rates = (held: boolean): number[] =>
    run.steps.filter(({ holds }) => holds === held).map(({ rate }) => rate);
  const broken = Math.min(...rates(false));
  const rate = Math.max(...rates(true).filter((held) => held < broken));
  const known = (value: number): number | null => (Number.isFinite(value) ? value : null);
  const search = { rate: known(rate), broken: known(broken) };
  const held = search.rate === null ? 'no rate held so far' : `${rateText(rate)}/s held`;
  return {
    ...made(request, search, run),
    verdict: `${held}; not confirmed, the search ended early`,
  };
}

function verdictOf({ rate, broken }: Search, { from, to }: SearchRange): string {
  if (rate === null) return `below ${rateText(from)}/s: the first rate does not hold (--from)`;
  if (broken === null) return `at least ${rateText(to)}/s: the highest rate asked for holds (--to)`;
  return `${rateText(rate)}/s: thresholds hold, confirmed; at ${rateText(broken)}/s they do not`;
}

function stepLine(number: number, step: Step): string {
  const { rate, confirms, holds, p95Ms, failedShare, reasons } = step;
  const words = [
    `step ${number}: ${rateText(rate)}/s ${holds ? 'holds' : 'does not hold'}`,
    ...(confirms ? ['confirmation'] : []),
    ...judgedWords(step),
    ...(p95Ms === null ? [] : [`iteration p95 ${time(p95Ms)}`]),
    `${percent(failedShare)} failed`,
    ...(holds ? [] : reasons.slice(0, 1)),
  ];
  return `${words.join(', ')}\n`;
}

/** `dicom_req_duration p(95)<40: 41.9 ms`; a broken step says it as its reason. */
function judgedWords(step: Step): readonly string[] {
  const name = step.holds ? judgedBy([step]) : null;
  const observed = name === null ? null : observedOf(step, name);
  return observed === null ? [] : [`${name}: ${observed}`];
}

function report({ terminal }: CapacityRequest, folder: string | null, found: Capacity): void {
  const ascii = needsAscii(terminal.env);
  terminal.out(capacityText(found, { colour: terminal.colour('out'), ascii }));
  if (folder === null) return;
  const summary = join(folder, RESULT_FILES.summary);
  const page = join(folder, RESULT_FILES.report);
  writeFileSync(summary, `${JSON.stringify(found, null, 2)}\n`, { mode: 0o600 });
  writeFileSync(page, capacityPage(found), { mode: 0o600 });
  const best = found.steps.findLast(({ rate, holds }) => holds && rate === found.rate);
  const shown = [page, summary].map((path) => `  ${shownPath(terminal, path)}\n`).join('');
  const next = best === undefined ? '' : `next: dicomrun report ${shellWord(best.folder)}\n`;
  terminal.out(`\n${shown}${next}`);
}
