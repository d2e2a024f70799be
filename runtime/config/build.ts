// The frozen shape of Options from stacked values.
import type { Scenario } from '../executors/index.ts';
import { outputNamed } from '../outputs/index.ts';
import type { OutputConfig } from '../outputs/kind.ts';
import { segmentOption } from './values/segment-option.ts';
import type { Problems } from './values/problems.ts';
import { smokeThresholds } from './smoke.ts';
import { EVERY_RECEIVER } from './option-table.ts';
import type { Stack } from './sources/stack.ts';
import { resolveTargets } from './targets.ts';
import type {
  Mode,
  Options,
  ReceiverPlace,
  ScrapeConfig,
  Simulation,
  ThresholdSpec,
  TimeUnit,
} from './types.ts';

export interface Parts {
  readonly mode: Mode;
  readonly stack: Stack;
  readonly scenarios: readonly Scenario[];
  readonly loadOrigin: string;
  readonly env: Readonly<Record<string, string>>;
}

export function buildOptions(
  parts: Parts,
  problems: Problems,
  warnings: string[],
  allThresholds: boolean,
): Options {
  const { mode, stack, scenarios, env } = parts;
  const thresholds = stack.map<readonly ThresholdSpec[]>('thresholds');
  checkTrendStats(stack, problems);
  return {
    mode,
    scenarios,
    thresholds: mode === 'smoke' && !allThresholds ? smokeThresholds(thresholds) : thresholds,
    tags: stack.map<string>('tags'),
    labels: stack.get<readonly string[]>('labels') ?? [],
    env,
    ...life(stack),
    ...results(stack),
    ...segmentOption(stack, problems),
    ...resolveTargets(stack, problems, warnings),
    simulate: stack.get<Simulation>('simulate') ?? {},
    ...receivers(stack),
    preflight: stack.need('preflight'),
    allowedTargets: stack.need('allowedTargets'),
    dataRoot: stack.get<string>('data.root') ?? null,
    dataFile: stack.get<string>('data.file') ?? null,
    warnings,
    origins: originsOf(parts),
  };
}

function receivers(stack: Stack) {
  const places = stack.map<ReceiverPlace>('receivers');
  const { [EVERY_RECEIVER]: everyReceiver = null, ...named } = places;
  return { receivers: named, everyReceiver };
}

function life(stack: Stack) {
  return {
    setupTimeoutMs: stack.need<number>('setupTimeout'),
    teardownTimeoutMs: stack.need<number>('teardownTimeout'),
    handleSummaryTimeoutMs: stack.need<number>('handleSummaryTimeout'),
    noSetup: stack.need<boolean>('noSetup'),
    noTeardown: stack.need<boolean>('noTeardown'),
    noThresholds: stack.need<boolean>('noThresholds'),
    minIterationDurationMs: stack.need<number>('minIterationDuration'),
    hangTimeoutMs: stack.need<number>('hangTimeout'),
    throw: stack.need<boolean>('throw'),
    settleMs: stack.need<number>('settle'),
    deliveryHorizonMs: stack.need<number>('deliveryHorizon'),
    wireCacheBytes: stack.need<number>('wireCache'),
    connectBacklog: stack.need<number>('connectBacklog'),
    connectRate: stack.get<number>('connectRate') ?? null,
    workerHeapBytes: stack.get<number>('workerHeap') ?? null,
    workers: stack.get<number>('workers') ?? null,
    acceptors: stack.get<number>('acceptors') ?? null,
  };
}

function results(stack: Stack) {
  return {
    summaryTrendStats: stack.need<readonly string[]>('summaryTrendStats'),
    summaryTimeUnit: stack.get<TimeUnit>('summaryTimeUnit') ?? null,
    summaryExport: stack.get<string>('summaryExport') ?? null,
    noReport: stack.need<boolean>('noReport'),
    noSummary: stack.need<boolean>('noSummary'),
    outputs: outputs(stack),
    resultsDir: stack.need<string>('resultsDir'),
    title: stack.get<string>('title') ?? null,
    testid: stack.get<string>('testid') ?? null,
    strictOutput: stack.need<boolean>('strictOutput'),
    consoleOutput: stack.get<string>('consoleOutput') ?? null,
    progressIntervalMs: stack.get<number>('progressInterval') ?? null,
    quiet: Math.min(2, stack.need<number>('quiet')) as Options['quiet'],
    trace: stack.need<boolean>('trace'),
    phiOk: stack.need<boolean>('phiOk'),
    ledger: stack.need<Options['ledger']>('ledger'),
    scrapeIntervalMs: stack.need<number>('scrapeInterval'),
    scrape: stack.get<readonly ScrapeConfig[]>('scrape') ?? [],
    grafanaUrl: stack.get<string>('grafanaUrl') ?? null,
  };
}

/** User, password and token may stand beside the URL instead of in it. */
function outputs(stack: Stack): readonly OutputConfig[] {
  return (stack.get<readonly OutputConfig[]>('outputs') ?? []).map((output) => {
    const under = outputNamed(output.kind)?.secretsUnder;
    if (under === undefined) return output;
    return { ...output, options: { ...stack.map<string>(under), ...output.options } };
  });
}

function checkTrendStats(stack: Stack, problems: Problems): void {
  for (const stat of stack.need<readonly string[]>('summaryTrendStats')) {
    const percentile = /^p\((\d+(?:\.\d+)?)\)$/.exec(stat);
    if (['avg', 'min', 'med', 'max', 'count'].includes(stat)) continue;
    if (percentile !== null && Number(percentile[1]) <= 100) continue;
    const at = { name: 'option summaryTrendStats', origin: stack.origin('summaryTrendStats') };
    problems.value(at, 'of avg, min, med, max, count, p(N)', stat);
  }
}

function originsOf({ stack, scenarios, loadOrigin }: Parts): Record<string, string> {
  const origins: Record<string, string> = {};
  for (const [path, { origin }] of stack.entries) origins[path] = origin;
  for (const scenario of scenarios) origins[`scenarios.${scenario.name}`] = loadOrigin;
  return origins;
}
