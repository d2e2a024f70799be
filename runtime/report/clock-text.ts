// How far the clock of an agent is off, as the text and the page say it.
import { time } from '../metrics/numbers.ts';
import type { AgentSummary } from '../metrics/summary.ts';

/** `+30.0 s ±0.2 ms`: ahead of the coordinator's, and how wrong that may be. */
export function clockText({ clockOffsetMs, clockBoundMs }: AgentSummary): string {
  const sign = clockOffsetMs < 0 ? '-' : '+';
  return `${sign}${time(Math.abs(clockOffsetMs))} ±${time(clockBoundMs)}`;
}
