// Nanoseconds as people write durations: 90s is "1m30s".

export const NS_PER_MS = 1_000_000;
export const NS_PER_S = 1_000_000_000;

/** What a timer of Node can wait, 24.8 days: longer ones would fire at once. */
export const LONGEST_TIMER_MS = 2 ** 31 - 1;

const UNITS: readonly (readonly [string, number])[] = [
  ['d', 86_400 * NS_PER_S],
  ['h', 3_600 * NS_PER_S],
  ['m', 60 * NS_PER_S],
];

/** `0s`, `250ms`, `1m30s`, `2d`; fractions of a second stay decimal (`1.5s`). */
export function formatNs(ns: number): string {
  if (ns < 0) return `-${formatNs(-ns)}`;
  if (ns === 0) return '0s';
  if (ns < 1_000) return `${ns}ns`;
  if (ns < NS_PER_MS) return `${ns / 1_000}µs`;
  if (ns < NS_PER_S) return `${ns / NS_PER_MS}ms`;
  let rest = ns;
  let text = '';
  for (const [unit, size] of UNITS) {
    const count = Math.floor(rest / size);
    if (count > 0) text += `${count}${unit}`;
    rest -= count * size;
  }
  if (rest === 0) return text;
  const seconds = Number((rest / NS_PER_S).toFixed(9));
  return `${text}${seconds}s`;
}
