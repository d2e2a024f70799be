import { describe, expect, it } from 'vitest';
import type { Options } from '../../config/types.ts';
import type { Summary } from '../../metrics/summary.ts';
import { fakeTerminal } from '../../tests/fake-terminal.ts';
import { sampleRun } from '../../tests/sample-run.ts';
import type { ExecuteResult } from './execute.ts';
import { printSummary } from './print-summary.ts';

/** What is printed of a run under so many `-q`. */
function printed(summary: Summary, quiet: number, noSummary = false) {
  const terminal = fakeTerminal();
  const options = { quiet, noSummary } as Options;
  printSummary(terminal, { summary, custom: null, options } as ExecuteResult);
  return terminal.printed;
}

describe('the summary on standard output', () => {
  it('is whole under -q, and under -q -q only what failed is a line', async () => {
    const { summary } = await sampleRun({ seconds: 2 });
    const passed = { ...summary, verdict: { ...summary.verdict, passed: true } };
    const failed = {
      ...summary,
      verdict: { ...summary.verdict, passed: false, state: 'fail' as const },
    };
    expect(printed(passed, 1)).toMatchObject({ err: '' });
    expect(printed(passed, 1).out).toMatch(/^(PASS|DONE) [^]*OPERATIONS/);
    expect(printed(passed, 2)).toEqual({ out: '', err: '' });
    const { out, err } = printed(failed, 2);
    expect([out, err.split('\n').length]).toEqual(['', 2]);
    expect(err).toMatch(/^FAIL/);
    expect(printed(passed, 1, true)).toMatchObject({ out: '' });
  });
});
