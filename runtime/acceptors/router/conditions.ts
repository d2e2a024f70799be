// Conditions on elements, as rule tables and routes write them.
import { tagPath } from '../account/header.ts';
import type { TagPath } from '../account/header.ts';
import { patternOf } from '../account/tag-wishes.ts';
import type { TagWish } from '../account/delivery.ts';

/** Something values can be asked of. */
export interface ValueSource {
  text(path: TagPath): string | null;
}

interface Condition {
  readonly path: TagPath;
  holds(value: string | null): boolean;
}

/** Conditions that must all hold. */
export class ConditionList {
  private readonly conditions: readonly Condition[];

  /** @throws DataError `DATA_UNKNOWN_TAG` */
  constructor(when: Readonly<Record<string, TagWish>>) {
    this.conditions = Object.entries(when).map(([name, wish]) => {
      const path = tagPath(name);
      if (wish === null) return { path, holds: (value) => value === null };
      if (typeof wish === 'object') {
        const pattern = patternOf(wish);
        return { path, holds: (value) => value !== null && pattern.test(value) };
      }
      return { path, holds: (value) => (value ?? '') === String(wish) };
    });
  }

  hold(values: ValueSource): boolean {
    return this.conditions.every(({ path, holds }) => holds(values.text(path)));
  }
}
