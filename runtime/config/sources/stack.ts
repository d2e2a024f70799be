// Layers stacked: a higher one wins, path by path, and every value keeps its origin.
import type { Entry, Layer } from './layer.ts';
import { ROWS } from '../option-table.ts';
import type { OptionPath, OptionValue } from '../option-table.ts';

export interface StackedEntry extends Entry {
  /** Which layer it came from, 0 the lowest. */
  readonly level: number;
}

export interface Stack {
  /** The value of an option, or its default; undefined when it has neither. */
  get<P extends OptionPath>(path: P): OptionValue<P> | undefined;
  /** What has no row: outputs, labels and their like are read by files of their own. */
  get<T>(path: string): T | undefined;
  /** The value or default of an option whose row has one. */
  need<P extends OptionPath>(path: P): OptionValue<P>;
  /** All values set under `path.`, by the rest of their path. */
  map<T>(path: string): Record<string, T>;
  origin(path: string): string;
  /** -1 when nobody set it. */
  level(path: string): number;
  readonly entries: ReadonlyMap<string, StackedEntry>;
}

export function stackOf(layers: readonly Layer[]): Stack {
  const entries = new Map<string, StackedEntry>();
  layers.forEach((layer, level) => {
    for (const [path, entry] of layer.values) entries.set(path, { ...entry, level });
  });
  const get = <T>(path: string): T | undefined => {
    const value = entries.get(path)?.value ?? ROWS.get(path)?.byDefault ?? undefined;
    return value as T | undefined;
  };
  return {
    entries,
    get,
    need<P extends OptionPath>(path: P): OptionValue<P> {
      return get<OptionValue<P>>(path) as OptionValue<P>;
    },
    map<T>(path: string): Record<string, T> {
      const found: Record<string, T> = {};
      for (const [key, { value }] of entries) {
        if (key.startsWith(`${path}.`)) found[key.slice(path.length + 1)] = value as T;
      }
      return found;
    },
    origin: (path) => entries.get(path)?.origin ?? 'default',
    level: (path) => entries.get(path)?.level ?? -1,
  };
}
