import { describe, expect, it } from 'vitest';
import { checkPlaces } from './check-place.ts';

const SOURCE = `import { check } from 'k6';
// stored: what a check is called
export default async function () {
  const restored = { x: 1 };
  check(r, { stored: (r) => r.ok });
  check(d, {
    'every image arrived once': (d) => d.missing === 0,
    "it's there": () => true,
    delivered() { return true; },
  });
  check(r, { ['took ' + n]: () => true });
}
`;

describe('place of a check', () => {
  const placeOf = checkPlaces('tests/gi.ts', SOURCE);

  it.each([
    ['stored', 'tests/gi.ts:5'],
    ['every image arrived once', 'tests/gi.ts:7'],
    ["it's there", 'tests/gi.ts:8'],
    ['delivered', 'tests/gi.ts:9'],
    ['took 5', null],
    ['', null],
  ])('%s', (check, place) => {
    expect(placeOf(check)).toBe(place);
  });
});
