// Where the words of marks stand in a chart, so that none is written over another.
// Words of a mark stand right of its line, else left of it, in the first row that has room; a word
// that has none anywhere is left out, and its line stays. Pure: widths are measured by the caller.

export interface Word {
  /** Of the line it belongs to, in pixels. */
  readonly x: number;
  readonly width: number;
  /** Placed before the others, as what was crossed matters more than where a stage began. */
  readonly first?: boolean;
}

export interface WordPlace {
  readonly left: number;
  /** From the top, 0 is the first. */
  readonly row: number;
}

interface Room {
  readonly left: number;
  readonly right: number;
  readonly rows: number;
  /** Between a line and its word, and between two words. */
  readonly gap: number;
}

type Taken = readonly [from: number, to: number];

/** The place of each word, in the order given; null where there is no room. */
export function placeWords(words: readonly Word[], room: Room): (WordPlace | null)[] {
  const rows: Taken[][] = Array.from({ length: room.rows }, () => []);
  const places = new Array<WordPlace | null>(words.length).fill(null);
  const order = [...words.keys()].sort((a, b) => rank(words[a]) - rank(words[b]) || a - b);
  for (const at of order) {
    const word = words[at];
    if (word) places[at] = placeOf(word, room, rows);
  }
  return places;
}

const rank = (word: Word | undefined): number => (word?.first === true ? 0 : 1);

function placeOf({ x, width }: Word, room: Room, rows: Taken[][]): WordPlace | null {
  for (const left of [x + room.gap, x - room.gap - width]) {
    const right = left + width;
    if (left < room.left || right > room.right) continue;
    const row = rows.findIndex((taken) =>
      taken.every(([from, to]) => right + room.gap <= from || left >= to + room.gap),
    );
    if (row < 0) continue;
    rows[row]?.push([left, right]);
    return { left, row };
  }
  return null;
}

/** A text of at most `most` characters: its end is where names differ, so the middle goes. */
export function shortened(text: string, most: number): string {
  const chars = [...text];
  if (chars.length <= most) return text;
  const tail = Math.floor((most - 1) / 2);
  return `${chars.slice(0, most - 1 - tail).join('')}…${chars.slice(chars.length - tail).join('')}`;
}
