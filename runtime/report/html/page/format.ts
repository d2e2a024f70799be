// Numbers for people: units always, three significant digits or so, the same everywhere.

const grouped = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });

/** A count: `12,345`. */
export function count(value: number): string {
  return Number.isInteger(value) || Math.abs(value) >= 100 ? grouped.format(value) : short(value);
}

/** Three significant digits, without exponent. */
export function short(value: number | null): string {
  // Percentiles come with the first histogram, ten seconds into a run.
  if (value === null || !Number.isFinite(value)) return '–';
  const size = Math.abs(value);
  if (value === 0) return '0';
  if (size >= 1000) return grouped.format(value);
  return String(Number(value.toPrecision(3)));
}

/** Milliseconds as `0.84 ms`, `12.3 ms`, `1.23 s`, `2 m 5 s`. */
export function ms(value: number | null): string {
  if (value === null || !Number.isFinite(value)) return '–';
  if (value < 1000) return `${short(value)} ms`;
  if (value < 120_000) return `${short(value / 1000)} s`;
  return clock(value / 1000);
}

/** Seconds as `3 s`, `2 m 5 s`, `3 m`, `5 h 3 m`. */
export function clock(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole < 120) return `${short(Math.round(seconds * 10) / 10)} s`;
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60)];
  if (hours > 0) return minutes === 0 ? `${hours} h` : `${hours} h ${minutes} m`;
  return whole % 60 === 0 ? `${minutes} m` : `${minutes} m ${whole % 60} s`;
}

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'];

/** Bytes in powers of 1000: `1.23 MB`. */
export function bytes(value: number): string {
  let [size, unit] = [value, 0];
  while (Math.abs(size) >= 1000 && unit < UNITS.length - 1) {
    size /= 1000;
    unit++;
  }
  return `${short(size)} ${UNITS[unit] ?? 'B'}`;
}

/** A share 0..1 as percent; small ones are not rounded to nothing. */
export function percent(share: number): string {
  if (share > 0 && share < 0.0001) return '<0.01 %';
  return `${short(Math.round(share * 10_000) / 100)} %`;
}

/** A value of a metric, by what it contains. */
export function ofKind(value: number, contains: string): string {
  if (contains === 'time') return ms(value);
  return contains === 'data' ? bytes(value) : short(value);
}
