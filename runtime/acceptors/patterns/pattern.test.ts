import { describe, expect, it } from 'vitest';
import { Looks, Pattern } from './pattern.ts';
import type { PatternFound } from './pattern.ts';

const LONG = 'a'.repeat(64);
const HOSTILE = `${LONG}!`;

/** As whoever asks has to do it. */
function found(pattern: Pattern, text: string): Promise<PatternFound | null> {
  const looks = new Looks();
  return new Promise((resolve) => looks.settle(() => pattern.find(text, looks), resolve));
}

describe('a pattern of a script', () => {
  it('whose steps are few answers in the same turn, each time from the beginning', () => {
    const looks = new Looks();
    const pattern = new Pattern('es', 'gi');
    for (let n = 0; n < 3; n++) expect(pattern.find('xES', looks)).toBe(true);
    expect(pattern.find('CT', looks)).toBe(false);
    expect(String(pattern)).toBe('/es/i');
    const sticky = new Pattern('es', 'y');
    for (let n = 0; n < 3; n++) expect(sticky.find('es', looks)).toBe(true);
    expect(sticky.find('xes', looks)).toBe(false);
    expect([looks.open, looks.pending]).toEqual([false, false]);
  });

  it('that may take long is tried elsewhere, and finds what is there', async () => {
    const pattern = new Pattern('^(a+)+$', 'y');
    expect(pattern.find(LONG, new Looks())).toBeNull();
    const texts = [LONG, `b${LONG}`, ''];
    expect(await Promise.all(texts.map((text) => found(pattern, text)))).toEqual([
      ...[true, false, false],
    ]);
  });

  it('that backtracks without end is given up by name, and never tried again', async () => {
    let turns = 0;
    const turning = setInterval(() => turns++, 1);
    const why = '/^(a+)+x$/ took over 100 ms and was given up';
    expect(await found(new Pattern('^(a+)+x$'), HOSTILE)).toContain(why);
    clearInterval(turning);
    // The loop of who asks went on meanwhile.
    expect(turns).toBeGreaterThan(3);
    expect(await found(new Pattern('^(a+)+x$'), `${LONG}x`)).toContain(why);
    expect(await found(new Pattern('^(a+)+x$', 'i'), `${LONG}x`)).toBe(true);
  });

  it('is asked once for each value that a decision looks at', async () => {
    const looks = new Looks();
    const pattern = new Pattern('^(a|b)+$');
    let made = 0;
    const decided = await new Promise<readonly (PatternFound | null)[]>((resolve) =>
      looks.settle(() => {
        made++;
        return [LONG, LONG, `c${LONG}`].map((text) => pattern.find(text, looks));
      }, resolve),
    );
    expect(decided).toEqual([true, true, false]);
    expect(made).toBe(2);
  });

  it('refuses what is no pattern', () => {
    expect(() => new Pattern('(')).toThrow(SyntaxError);
  });
});
