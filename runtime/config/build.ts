// The frozen shape of Options from stacked values.
import type { Scenario } from '../executors/index.ts';
import { outputNamed } from '../outputs/index.ts';
import type { OutputConfig } from '../outputs/kind.ts';
import { segmentOption } from './sources/segment-option.ts';
import type { Problems } from './values/problems.ts';
import { smokeThresholds } from './smoke.ts';
import { EVERY_RECEIVER, keyOf, OPTION_TABLE } from './option-table.ts';
import type { PlainOptions } from './option-table.ts';
import type { Stack } from './sources/stack.ts';
import { resolveTargets } from './targets.ts';
import type {
  Mode,
  Options,
  ReceiverPlace,
  ScrapeConfig,
  Simulation,
  ThresholdSpec,
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
    ...plainOptions(stack),
    quiet: Math.min(2, stack.need('quiet')) as Options['quiet'],
    outputs: outputs(stack),
    scrape: stack.get<readonly ScrapeConfig[]>('scrape') ?? [],
    ...segmentOption(stack, problems),
    ...resolveTargets(stack, problems, warnings),
    simulate: stack.get<Simulation>('simulate') ?? {},
    ...receivers(stack),
    dataRoot: stack.get('data.root') ?? null,
    dataFile: stack.get('data.file') ?? null,
    warnings,
    origins: originsOf(parts),
  };
}

function receivers(stack: Stack) {
  const places = stack.map<ReceiverPlace>('receivers');
  const { [EVERY_RECEIVER]: everyReceiver = null, ...named } = places;
  return { receivers: named, everyReceiver };
}

/** Every option that stands in Options by its own name. */
function plainOptions(stack: Stack): PlainOptions {
  const all: Record<string, unknown> = {};
  for (const option of OPTION_TABLE) {
    const key = keyOf(option);
    if (key !== null) all[key] = stack.get<unknown>(option.path) ?? null;
  }
  // why: PlainOptions is made of the same rows
  return all as PlainOptions;
}

/** User, password and token may stand beside the URL instead of in it. */
function outputs(stack: Stack): readonly OutputConfig[] {
  return (stack.get<readonly OutputConfig[]>('outputs') ?? []).map((output) => {
    if (outputNamed(output.kind)?.credentials === undefined) return output;
    return { ...output, options: { ...stack.map<string>(output.kind), ...output.options } };
  });
}

function checkTrendStats(stack: Stack, problems: Problems): void {
  for (const stat of stack.need('summaryTrendStats')) {
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
