// What a simulated archive does where its specification is silent.

export const ARCHIVE_DEFAULTS = {
  aet: 'ARCHIVE',
  keep: 'headers',
  keepBytes: 256 * 1024 ** 2,
  visibleAfterMs: 0,
  duplicates: 'replace',
} as const;
