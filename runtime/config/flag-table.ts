// Flags that are no plain option of option-table.ts: load, addresses, maps and lists. Each also has
// a variable: `--vus` is DICOMRUN_VUS. In variables, lists are separated by commas.

/** Long names without dashes. */
export const FLAGS: readonly string[] = [
  'vus',
  'ramp',
  'duration',
  'iterations',
  'stage',
  'scenario',
  'connect',
  'bind',
  'tls',
  'verify',
  'tag',
  'out',
  'scrape',
  'receiver',
  'profile',
];

/**
 * Flags as the command line gives them: long name without dashes -> value as written. Where the user
 * spelt a flag in another way, `as:NAME` says how messages call it (`as:connect`: `flag -aec`).
 */
export type Flags = Readonly<Record<string, string | number | boolean | readonly string[]>>;
