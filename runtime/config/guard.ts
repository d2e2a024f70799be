// A PACS is clinical: heavy load goes only to hosts somebody named outside the script.
import { formatNs } from '../executors/duration.ts';
import { requirements } from '../executors/requirements.ts';
import { executorOf } from '../executors/index.ts';
import type { Scenario } from '../executors/index.ts';
import type { Problem } from '../errors.ts';
import { isLoopback } from './values/address.ts';
import type { Options } from './types.ts';

const MAX_VUS = 10;
const MAX_RATE = 20;
const MAX_NS = 5 * 60e9;
/** What the highest rate does in the longest time. */
const FEW = MAX_RATE * 300;

/** Why this load is heavy, or null: > 10 VUs, > 20 iterations/s asked for, or > 5 min. */
export function heavyLoad(scenarios: readonly Scenario[]): string | null {
  const rate = Math.max(0, ...scenarios.map(highestRate));
  if (rate > MAX_RATE) return `${rate} iterations/s (more than ${MAX_RATE})`;
  const { maxVUs } = requirements(scenarios);
  if (maxVUs > MAX_VUS) return `${maxVUs} VUs (more than ${MAX_VUS})`;
  const long = scenarios.filter((scenario) => !isShort(scenario));
  const { regularDurationNs } = requirements(long);
  if (regularDurationNs <= MAX_NS) return null;
  return `${formatNs(regularDurationNs)} (more than ${formatNs(MAX_NS)})`;
}

/** So few iterations that maxDuration, 10 min by default, says nothing about the load. */
function isShort(scenario: Scenario): boolean {
  const iterations = executorOf(scenario).iterations?.(scenario);
  return iterations !== undefined && iterations.total <= FEW;
}

function highestRate(scenario: Scenario): number {
  return executorOf(scenario).highestRate?.(scenario) ?? 0;
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
  const named = namedOutside(options);
  const asked = new Set(hosts);
  if (options.target !== null) asked.add(options.target.host);
  if (options.webTarget !== null) asked.add(new URL(options.webTarget.url).hostname);
  return [...asked]
    .filter((host) => !isLoopback(host) && !named.has(host))
    .map((host) => ({
      code: 'CONFIG_HEAVY_LOAD',
      message: `heavy load at ${host}: ${why}, and the host is named only in the script`,
      hint: `if that is meant: -c AET@${host}:port, or allowedTargets: ['${host}'] in dicomrun.config.ts`,
    }));
}

/** Hosts that somebody named outside the script; what the script says does not permit anything. */
function namedOutside(options: Options): ReadonlySet<string> {
  const outside = (path: string): boolean => {
    const origin = options.origins[path];
    return origin !== undefined && !origin.startsWith('script');
  };
  const named = new Set(outside('allowedTargets') ? options.allowedTargets : []);
  for (const [name, { host }] of Object.entries(options.routes)) {
    if (host !== undefined && outside(`routes.${name}`)) named.add(host);
  }
  if (options.verify !== null && outside('verify.host')) named.add(options.verify.host);
  if (options.webTarget !== null && outside('webTarget.url')) {
    named.add(new URL(options.webTarget.url).hostname);
  }
  const routed = options.route === null ? undefined : options.routes[options.route]?.host;
  if (options.target !== null && routed === undefined && outside('target.host')) {
    named.add(options.target.host);
  }
  return named;
}
