// Finished parts of one plan as one run: one set of numbers, one verdict, one log.
import type { RunFacts } from '../../metrics/facts.ts';
import { plural } from '../../metrics/numbers.ts';
import { MOST_CHECK_EXAMPLES } from '../../metrics/summary.ts';
import type {
  CheckExample,
  GeneratorSummary,
  Summary,
  ThresholdResult,
} from '../../metrics/summary.ts';
import { summarise } from '../../metrics/summarise.ts';
import type { Totals } from '../../metrics/totals.ts';
import type { LogRecord, RunRecord } from '../format.ts';
import { LogFold } from '../restore.ts';
import { joinAccounts } from './accounts.ts';
import type { Joined } from './accounts.ts';
import { atOnce, readParts } from './parts.ts';
import type { Part } from './parts.ts';
import { mergedRecords } from './stream.ts';

export interface Merged {
  readonly summary: Summary;
  readonly totals: Totals;
}

/** How the merged run is to be called, and what its summary names. */
export interface Naming {
  readonly files: RunFacts['files'];
  readonly next: RunFacts['next'];
}

export { readParts };
export type { Part };

/** The test id of the parts, or that of the first. */
export function idOf(parts: readonly Part[]): string {
  return parts[0]?.run.id ?? '';
}

/** Adds the parts up; every record of the whole goes to `take`, the first and the last included. */
export function mergeParts(
  parts: readonly Part[],
  { files, next }: Naming,
  take: (record: LogRecord) => void,
): Merged {
  const joined = joinAccounts(parts.map(({ facts, open }) => ({ facts, open })));
  const run = runOf(parts);
  const fold = new LogFold();
  take(run);
  for (const record of mergedRecords(parts, joined.corrections)) {
    fold.take(record);
    take(record);
  }
  const facts = { ...factsOf(parts, joined, run), errors: fold.errors(), files, next };
  const judged = fold.judged(run, facts.run.durationMs);
  const thresholds = judged.map((one) => withWindow(one, parts));
  const totals = fold.totals();
  take({ k: 'end', at: facts.run.durationMs, facts, thresholds });
  return { summary: summarise(totals, thresholds, facts), totals };
}

/** A window over several parts is in no log: it is crossed where it was crossed in a part. */
function withWindow(result: ThresholdResult, parts: readonly Part[]): ThresholdResult {
  if (result.windowMs === undefined) return result;
  const same = parts.flatMap(({ summary }) =>
    summary.thresholds.filter(
      ({ metric, expression, windowMs }) =>
        metric === result.metric &&
        expression === result.expression &&
        windowMs === result.windowMs,
    ),
  );
  return same.find(({ verdict }) => verdict === 'failed') ?? same.find(hasData) ?? result;
}

const hasData = ({ verdict }: ThresholdResult): boolean => verdict === 'ok';

function runOf(parts: readonly Part[]): RunRecord {
  const [first] = parts;
  if (first === undefined) throw new Error('no parts');
  const {
    part: _part,
    widths: _widths,
    idle: _idle,
    target,
    tags,
    settings = [],
    ...rest
  } = first.run;
  const same = parts.every(({ run }) => run.target === target);
  const common = Object.entries(tags).filter(([name, value]) =>
    parts.every(({ run }) => run.tags[name] === value),
  );
  return {
    ...rest,
    ...(same && target !== undefined ? { target } : {}),
    t0: Math.min(...parts.map(({ run }) => run.t0)),
    tags: Object.fromEntries(common),
    settings: settings.filter(({ path }) => !path.startsWith('executionSegment')),
  };
}

function factsOf(
  parts: readonly Part[],
  joined: Joined,
  run: RunRecord,
): Omit<RunFacts, 'errors' | 'files' | 'next'> {
  const all = parts.map(({ facts }) => facts);
  const ended = Math.max(...parts.map(({ run: { t0 }, facts }) => t0 + facts.run.durationMs));
  const durationMs = Math.max(0, ended - run.t0);
  const [first] = all;
  if (first === undefined) throw new Error('no parts');
  const { target: _target, ...identity } = first.run;
  return {
    run: {
      ...identity,
      startedAt: new Date(run.t0).toISOString(),
      endedAt: new Date(run.t0 + durationMs).toISOString(),
      durationMs,
      ...(run.target === undefined ? {} : { target: run.target }),
      tags: run.tags,
      truncated: all.some((facts) => facts.run.truncated),
    },
    exit: exitOf(parts),
    interrupted: all.reduce((sum, { interrupted }) => sum + interrupted, 0),
    replaced: all.reduce((sum, { replaced = 0 }) => sum + replaced, 0),
    ...silenceOf(parts, run.t0),
    ...{ accounts: joined.accounts, missing: joined.missing },
    thresholdKeys: first.thresholdKeys ?? Object.keys(run.thresholds),
    scenarios: [...new Set(all.flatMap(({ scenarios = [] }) => scenarios))],
    checkExamples: examplesOf(parts, run.t0),
    ...(first.recorded === undefined ? {} : { recorded: first.recorded }),
    generator: generatorOf(parts),
    cases: all.flatMap(({ cases }) => cases),
    outputs: all.flatMap(({ outputs }) => outputs),
    strictOutput: all.some(({ strictOutput }) => strictOutput),
    warnings: warningsOf(parts, joined),
    trendStats: first.trendStats,
    timeUnit: first.timeUnit,
  };
}

/** Where one part still succeeded, the whole did. */
function silenceOf(parts: readonly Part[], t0: number): Pick<RunFacts, 'silence'> {
  let fromMs = 0;
  let waiting = 0;
  const failed: Record<string, number> = {};
  for (const { run, facts } of parts) {
    if (facts.silence === undefined) return {};
    fromMs = Math.max(fromMs, run.t0 - t0 + facts.silence.fromMs);
    waiting += facts.silence.waiting ?? 0;
    for (const [metric, n] of Object.entries(facts.silence.failed)) {
      failed[metric] = (failed[metric] ?? 0) + n;
    }
  }
  return { silence: { fromMs, failed, waiting } };
}

function exitOf(parts: readonly Part[]): RunFacts['exit'] {
  const failed = parts.find(({ facts }) => facts.exit.code !== 0);
  if (failed === undefined) return { code: 0, reason: '' };
  const { code, reason } = failed.facts.exit;
  return { code, reason: `${failed.name}: ${reason}` };
}

/** The first failures of each check in any part. */
function examplesOf(parts: readonly Part[], t0: number): Record<string, readonly CheckExample[]> {
  const all = new Map<string, CheckExample[]>();
  for (const { run, facts } of parts) {
    for (const [check, examples] of Object.entries(facts.checkExamples ?? {})) {
      const moved = examples.map((one) => ({ ...one, atMs: one.atMs + run.t0 - t0 }));
      all.set(check, [...(all.get(check) ?? []), ...moved]);
    }
  }
  const first = (examples: CheckExample[]) =>
    examples.sort((a, b) => a.atMs - b.atMs).slice(0, MOST_CHECK_EXAMPLES);
  return Object.fromEntries([...all].map(([check, examples]) => [check, first(examples)]));
}

/** Of the worst of them; what was saturated is named. */
function generatorOf(parts: readonly Part[]): GeneratorSummary {
  const most = (of: (one: GeneratorSummary) => number): number =>
    Math.max(...parts.map(({ facts }) => of(facts.generator)));
  return {
    saturated: parts.some(({ facts }) => facts.generator.saturated),
    reasons: parts.flatMap(({ name, facts }) =>
      facts.generator.reasons.map((reason) => `${name}: ${reason}`),
    ),
    ...crowdedOf(parts),
    cpuMean: most(({ cpuMean }) => cpuMean),
    cpuMax: most(({ cpuMax }) => cpuMax),
    loopLagMaxMs: most(({ loopLagMaxMs }) => loopLagMaxMs),
    rssMaxBytes: most(({ rssMaxBytes }) => rssMaxBytes),
  };
}

function crowdedOf(parts: readonly Part[]): { crowded?: string } {
  const said = parts.flatMap(({ name, facts: { generator } }) =>
    generator.crowded === undefined ? [] : [`${name}: ${generator.crowded}`],
  );
  return said.length === 0 ? {} : { crowded: said.join('; ') };
}

function warningsOf(parts: readonly Part[], joined: Joined): string[] {
  const said = parts.flatMap(({ name, facts, summary }) => {
    const damaged = summary.verdict.warnings.filter((text) => text.includes('of the run log'));
    return [...new Set([...facts.warnings, ...damaged])].map((text) => `${name}: ${text}`);
  });
  const windows = Object.values(parts[0]?.run.thresholds ?? {}).flat();
  const judgedApart = windows.some(({ window }) => window !== undefined);
  return [
    ...said,
    ...(atOnce(parts) ? [] : ['the parts did not run at the same time: the load was never whole']),
    ...(judgedApart ? ['thresholds with a window were judged in each part, not on the whole'] : []),
    ...(joined.unnamed > 0
      ? [
          `${plural(joined.unnamed, 'instance')} missing or unexpected in a part could not be ` +
            'looked for in the others: the log does not name them',
        ]
      : []),
  ];
}
