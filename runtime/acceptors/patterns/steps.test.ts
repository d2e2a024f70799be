import { describe, expect, it } from 'vitest';
import { longestWithin } from './steps.ts';

const STEPS = 1_000_000;
const longest = (pattern: RegExp): number => longestWithin(pattern.source, pattern.flags, STEPS);

describe('steps of a pattern', () => {
  it.each([
    [/ES/, 'a word'],
    [/^(CT|MR|PT)$/i, 'one of some words'],
    [/^1\.2\.826\.\d+\.\d+$/, 'a UID'],
    [/head.*ct/i, 'two words'],
    [/^[A-Z]{2,16}\^[A-Z]+$/, 'a name'],
    [/^\d{4}-?\d{2}-?\d{2}$/, 'a date'],
    [/^(?:[^]*)[\]\\^]$/, 'odd classes'],
    [/(?<year>\d{4})\u{41}\p{Lu}\x41/u, 'a group with a name'],
    [/^$|x{2}/m, 'places'],
  ])('of %s (%s) are few for every value of a name', (pattern) => {
    expect(longest(pattern)).toBeGreaterThanOrEqual(64);
  });

  it.each([
    /^(a+)+$/,
    /^(a|a)*$/,
    /^(?:a*)*$/,
    /(x+x+)+y/,
    /^(([a-z])+.)+[A-Z]([a-z])+$/,
    /^(\w+\s?)*$/,
    /a*a*a*a*a*a*b/,
    /^(.{0,20}){1,20}$/,
    /^(?:a?){40}a{40}$/,
    /^a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?aaaaaaaaaaaaaaaaaaaaaaaaaaa$/,
    /(a)\1*b/,
    /^(?=(a+)+$)/,
    /^(?!.*b)/,
    /(?<=a*)b/,
    /(?:(?:(?:x{999}){999}){999}){999}/,
  ])('of %s are not known to be few', (pattern) => {
    expect(longest(pattern)).toBeLessThan(64);
  });

  it('count where it may begin, and how much there is', () => {
    expect(longest(/es/)).toBeGreaterThan(10_000);
    expect(longest(/es/)).toBeLessThan(STEPS);
    expect(longest(/^a.*b/)).toBeGreaterThan(longest(/a.*b/));
    expect(longest(/^a.*b/m)).toBe(longest(/ a.*b/));
  });

  it('are unknown where the grammar is another', () => {
    expect(longestWithin('[a--b]', 'v', STEPS)).toBe(-1);
  });
});
