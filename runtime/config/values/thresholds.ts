// The shapes thresholds are written in: a text, an object, or a list of either. Expressions and
// metric names are judged in runtime/metrics, once the script's own metrics are known.
import { within } from './problems.ts';
import type { ThresholdSpec } from '../types.ts';
import { readBoolean, readDuration, readObject, readString } from './values.ts';
import type { Reader } from './values.ts';

const KEYS = ['threshold', 'abortOnFail', 'delayAbortEval', 'window', 'advisory'];

/** All thresholds of one metric or selector; `[]` only tracks it. */
export function readThresholds(r: Reader, value: unknown): readonly ThresholdSpec[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  return list.flatMap((item, i) => {
    const at = Array.isArray(value) ? within(r.at, i) : r.at;
    const spec = typeof item === 'string' ? { threshold: item } : readSpec({ ...r, at }, item);
    return spec === undefined ? [] : [spec];
  });
}

function readSpec(r: Reader, value: unknown): ThresholdSpec | undefined {
  const raw = readObject(r, value);
  if (raw === undefined) return undefined;
  for (const key of Object.keys(raw)) {
    if (!KEYS.includes(key)) r.problems.unknownKey(r.at, key, KEYS);
  }
  const reader = (key: string): Reader => ({ ...r, at: within(r.at, key) });
  const threshold = readString(reader('threshold'), raw.threshold);
  if (threshold === undefined) return undefined;
  const delay = raw.delayAbortEval;
  const window = raw.window;
  return {
    threshold,
    ...(raw.abortOnFail === undefined
      ? {}
      : { abortOnFail: readBoolean(reader('abortOnFail'), raw.abortOnFail) ?? false }),
    ...(raw.advisory === undefined
      ? {}
      : { advisory: readBoolean(reader('advisory'), raw.advisory) ?? false }),
    ...(delay === undefined
      ? {}
      : { delayAbortEval: (readDuration(reader('delayAbortEval'), delay) ?? 0) / 1e6 }),
    ...(window === undefined
      ? {}
      : { window: (readDuration(reader('window'), window, 1e9) ?? 1e9) / 1e6 }),
  };
}
