// Words of a specification that come from JSON or an untyped script: only those that mean something.
import { SpecError } from './spec-error.ts';

/** @throws SpecError for another word than the known ones; absent is fine */
export function mustBeWord(name: string, value: unknown, known: readonly string[]): void {
  if (value === undefined || known.includes(value as string)) return;
  throw new SpecError(`${name}: there is no "${String(value)}"`, `known are ${known.join(', ')}`);
}

/** @throws SpecError for a key that is none of the known ones */
export function mustHaveKeys(name: string, value: object, known: readonly string[]): void {
  for (const key of Object.keys(value)) mustBeWord(name, key, known);
}
