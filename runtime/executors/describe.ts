// One line that says what a scenario will do: "0→50 VUs over 2m, hold 50 for 1m".
import { formatNs, NS_PER_S } from './duration.ts';
import type { Scenario, Stage } from './scenario.ts';

/** The load in words, without the scenario's name. */
export function describe(scenario: Scenario): string {
  return [load(scenario), ...circumstances(scenario)].join(', ');
}

function load(scenario: Scenario): string {
  switch (scenario.executor) {
    case 'constant-vus':
      return `${vus(scenario.vus)} for ${formatNs(scenario.durationNs)}`;
    case 'ramping-vus':
      return line(scenario.startVUs, scenario.stages, 'VUs');
    case 'per-vu-iterations':
      return (
        `${iterations(scenario.iterations)} for each of ${vus(scenario.vus)}` +
        ` (at most ${formatNs(scenario.maxDurationNs)})`
      );
    case 'shared-iterations': {
      const pace =
        scenario.paceOverNs === undefined ? '' : ` paced over ${formatNs(scenario.paceOverNs)}`;
      return (
        `${iterations(scenario.iterations)} shared by ${vus(scenario.vus)}${pace}` +
        ` (at most ${formatNs(scenario.maxDurationNs)})`
      );
    }
    case 'constant-arrival-rate': {
      const unit = perUnit(scenario.timeUnitNs);
      return `${iterations(scenario.rate)}${unit} for ${formatNs(scenario.durationNs)}`;
    }
    case 'ramping-arrival-rate':
      return line(scenario.startRate, scenario.stages, `iterations${perUnit(scenario.timeUnitNs)}`);
  }
}

function circumstances(scenario: Scenario): string[] {
  const parts: string[] = [];
  if ('preAllocatedVUs' in scenario) {
    const { preAllocatedVUs: pre, maxVUs: max } = scenario;
    if (scenario.arrival === 'poisson') parts.push('Poisson arrivals');
    parts.push(pre === max ? vus(max) : `${pre} to ${max} VUs`);
  }
  if (scenario.after !== undefined) parts.push(`after "${scenario.after}"`);
  if (scenario.startTimeNs > 0) {
    const from = formatNs(scenario.startTimeNs);
    parts.push(scenario.after === undefined ? `starting at ${from}` : `${from} later`);
  }
  if (scenario.exec !== 'default') parts.push(`exec ${scenario.exec}`);
  return parts;
}

/** More stages than this are summed up instead of listed. */
const MANY_STAGES = 8;

function line(start: number, stages: readonly Stage[], unit: string): string {
  if (stages.length > MANY_STAGES) {
    const targets = [start, ...stages.map((stage) => stage.target)];
    const time = formatNs(stages.reduce((sum, stage) => sum + stage.durationNs, 0));
    const range = `${Math.min(...targets)} to ${Math.max(...targets)}`;
    return `${range} ${unit} in ${stages.length} stages over ${time}`;
  }
  const parts: string[] = [];
  let level = start;
  for (const { durationNs, target } of stages) {
    const word = parts.length === 0 ? ` ${unit}` : '';
    const time = formatNs(durationNs);
    if (target === level) {
      const held = `${target}${target === 1 ? word.replace(/s\b/, '') : word}`;
      parts.push(parts.length === 0 ? `${held} for ${time}` : `hold ${target} for ${time}`);
    } else if (durationNs === 0) {
      parts.push(`jump ${level}→${target}${word}`);
    } else {
      parts.push(`${level}→${target}${word} over ${time}`);
    }
    level = target;
  }
  return parts.join(', ');
}

/** `1 VU`, `50 VUs`. */
export function vus(count: number): string {
  return count === 1 ? '1 VU' : `${count} VUs`;
}

function iterations(count: number): string {
  return count === 1 ? '1 iteration' : `${count} iterations`;
}

/** `/s`, ` per 1m`. */
export function perUnit(timeUnitNs: number): string {
  const unit = formatNs(timeUnitNs);
  return timeUnitNs === NS_PER_S ? '/s' : ` per ${unit}`;
}
