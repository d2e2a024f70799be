// What `expect({ tags })` wants of elements, judged on the header that was kept.
import { BudgetedPattern } from './headers/budgeted-pattern.ts';
import { HeaderReader, tagPath } from './headers/header.ts';
import type { KeptHeader, TagPath } from './headers/header.ts';
import type { TagDifference, TagWish } from './delivery.ts';

interface Wish {
  readonly name: string;
  readonly path: TagPath;
  /** As it reads in a difference; null = absent. */
  readonly expected: string | null;
  holds(actual: string | null): Holds;
}

/** Whether a wish holds, or why nobody can tell. */
type Holds = boolean | string;

/** Wishes ready to be judged on many headers. */
export type Wishes = readonly Wish[];

/**
 * Compiles wishes: a literal is compared with the value as text (numbers as numbers, several
 * values joined by a backslash; '' is an empty value or none), a pattern is searched in it, null
 * wants the element absent.
 *
 * @throws DataError `DATA_UNKNOWN_TAG`; SyntaxError for a bad pattern
 */
export function compileWishes(tags: Readonly<Record<string, TagWish>>): Wishes {
  return Object.entries(tags).map(([name, wish]) => {
    const path = tagPath(name);
    if (wish === null) return { name, path, expected: null, holds: (actual) => actual === null };
    if (typeof wish === 'object') {
      const pattern = new BudgetedPattern(wish.re, wish.flags);
      const holds = (actual: string | null): Holds =>
        actual !== null && (pattern.test(actual) ?? pattern.surrender);
      return { name, path, expected: String(pattern), holds };
    }
    if (typeof wish === 'number') {
      const holds = (actual: string | null): boolean =>
        actual !== null && actual !== '' && Number(actual) === wish;
      return { name, path, expected: String(wish), holds };
    }
    return { name, path, expected: wish, holds: (actual) => (actual ?? '') === wish };
  });
}

/** Differences between one kept header and the wishes. */
export function judgeWishes(
  instance: string,
  header: KeptHeader | undefined,
  wishes: Wishes,
): TagDifference[] {
  const unknown = (actual: string): TagDifference[] =>
    wishes.map(({ name, expected }) => ({ instance, tag: name, expected, actual }));
  if (header === undefined) return unknown('(the receiver does not keep headers)');
  if (header.bytes.length === 0) return unknown('(the receiver had no room for this header)');
  let reader: HeaderReader;
  try {
    reader = new HeaderReader(header);
  } catch (error) {
    return unknown(unreadable(error));
  }
  const found: TagDifference[] = [];
  for (const { name, path, expected, holds } of wishes) {
    const actual = reader.text(path);
    const held = holds(actual);
    if (held === true) continue;
    found.push({ instance, tag: name, expected, actual: held === false ? actual : `(${held})` });
  }
  return found;
}

/** What stands for the value of an element when the data set came damaged. */
export function unreadable(error: unknown): string {
  return `(unreadable: ${error instanceof Error ? error.message : String(error)})`;
}
