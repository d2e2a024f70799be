import { describe, expect, it } from 'vitest';
import { fakeTerminal } from '../tests/fake-terminal.ts';
import { Progress } from './progress.ts';

describe('progress', () => {
  const watched = (
    tty: boolean,
  ): { err: () => string; at: (ms: number) => void; bar: Progress } => {
    const terminal = { ...fakeTerminal(), errIsTTY: tty };
    let now = 0;
    const bar = new Progress(terminal, 'files', () => now);
    return { err: () => terminal.printed.err, at: (ms) => (now = ms), bar };
  };

  it('is a bar on a terminal, drawn when the work is not quick and not too often', () => {
    const { err, at, bar } = watched(true);
    at(300);
    bar.show(1, 100);
    expect(err()).toBe('');
    at(1000);
    bar.show(25, 100);
    bar.show(26, 100);
    expect(err()).toBe('\r\u001b[2K[######------------------] 25 of 100 files, 25/s, 3 s left');
    bar.erase();
    bar.erase();
    expect(err().endsWith('left\r\u001b[2K')).toBe(true);
  });

  it('is a line each ten seconds elsewhere', () => {
    const { err, at, bar } = watched(false);
    at(9_000);
    bar.show(1, 100);
    at(10_000);
    bar.show(5, 100);
    at(11_000);
    bar.show(6, 100);
    bar.erase();
    expect(err()).toBe('[#-----------------------] 5 of 100 files, 0.5/s, 190 s left\n');
  });
});
