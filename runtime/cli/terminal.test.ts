import { describe, expect, it } from 'vitest';
import { needsAscii } from './run/print-summary.ts';
import { noPager, pagerOf } from './terminal.ts';

describe('a terminal of Windows', () => {
  it('has no pager but the one that is named, and shows the text when that one is not there', () => {
    expect(pagerOf({}, 'win32')).toBe('');
    expect(pagerOf({ PAGER: 'more' }, 'win32')).toBe('more');
    expect(pagerOf({}, 'linux')).toBe('less');
    expect([0, 1, 9009].map((code) => noPager(code, 'win32'))).toEqual([false, true, true]);
    expect([0, 1, 127].map((code) => noPager(code, 'linux'))).toEqual([false, false, true]);
  });

  it('shows letters for signs only where it is the old console', () => {
    expect(needsAscii({}, 'win32')).toBe(true);
    for (const name of ['WT_SESSION', 'TERM_PROGRAM', 'ConEmuANSI', 'MSYSTEM'])
      expect(needsAscii({ [name]: 'x' }, 'win32')).toBe(false);
    expect(needsAscii({}, 'darwin')).toBe(false);
  });
});
