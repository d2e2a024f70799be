import { describe, expect, it } from 'vitest';
import type { CaseResult } from '../../../metrics/summary.ts';
import { csvText, dotText, jsonText, listText, mergeJunit, tapText } from './reporters.ts';
import { azureText, githubText } from '../../run/case-text.ts';

const cases: readonly CaseResult[] = [
  { suite: 'gi › soak', name: 'stored', state: 'passed', durationMs: 143 },
  {
    suite: 'gi › soak',
    name: 'visible, at last: 100%',
    state: 'failed',
    durationMs: 60_000,
    message: 'not found\n(12 polls)',
    where: 'gi.ts:41:3',
  },
  { suite: 'gi › soak', name: 'film', state: 'manual', durationMs: 0, message: '1. look' },
  { suite: 'gi › soak', name: '=SUM(A1)', state: 'skipped', durationMs: 0, message: 'down' },
];
const outcome = { cases, exitCode: 99, folders: ['results/x'] };
const plain = (_: string, text: string) => text;

describe('smoke reporters', () => {
  it('list: a line a case, details below failures, the count last', () => {
    const lines = listText(outcome, plain).split('\n');
    expect(lines[0]).toMatch(/^PASS {3}gi › soak › stored +143 ms$/);
    expect(lines[1]).toMatch(/^FAIL {3}gi › soak › visible, at last: 100% +60(\.0)? s$/);
    expect(lines.at(-2)).toBe('1 failed, 1 passed, 1 skipped, 1 manual · exit 99 · results/x');
  });

  it('no control character reaches a terminal or the log of a CI server', () => {
    const hostile = 'a\u001b[31mb\u009b2J';
    const failed = { suite: hostile, name: hostile, message: hostile, where: `${hostile}.ts:3` };
    const bad = { ...outcome, cases: [{ ...failed, state: 'failed' as const, durationMs: 1 }] };
    const texts = [listText(bad, plain), dotText(bad, plain), tapText(bad)];
    for (const text of [...texts, githubText(bad), azureText(bad)]) {
      expect(text).not.toMatch(/[\u001b\u009b]/);
      expect(text).toContain('\\x1b[31m');
    }
  });

  it('dot: a character a case', () => {
    expect(dotText(outcome, plain)).toMatch(/^\.Fss\ngi › soak › visible/);
  });

  it('github: one escaped annotation a failure, with file and line', () => {
    expect(githubText(outcome)).toBe(
      '::error file=gi.ts,line=41,title=gi › soak › visible%2C at last%3A 100%25::not found%0A(12 polls)\n',
    );
  });

  it('azure: one logged issue a failure, on one line', () => {
    expect(azureText(outcome)).toBe(
      '##vso[task.logissue type=error;sourcepath=gi.ts;linenumber=41]gi › soak › visible, at last: 100%: not found (12 polls)\n',
    );
  });

  it('csv: nothing that a spreadsheet would compute', () => {
    expect(csvText(outcome)).toContain('"skipped","gi › soak","\'=SUM(A1)","0","down"');
  });

  it('tap: numbered, with directives', () => {
    expect(tapText(outcome).split('\n').slice(0, 6)).toEqual([
      'TAP version 14',
      '1..4',
      'ok 1 - gi › soak › stored',
      'not ok 2 - gi › soak › visible, at last: 100%',
      'ok 3 - gi › soak › film # SKIP manual',
      'ok 4 - gi › soak › =SUM(A1) # SKIP down',
    ]);
  });

  it('json: counts and all cases', () => {
    expect(JSON.parse(jsonText(outcome))).toMatchObject({ failed: 1, passed: 1, exitCode: 99 });
  });

  it('junit: documents of single runs become one with their sums', () => {
    const one = (failures: number) =>
      `<?xml version="1.0"?>\n<testsuites>\n  <testsuite name="s" tests="2" failures="${failures}" errors="0" skipped="0">\n    <testcase name="a"/>\n  </testsuite>\n</testsuites>\n`;
    const merged = mergeJunit([one(1), one(0)]);
    expect(merged).toContain('tests="4" failures="1" errors="0" skipped="0"');
    expect(merged.match(/<testsuite /g)).toHaveLength(2);
  });
});
