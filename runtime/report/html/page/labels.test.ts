import { describe, expect, it } from 'vitest';
import { placeWords, shortened, type Word } from './labels.ts';

const ROOM = { left: 0, right: 400, rows: 3, gap: 4 };

/** Pairs of words that stand in each other. */
function clashes(words: readonly Word[]): number {
  const places = placeWords(words, ROOM);
  const boxes = places.flatMap((place, at) =>
    place ? [{ ...place, right: place.left + (words[at]?.width ?? 0) }] : [],
  );
  return boxes.filter((a, i) =>
    boxes.some((b, j) => j > i && a.row === b.row && a.left < b.right && b.left < a.right),
  ).length;
}

describe('words of marks', () => {
  it('stand right of their line, in rows while there is room', () => {
    const words = [0, 10, 20, 30].map((x) => ({ x, width: 100 }));
    expect(placeWords(words, ROOM)).toEqual([
      { left: 4, row: 0 },
      { left: 14, row: 1 },
      { left: 24, row: 2 },
      null,
    ]);
  });

  it('stand left of their line at the right edge, and never outside', () => {
    expect(placeWords([{ x: 390, width: 100 }], ROOM)).toEqual([{ left: 286, row: 0 }]);
    expect(placeWords([{ x: 200, width: 390 }], ROOM)).toEqual([null]);
  });

  it('give way to what was crossed', () => {
    const stages = [0, 1, 2].map((x) => ({ x, width: 200 }));
    expect(placeWords([...stages, { x: 3, width: 200, first: true }], ROOM)[3]).not.toBeNull();
  });

  it('are never written over each other, however many there are', () => {
    for (let seed = 1; seed <= 40; seed++) {
      const words = Array.from({ length: seed }, (_, i) => ({
        x: (i * 7919 * seed) % 400,
        width: 20 + ((i * 31 * seed) % 180),
        first: i % 5 === 0,
      }));
      expect(clashes(words)).toBe(0);
    }
  });
});

describe('shortened', () => {
  it('keeps both ends of a name', () => {
    expect(shortened('emergency_radiography_of_site_north_number_3', 17)).toBe('emergenc…number_3');
    expect(shortened('short', 17)).toBe('short');
  });
});
