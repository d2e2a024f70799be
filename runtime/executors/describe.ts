// One line that says what a scenario will do: "0→50 VUs over 2m, hold 50 for 1m".
import { formatNs } from './duration.ts';
import { executorOf } from './index.ts';
import type { Scenario } from './index.ts';

/** The load in words, without the scenario's name. */
export function describe(scenario: Scenario): string {
  return [...executorOf(scenario).describe(scenario), ...circumstances(scenario)].join(', ');
}

function circumstances({ after, startTimeNs, exec }: Scenario): string[] {
  const parts: string[] = [];
  if (after !== undefined) parts.push(`after "${after}"`);
  if (startTimeNs > 0) {
    const from = formatNs(startTimeNs);
    parts.push(after === undefined ? `starting at ${from}` : `${from} later`);
  }
  if (exec !== 'default') parts.push(`exec ${exec}`);
  return parts;
}
