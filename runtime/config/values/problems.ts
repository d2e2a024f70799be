// Collects everything wrong with a configuration, so that it is said all at once.
import type { Problem } from '../../errors.ts';
import { didYouMean } from './suggest.ts';

export class Problems {
  readonly list: Problem[] = [];

  add(
    code: string,
    message: string,
    rest: { hint?: string | undefined; where?: string } = {},
  ): void {
    const { hint, where } = rest;
    if (this.list.some((other) => other.message === message && other.where === where)) return;
    this.list.push({
      code,
      message,
      ...(hint === undefined ? {} : { hint }),
      ...(where === undefined ? {} : { where }),
    });
  }

  /** `option stages[2].target: must be an integer ≥ 0, got "ten"`. */
  value(at: Place, must: string, got: unknown, hint?: string): void {
    this.add('CONFIG_VALUE', `${at.name}: must be ${must}, got ${shown(got)}`, {
      hint,
      where: at.origin,
    });
  }

  missing(at: Place, what: string, hint?: string): void {
    this.add('CONFIG_MISSING', `${at.name}: ${what}`, { hint, where: at.origin });
  }

  unknownKey(at: Place, key: string, known: readonly string[], hint?: string): void {
    this.add('CONFIG_UNKNOWN_KEY', `${at.name}: unknown key "${key}"`, {
      hint: hint ?? didYouMean(key, known),
      where: at.origin,
    });
  }
}

/** What is being read: how messages call it, and where it came from. */
export interface Place {
  /** `option scenarios.gi.stages[2].target`, `flag --vus`, `COMPASS_PORT`. */
  readonly name: string;
  /** `script`, `.env`, `dicomrun.config.ts`, … */
  readonly origin: string;
}

export function within(at: Place, key: string | number): Place {
  const step = typeof key === 'number' ? `[${key}]` : at.name === 'option' ? ` ${key}` : `.${key}`;
  return { name: at.name + step, origin: at.origin };
}

/** A value as a message quotes it. */
export function shown(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (typeof value === 'function') return 'a function';
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}
