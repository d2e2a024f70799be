// How many steps a backtracking matcher takes at most for a pattern and a text of a length: a bound
// that can be proved, not a guess. Where it is small, a pattern may be tried where others wait.

/** A group: alternatives, each a row of terms. */
type Group = readonly (readonly Term[])[];

interface Term {
  readonly min: number;
  /** Infinity where nothing ends it. */
  readonly max: number;
  /** Null = one character, or a place between two. */
  readonly group: Group | null;
}

/** Different ways through a part, and how long the longest is. */
interface Cost {
  readonly ways: number;
  /** Without the characters that it may repeat. */
  readonly steps: number;
  /** Those. */
  readonly repeats: number;
}

const QUANTIFIER = /^(?:[*+?]|\{(\d+)(,?)(\d*)\})\??/;
/** What begins a group that only groups: it may have a name. */
const GROUP = /^\((?:\?:|\?<[A-Za-z_$][\w$]*>)?/;
/** Of one character outside a class: an escape with what belongs to it, or the character. */
const CHARACTER = /^(?:\\(?:u\{[^}]*\}|[pP]\{[^}]*\}|[^])|[^])/;

/** Reads what it can prove something of: everything but looking around, and back. */
class Reader {
  #rest: string;

  constructor(source: string) {
    this.#rest = source;
  }

  /** Null where something stands that no bound is known for. */
  whole(): Group | null {
    const group = this.#group();
    return this.#rest === '' ? group : null;
  }

  #group(): Group | null {
    const alternatives: Term[][] = [[]];
    while (this.#rest !== '' && !this.#rest.startsWith(')')) {
      if (this.#take(/^\|/) !== null) {
        alternatives.push([]);
        continue;
      }
      const term = this.#term();
      if (term === null) return null;
      alternatives.at(-1)?.push(term);
    }
    return alternatives;
  }

  #term(): Term | null {
    // A reference back repeats what may be long, a look around is a matcher in a matcher.
    if (/^\\[1-9k]/.test(this.#rest)) return null;
    let group: Group | null = null;
    if (this.#rest.startsWith('(')) {
      this.#take(GROUP);
      if (this.#rest.startsWith('?')) return null;
      group = this.#group();
      if (group === null || this.#take(/^\)/) === null) return null;
    } else if (this.#take(/^\[(?:\\[^]|[^\]\\])*\]/) === null) this.#take(CHARACTER);
    return { ...this.#times(), group };
  }

  #times(): { readonly min: number; readonly max: number } {
    const found = this.#take(QUANTIFIER);
    if (found === null) return { min: 1, max: 1 };
    const [sign = '', least = '', comma = '', most = ''] = found;
    if (sign.startsWith('?')) return { min: 0, max: 1 };
    if (sign.startsWith('*')) return { min: 0, max: Infinity };
    if (sign.startsWith('+')) return { min: 1, max: Infinity };
    if (comma === '') return { min: Number(least), max: Number(least) };
    return { min: Number(least), max: most === '' ? Infinity : Number(most) };
  }

  #take(what: RegExp): RegExpExecArray | null {
    const found = what.exec(this.#rest);
    if (found !== null) this.#rest = this.#rest.slice(found[0].length);
    return found;
  }
}

function costOfGroup(group: Group, length: number): Cost {
  const all = { ways: 0, steps: 1, repeats: 0 };
  for (const terms of group) {
    const own = { ways: 1, steps: 1, repeats: 0 };
    for (const term of terms) {
      const cost = costOfTerm(term, length);
      own.ways *= cost.ways;
      own.steps += cost.steps;
      own.repeats += cost.repeats;
    }
    all.ways += own.ways;
    all.steps = Math.max(all.steps, own.steps);
    all.repeats = Math.max(all.repeats, own.repeats);
  }
  return all;
}

function costOfTerm({ min, max, group }: Term, length: number): Cost {
  // why: from the least on, a turn that takes no character ends the turns
  const most = Math.min(max, min + length);
  const turns = most - min + 1;
  if (group === null) return { ways: turns, steps: Math.max(1, min), repeats: most - min };
  const inner = costOfGroup(group, length);
  const ways = inner.ways === 1 ? turns : turns * inner.ways ** most;
  const times = Math.max(1, most);
  return { ways, steps: inner.steps * times, repeats: inner.repeats * times };
}

/** Steps at most; Infinity where none can be said. */
function stepsOf(group: Group, length: number, anchored: boolean): number {
  const { ways, steps, repeats } = costOfGroup(group, length);
  // All that repeats takes characters, and no way takes more than there are.
  return (anchored ? 1 : length + 1) * ways * (steps + Math.min(length, repeats));
}

/**
 * The longest text that a pattern answers for within so many steps; −1 when no text is short enough.
 * @param source of a pattern that is one
 */
export function longestWithin(source: string, flags: string, steps: number): number {
  const group = flags.includes('v') ? null : new Reader(source).whole();
  if (group === null) return -1;
  const anchored = group.length === 1 && source.startsWith('^') && !flags.includes('m');
  let fits = -1;
  let exceeds = steps + 1;
  while (exceeds - fits > 1) {
    const middle = Math.floor((fits + exceeds) / 2);
    if (stepsOf(group, middle, anchored) <= steps) fits = middle;
    else exceeds = middle;
  }
  return fits;
}
