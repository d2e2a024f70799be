// What `expect({ tags })` wants of elements, judged on the header that was kept.
import { Pattern } from '../patterns/pattern.ts';
import type { PatternFound, Looks } from '../patterns/pattern.ts';
import { HeaderReader, tagPath } from './headers/header.ts';
import type { KeptHeader, TagPath } from './headers/header.ts';
import type { TagDifference, TagWish } from './delivery.ts';

interface Wish {
  readonly name: string;
  readonly path: TagPath;
  /** As it reads in a difference; null = absent. */
  readonly expected: string | null;
  /** Whether it does, or why nobody can tell; null = not known yet. */
  holds(actual: string | null, looks: Looks): PatternFound | null;
}

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
      const pattern = new Pattern(wish.re, wish.flags);
      const holds = (actual: string | null, looks: Looks): PatternFound | null =>
        actual !== null && pattern.find(actual, looks);
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

/** What is known of one header once, and what is only known when the looks have been fetched. */
export interface TagFindings {
  readonly now: readonly TagDifference[];
  /** Each gives its difference then; null = the wish holds. */
  readonly later: readonly (() => TagDifference | null)[];
}

/** Differences between one kept header and the wishes; the values are read now, whenever judged. */
export function judgeWishes(
  instance: string,
  header: KeptHeader | undefined,
  wishes: Wishes,
  looks: Looks,
): TagFindings {
  const unknown = (actual: string): TagFindings => {
    const now = wishes.map(({ name, expected }) => ({ instance, tag: name, expected, actual }));
    return { now, later: [] };
  };
  if (header === undefined) return unknown('(the receiver does not keep headers)');
  if (header.bytes.length === 0) return unknown('(the receiver had no room for this header)');
  let reader: HeaderReader;
  try {
    reader = new HeaderReader(header);
  } catch (error) {
    return unknown(unreadable(error));
  }
  const now: TagDifference[] = [];
  const later: (() => TagDifference | null)[] = [];
  for (const wish of wishes) {
    const actual = reader.text(wish.path);
    const differs = (held: PatternFound | null): TagDifference | null => {
      if (held === true || held === null) return null;
      const { name, expected } = wish;
      return { instance, tag: name, expected, actual: held === false ? actual : `(${held})` };
    };
    const held = wish.holds(actual, looks);
    const found = differs(held);
    if (found !== null) now.push(found);
    if (held === null) later.push(() => differs(wish.holds(actual, looks)));
  }
  return { now, later };
}

/** What stands for the value of an element when the data set came damaged. */
export function unreadable(error: unknown): string {
  return `(unreadable: ${error instanceof Error ? error.message : String(error)})`;
}
