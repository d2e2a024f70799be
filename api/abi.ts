// What both sides of the bridge agree on, as numbers and names: how identities are counted, how a
// hot store is packed, which modules a script can import, what a status says, what `--label` wants. No state; the wire
// reads it too, which otherwise knows nothing of a load test.

/** Module a script imports -> file of api/ (without extension) that types it. */
export const MODULES: Readonly<Record<string, string>> = {
  dicom: 'dicom/index',
  'k6/x/dicom': 'dicom/index',
  dicomweb: 'dicomweb/index',
  k6: 'k6/index',
  'k6/metrics': 'k6/metrics',
  'k6/execution': 'k6/execution',
  'k6/data': 'k6/data',
  'k6/timers': 'k6/timers',
  'k6/options': 'k6/options',
};

/** Modules of which nothing is left at run time. */
export const TYPES_ONLY: readonly string[] = ['k6/options'];

/** An instance in its study is one number: series * 2^20 + instance, both from 1. */
export const MEMBERS_PER_SERIES = 2 ** 20;

/** A member of any pool is one number: pool * 2^20 + member. */
export const MEMBERS_PER_POOL = 2 ** 20;

/**
 * Every UID of a run in characters (PS3.5 §9, B.2):
 * `2.25.1` run (15) study (13) series (4) instance (6); 44 in all, even, so it needs no padding.
 */
export const UID_LAYOUT = { PREFIX: '2.25.1', RUN: 15, STUDY: 13, SERIES: 4, INSTANCE: 6 } as const;

/** Factors of the packed registers of a hot store: x and y of {@link Op.STORE} in bridge.ts. */
export const PACK = {
  PROTOTYPES: 2 ** 28,
  MEMBERS: 2 ** 21,
  INSTANCES: 2 ** 14,
  SERIES: 2 ** 7,
  OPS: 256,
  ANSWERS: 8,
} as const;

/** Classes of PS3.7 Annex C. */
export type StatusClass = 'success' | 'pending' | 'warning' | 'failure' | 'cancelled';

/** Class of a status (PS3.7 Table C-1); 0x0001, 0x0107, 0x0116 and Bxxx are warnings. */
export function statusClass(status: number): StatusClass {
  if (status === 0) return 'success';
  if (status === 0xff00 || status === 0xff01) return 'pending';
  if (status === 0xfe00) return 'cancelled';
  const warning = status === 0x0001 || status === 0x0107 || status === 0x0116;
  return warning || status >> 12 === 0xb ? 'warning' : 'failure';
}

/** Left out of smoke tests unless somebody asks for it by `--label`. */
const HEAVY_LABEL = 'load';

/** `--label a`, `--label '!slow'`, repeatable or comma-separated: without these, with any of those. */
export function labelWords(wanted: readonly string[]): {
  readonly without: readonly string[];
  readonly withAny: readonly string[];
} {
  const words = wanted.flatMap((word) => word.split(',')).map((word) => word.trim());
  return {
    without: words.filter((word) => word.startsWith('!')).map((word) => word.slice(1)),
    withAny: words.filter((word) => word !== '' && !word.startsWith('!')),
  };
}

/** Whether `--label` wants a script or a row with these labels; the sandbox decides about rows. */
export function isLabelled(labels: readonly string[], wanted: readonly string[]): boolean {
  const { without, withAny } = labelWords(wanted);
  if (labels.some((label) => without.includes(label))) return false;
  if (withAny.length > 0) return labels.some((label) => withAny.includes(label));
  return !labels.includes(HEAVY_LABEL);
}

/**
 * Bound as parameters around the prelude and the script: a look-up of a contextified global costs 90 ns.
 */
export const INTRINSICS = [
  'Math', 'JSON', 'Date', 'Object', 'Array', 'Map', 'Set', 'WeakMap', 'WeakSet', 'Promise', 'Symbol',
  'Number', 'String', 'Boolean', 'BigInt', 'RegExp', 'Error', 'TypeError', 'RangeError', 'Uint8Array',
  'Float64Array', 'ArrayBuffer', 'DataView', 'Reflect', 'parseInt', 'parseFloat', 'isNaN', 'isFinite',
]; // prettier-ignore
