// A PACS is clinical: heavy load goes only to hosts somebody named outside the script.
import { formatNs } from '../executors/duration.ts';
import { requirements } from '../executors/requirements.ts';
import type { Scenario } from '../executors/scenario.ts';
import type { Problem } from '../errors.ts';
import { isLoopback } from './address.ts';
import type { Options } from './types.ts';

const MAX_VUS = 10;
const MAX_RATE = 20;
const MAX_NS = 5 * 60e9;

/** Why this load is heavy, or null: > 10 VUs, > 20 iterations/s asked for, or > 5 min. */
export function heavyLoad(scenarios: readonly Scenario[]): string | null {
  const { maxVUs, regularDurationNs } = requirements(scenarios);
  const rate = Math.max(0, ...scenarios.map(highestRate));
  if (rate > MAX_RATE) return `${rate} iterations/s (more than ${MAX_RATE})`;
  const open = scenarios.every((scenario) => 'maxVUs' in scenario);
  if (maxVUs > MAX_VUS && !open) return `${maxVUs} VUs (more than ${MAX_VUS})`;
  const limited = scenarios.every((scenario) => 'iterations' in scenario);
  if (regularDurationNs > MAX_NS && !limited) {
    return `${formatNs(regularDurationNs)} (more than ${formatNs(MAX_NS)})`;
  }
  return maxVUs > MAX_VUS ? `${maxVUs} VUs (more than ${MAX_VUS})` : null;
}

function highestRate(scenario: Scenario): number {
  if (!('timeUnitNs' in scenario)) return 0;
  const perUnit =
    scenario.executor === 'constant-arrival-rate'
      ? scenario.rate
      : Math.max(scenario.startRate, ...scenario.stages.map((stage) => stage.target));
  return Math.round((perUnit * 1e9 * 100) / scenario.timeUnitNs) / 100;
}

/**
 * Refuses heavy load at hosts that are neither loopback nor named in a configuration file, `.env`,
 * the environment or on the command line.
 *
 * @param hosts hosts of the script's own peers (literals in the script)
 */
export function guardHeavyLoad(options: Options, hosts: readonly string[]): Problem[] {
  const why = heavyLoad(options.scenarios);
  if (why === null) return [];
  const named = new Set(options.allowedTargets);
  const scripted = options.origins['target.host'] === 'script';
  for (const { host } of [...Object.values(options.routes), options.verify ?? {}] as {
    host?: string;
  }[]) {
    if (host !== undefined && !(scripted && host === options.target?.host)) named.add(host);
  }
  if (options.target !== null && !scripted) named.add(options.target.host);
  const asked = new Set(hosts);
  if (options.target !== null) asked.add(options.target.host);
  return [...asked]
    .filter((host) => !isLoopback(host) && !named.has(host))
    .map((host) => ({
      code: 'CONFIG_HEAVY_LOAD',
      message: `heavy load at ${host}: ${why}, and the host is named only in the script`,
      hint: `if that is meant: -c AET@${host}:port, or allowedTargets: ['${host}'] in dicomrun.config.ts`,
    }));
}
