// Conditions on elements, as rule tables and routes write them.
import { DataError } from '../../dicom/element/data-error.ts';
import { tagPath } from '../account/headers/header.ts';
import type { TagPath } from '../account/headers/header.ts';
import type { TagWish } from '../account/delivery.ts';
import { Pattern } from '../patterns/pattern.ts';
import type { Looks } from '../patterns/pattern.ts';

/** Something values can be asked of. */
export interface ValueSource {
  text(path: TagPath): string | null;
}

interface Condition {
  readonly path: TagPath;
  holds(value: string | null, looks: Looks): boolean;
}

/** Conditions that must all hold. */
export class ConditionList {
  /** Some look at elements with patterns. */
  readonly hasPatterns: boolean;
  readonly #conditions: readonly Condition[];

  /** @throws DataError `DATA_UNKNOWN_TAG` */
  constructor(when: Readonly<Record<string, TagWish>>) {
    this.hasPatterns = Object.values(when).some(
      (wish) => wish !== null && typeof wish === 'object',
    );
    this.#conditions = Object.entries(when).map(([name, wish]) => {
      const path = tagPath(name);
      if (wish === null) return { path, holds: (value) => value === null };
      if (typeof wish === 'object') {
        const pattern = new Pattern(wish.re, wish.flags);
        const holds: Condition['holds'] = (value, looks) =>
          value !== null && answerOf(pattern, value, looks);
        return { path, holds };
      }
      return { path, holds: (value) => (value ?? '') === String(wish) };
    });
  }

  /**
   * Whether they do; while `looks` is open it means nothing.
   * @throws DataError when a pattern was given up
   */
  hold(values: ValueSource, looks: Looks): boolean {
    return this.#conditions.every(({ path, holds }) => holds(values.text(path), looks));
  }
}

/** @throws DataError when the pattern was given up: another route would be a guess */
function answerOf(pattern: Pattern, value: string, looks: Looks): boolean {
  const found = pattern.find(value, looks) ?? false;
  if (typeof found === 'string') throw new DataError('DATA_UNSUPPORTED', found);
  return found;
}
