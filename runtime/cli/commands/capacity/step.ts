// One step of the search: an ordinary run of the script at one constant rate.
import { hostsOf } from '../../../conductor/share.ts';
import type { Loaded } from '../../../conductor/share.ts';
import type { Stopper } from '../../../conductor/stopper.ts';
import { guardHeavyLoad } from '../../../config/guard.ts';
import type { Options } from '../../../config/types.ts';
import { DicomRunError, ExitCode } from '../../../errors.ts';
import type { ConstantArrivalRate } from '../../../executors/constant-arrival-rate.ts';
import type { Scenario } from '../../../executors/index.ts';
import type { Summary } from '../../../metrics/summary.ts';
import { execute } from '../../run/execute.ts';
import type { ExecuteRequest, ExecuteResult } from '../../run/execute.ts';
import type { AgentsMeeting } from '../../agents/on-agents.ts';
import type { FlagValues } from '../../flags/given-flags.ts';
import { shellWord, shownPath } from '../../terminal.ts';
import type { Terminal } from '../../terminal.ts';
import type { StepThreshold } from './judged.ts';
import { StepScreen } from './step-screen.ts';

/** A rate counts as offered when so many of its starts found a virtual user. */
const ACHIEVED = 0.99;

export interface StepSettings {
  readonly script: string;
  readonly flags: FlagValues;
  readonly terminal: Terminal;
  readonly stopper: Stopper;
  readonly durationNs: number;
  readonly vus: number;
  /** Folder of the search, in which each step makes its own; made when the options are known. */
  readonly folderOf: (options: Options) => string;
  /** Agents that carry the load; null: this process does. */
  readonly meeting: AgentsMeeting | null;
}

/** Which step of the search. */
export interface StepAsked {
  readonly rate: number;
  readonly confirms: boolean;
  /** From 1. */
  readonly number: number;
}

export interface Step {
  /** Starts a second asked for. */
  readonly rate: number;
  readonly confirms: boolean;
  readonly holds: boolean;
  /** Why not; the generator's warnings when it does hold. */
  readonly reasons: readonly string[];
  /** Starts a second that happened. */
  readonly achieved: number;
  readonly dropped: number;
  /** 95th percentile of an iteration, ms; null when none ended. */
  readonly p95Ms: number | null;
  /** Share of the requests and associations that failed. */
  readonly failedShare: number;
  /** What each threshold showed. */
  readonly judged: readonly StepThreshold[];
  /** The generator, not the target, may have been the limit. */
  readonly saturated: boolean;
  readonly folder: string;
}

/** @throws DicomRunError when there is no verdict: a mistake, an interruption, no target. */
export async function runStep(settings: StepSettings, asked: StepAsked): Promise<Step> {
  const { script, flags, terminal, stopper } = settings;
  const { rate, confirms, number } = asked;
  const adjust = (options: Options, loaded: Loaded): Options =>
    at(settings, asked, options, loaded);
  const own: ExecuteRequest = {
    ...{ script, flags, mode: 'run', terminal, stopper, adjust },
    screen: new StepScreen(terminal),
    next: (folder) => [`dicomrun report ${shellWord(folder)}`],
  };
  const testid = flags['testid'] === undefined ? undefined : `${String(flags['testid'])}-${number}`;
  const elsewhere = await settings.meeting?.run(own, testid);
  try {
    const result = await execute(elsewhere?.request ?? own);
    return stepOf(result, { rate, confirms, folder: shownPath(terminal, result.folder) });
  } finally {
    await elsewhere?.end();
  }
}

/** The options of a step: the one scenario at a constant rate, in the folder of the search. */
function at(
  settings: StepSettings,
  { rate, number }: StepAsked,
  options: Options,
  loaded: Loaded,
): Options {
  const { durationNs, vus } = settings;
  const scenario: ConstantArrivalRate = {
    ...base(options.scenarios),
    executor: 'constant-arrival-rate',
    ...{ rate, timeUnitNs: 1e9, durationNs, arrival: 'regular' },
    preAllocatedVUs: Math.min(vus, Math.ceil(rate)),
    maxVUs: vus,
  };
  mustJudge(options);
  const { testid } = options;
  const step: Options = {
    ...options,
    scenarios: [scenario],
    resultsDir: settings.folderOf(options),
    // A rate is run again when it is confirmed.
    testid: testid === null ? null : `${testid}-${number}`,
  };
  const hosts = hostsOf(loaded);
  const problems = guardHeavyLoad(step, hosts);
  if (problems.length > 0) throw new DicomRunError(ExitCode.CONFIG, problems);
  return step;
}

/** What every executor's scenario has. */
function base(scenarios: readonly Scenario[]) {
  const [first, ...more] = scenarios;
  if (first === undefined || more.length > 0) {
    const names = scenarios.map(({ name }) => name);
    throw new DicomRunError(ExitCode.CONFIG, {
      code: 'CONFIG_SCENARIO',
      message: `the script has several scenarios (${names.join(', ')})`,
      hint: `say which one is meant: --scenario ${names[0] ?? 'NAME'}`,
    });
  }
  const { name, exec, env, tags, gracefulStopNs } = first;
  return { name, exec, env, tags, gracefulStopNs, startTimeNs: 0 };
}

function mustJudge({ thresholds, noThresholds }: Options): void {
  if (!noThresholds && Object.values(thresholds).some((list) => list.length > 0)) return;
  throw new DicomRunError(ExitCode.CONFIG, {
    code: 'CONFIG_NO_THRESHOLDS',
    message: 'the script has no thresholds: nothing says which rate is too high',
    hint: "e.g. thresholds: { dicom_req_failed: ['rate<0.01'], dicom_req_duration: ['p(95)<2000'] }",
  });
}

const JUDGED: readonly number[] = [ExitCode.OK, ExitCode.THRESHOLDS];

function stepOf(
  { summary }: ExecuteResult,
  { rate, confirms, folder }: Pick<Step, 'rate' | 'confirms' | 'folder'>,
): Step {
  const { verdict, execution } = summary;
  if (!JUDGED.includes(verdict.exitCode)) {
    throw new DicomRunError(verdict.exitCode as ExitCode, {
      code: 'CAPACITY_STEP',
      message: `the step at ${rate}/s ended without a verdict: ${verdict.reason}`,
      hint: `dicomrun report ${folder}`,
    });
  }
  const { achievedShare = 1, dropped, generator } = execution;
  const late = achievedShare < ACHIEVED;
  const lost = `${dropped} starts found no free virtual user (--vus)`;
  const failed = failedShare(summary);
  // Where everything fails, no rate is too high: what went wrong says more than any threshold.
  const everything = failed === 1 ? summary.errors.groups.slice(0, 1) : [];
  const broken = [...everything.map(({ message }) => message), ...judgedBy(summary)];
  return {
    ...{ rate, confirms, folder, dropped },
    holds: verdict.passed && !late,
    reasons: [...(verdict.passed ? [] : broken), ...(late ? [lost] : [])],
    achieved: rate * achievedShare,
    p95Ms: execution.iterationDuration?.p95 ?? null,
    failedShare: failed,
    judged: summary.thresholds.map(
      ({ metric, expression, observed, limit, failed: isFailed, contains, type }) => ({
        ...{ metric, expression, limit, failed: isFailed, contains },
        ...(observed === undefined ? {} : { observed }),
        ...(type === undefined ? {} : { type }),
      }),
    ),
    saturated: generator.saturated,
  };
}

/** Why it failed, the first reason with the threshold that says so. */
function judgedBy({ verdict, thresholds }: Summary): readonly string[] {
  const [first = 'failed', ...others] = verdict.reasons;
  const crossed = thresholds.find(({ failed }) => failed);
  if (crossed === undefined || first.includes(crossed.metric)) return verdict.reasons;
  return [`${first} (${crossed.metric} ${crossed.expression})`, ...others];
}

function failedShare({ operations, associations }: Summary): number {
  const { requested, accepted } = associations;
  const count = operations.reduce((sum, row) => sum + row.count, requested);
  const failed = operations.reduce((sum, row) => sum + row.failed, requested - accepted);
  return count === 0 ? 0 : failed / count;
}
