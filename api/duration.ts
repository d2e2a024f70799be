// Durations, one grammar for options, scripts and simulated stations, as k6 writes them: Go's syntax
// plus days, `1m30s`, `1.5h`, `250ms`, `1d2h`.

const NS: Readonly<Record<string, number>> = {
  ns: 1,
  us: 1_000,
  µs: 1_000,
  ms: 1_000_000,
  s: 1_000_000_000,
  m: 60_000_000_000,
  h: 3_600_000_000_000,
  d: 86_400_000_000_000,
};

const PART = /(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h|d)/y;

/** The longest duration: ns are counted exactly up to 2^53, which is 104 days and 6 hours. */
export const LONGEST_DAYS = 104;

/** Whole ns, or null when it is no duration. `0` needs no unit; nothing else may go without. */
export function parseDuration(text: string): number | null {
  return counted(nsOf(text));
}

/** True of a duration that is one, but too long to be counted. */
export function isTooLong(value: unknown): boolean {
  const ns = typeof value === 'number' ? value * 1e6 : nsOf(String(value));
  return ns !== null && ns > Number.MAX_SAFE_INTEGER;
}

function counted(ns: number | null): number | null {
  const whole = ns === null ? NaN : Math.round(ns);
  return Number.isSafeInteger(whole) ? whole : null;
}

function nsOf(text: string): number | null {
  const trimmed = text.trim();
  if (trimmed === '0') return 0;
  PART.lastIndex = 0;
  let ns = 0;
  let end = 0;
  for (let part = PART.exec(trimmed); part !== null; part = PART.exec(trimmed)) {
    ns += Number(part[1]) * (NS[part[2] ?? ''] ?? 0);
    end = PART.lastIndex;
  }
  return end === 0 || end !== trimmed.length ? null : ns;
}

/** The same, where a bare number (or its text) is ms: options objects, environment. */
export function parseDurationOrMs(value: unknown): number | null {
  if (typeof value === 'number') return fromMs(value);
  if (typeof value !== 'string') return null;
  const text = value.trim();
  return /^\d+(\.\d+)?$/.test(text) ? fromMs(Number(text)) : parseDuration(text);
}

function fromMs(ms: number): number | null {
  const ns = Math.round(ms * 1e6);
  return ms >= 0 && Number.isSafeInteger(ns) ? ns : null;
}
