// One source of configuration, read: flat values by path, each with its origin, and what it says
// about the load. Layers are stacked in resolve.ts; a higher one wins path by path.
import type { Scenario } from '../../executors/index.ts';
import type { Stage } from '../../executors/scenario.ts';
import type { OptionRow } from '../option-table.ts';
import { readAETitle, readPort } from '../values/address.ts';
import {
  readBoolean,
  readChoice,
  readDurationMs,
  readInteger,
  readList,
  readSize,
  readString,
  readViews,
} from '../values/values.ts';
import type { Reader } from '../values/values.ts';
import type { Origin } from '../types.ts';

export interface Entry {
  readonly value: unknown;
  readonly origin: Origin;
}

/** What one source says about the load; k6's shortcuts, our `ramp`, or scenarios. */
export interface Load {
  readonly origin: Origin;
  readonly vus?: number | undefined;
  readonly rampNs?: number | undefined;
  readonly durationNs?: number | undefined;
  readonly iterations?: number | undefined;
  readonly stages?: readonly Stage[] | undefined;
  readonly scenarios?: readonly Scenario[] | undefined;
}

export interface Layer {
  /** Option path (`target.host`, `tags.site`, `thresholds.checks`, `routes.GI`) -> value. */
  readonly values: Map<string, Entry>;
  load: Load | null;
  /** `options.smoke`, not yet read. */
  smoke: unknown;
}

export function emptyLayer(): Layer {
  return { values: new Map(), load: null, smoke: undefined };
}

/** Reads a value of the kind its row says. */
export function readOption(r: Reader, option: OptionRow, value: unknown): unknown {
  switch (option.kind) {
    case 'duration':
      return readDurationMs(r, value);
    case 'integer':
      return readInteger(r, value, { min: option.min ?? 0 });
    case 'boolean':
      return readBoolean(r, value);
    case 'string':
      return readString(r, value);
    case 'size':
      return readSize(r, value, option.min);
    case 'list':
      return readList(r, value);
    case 'views':
      return readViews(r, value);
    case 'aet':
      return readAETitle(r, value);
    case 'port':
      return readPort(r.problems, r.at, value);
    case 'choice':
      return readChoice(r, value, option.choices ?? []);
  }
}

/** Sets a value unless it could not be read. */
export function put(layer: Layer, path: string, value: unknown, origin: Origin): void {
  if (value !== undefined) layer.values.set(path, { value, origin });
}
