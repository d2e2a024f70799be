// Numbers as people read them on a terminal: short, with units, never with false precision.

/** `950 B`, `31 kB`, `1.9 MB`, `2.4 GB` (powers of ten, as network people count). */
export function bytes(n: number): string {
  if (n < 1_000) return `${Math.round(n)} B`;
  const units = ['kB', 'MB', 'GB', 'TB'];
  let value = n / 1_000;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1_000;
    unit += 1;
  }
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ${units[unit] ?? ''}`;
}

/** `12s`, `1m03s`, `2h05m`. */
export function clock(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  if (seconds < 60) return `${seconds}s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes}m${two(seconds % 60)}s`;
  return `${Math.floor(minutes / 60)}h${two(minutes % 60)}m`;
}

/** `00:01:10`, for log lines. */
export function stamp(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  return [seconds / 3600, (seconds / 60) % 60, seconds % 60]
    .map((n) => two(Math.floor(n)))
    .join(':');
}

/** Three significant digits: `0.31`, `12.4`, `412`, `9 812`. */
export function number(n: number): string {
  if (!Number.isFinite(n)) return '-';
  const size = Math.abs(n);
  if (size === 0) return '0';
  if (size < 10) return trim(n.toFixed(2));
  if (size < 100) return trim(n.toFixed(1));
  return String(Math.round(n)).replace(/\B(?=(\d{3})+$)/g, ' ');
}

/** `38 ms`, `1.2 s`. */
export function millis(ms: number): string {
  return ms < 1_000 ? `${number(ms)} ms` : `${number(ms / 1_000)} s`;
}

/** `0.31%` of a share 0..1. */
export function percent(share: number): string {
  return `${number(100 * share)}%`;
}

function two(n: number): string {
  return String(n).padStart(2, '0');
}

function trim(text: string): string {
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}
