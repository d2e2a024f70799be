import { describe, expect, it } from 'vitest';
import { FarClock } from './far-clock.ts';

/** Asked each second for so long; `delays` are the ways there and back of each question, ms. */
function asked(
  seconds: number,
  theirsAt: (ours: number) => number,
  delays: (n: number) => readonly [number, number] = () => [0.2, 0.2],
): FarClock {
  const clock = new FarClock();
  for (let n = 0; n <= seconds; n++) {
    const sent = 1_000_000 + n * 1_000;
    const [there, back] = delays(n);
    clock.take(sent, theirsAt(sent + there), sent + there + back);
  }
  return clock;
}

describe('the clock of another host', () => {
  it('is told by its quickest answers, within half the time they took', () => {
    const clock = asked(
      30,
      (ours) => ours + 5_000,
      (n) => (n % 7 === 3 ? [0.3, 0.1] : [40, 2]),
    );
    const { offsetMs, boundMs } = clock.now;
    expect(boundMs).toBeLessThan(2);
    expect(Math.abs(offsetMs - 5_000)).toBeLessThanOrEqual(boundMs);
    expect(clock.drift).toBe(0);
  });

  it('is nothing that is known before its first answer', () => {
    const clock = new FarClock();
    expect(clock.now).toEqual({ offsetMs: 0, boundMs: 0 });
    expect(clock.at(1_000)).toEqual({ offsetMs: 0, boundMs: 0 });
    expect(clock.drift).toBe(0);
  });

  it('that runs fast is corrected by what it was ahead at each moment, and named', () => {
    const theirsAt = (ours: number) => 1_000_000 + (ours - 1_000_000) * 1.01;
    const clock = asked(60, theirsAt, (n) => (n % 4 === 0 ? [0.2, 0.3] : [9, 1]));
    expect(clock.drift).toBeCloseTo(0.01 / 1.01, 5);
    for (const seconds of [0, 3.3, 17, 41.5, 59]) {
      const ours = 1_000_000 + seconds * 1_000;
      const { offsetMs, boundMs } = clock.at(theirsAt(ours));
      expect(Math.abs(theirsAt(ours) - offsetMs - ours), `${seconds} s`).toBeLessThan(
        boundMs + 0.1,
      );
    }
    expect(clock.now.offsetMs).toBeCloseTo(600, 0);
  });

  it('that runs fast is named in a short run, too, whenever its quickest answer came', () => {
    const fast = (ours: number) => 1_000_000 + (ours - 1_000_000) * 1.02;
    for (const quickest of [0, 4, 7, 9]) {
      const clock = asked(9, fast, (n) => (n === quickest ? [0.05, 0.05] : [0.5, 0.6]));
      expect(clock.drift).toBeCloseTo(0.02 / 1.02, 3);
    }
  });

  it('that is set right by NTP is no drift, and a slow one is', () => {
    expect(asked(100, (ours) => ours * (1 + 5e-4)).drift).toBe(0);
    expect(asked(100, (ours) => ours * (1 - 2e-3)).drift).toBeCloseTo(-0.002, 5);
  });

  it('of a run of a day takes no more room than that of an hour', () => {
    const theirsAt = (ours: number) => ours + (ours - 1_000_000) * 2e-5;
    const clock = asked(86_400, theirsAt);
    const noon = 1_000_000 + 43_200_000;
    expect(clock.at(theirsAt(noon)).offsetMs).toBeCloseTo(864, 0);
  });
});
