// A terminal for tests: remembers what was printed.
import type { Terminal } from '../cli/terminal.ts';

export interface FakeTerminal extends Terminal {
  readonly printed: { out: string; err: string };
}

export function fakeTerminal(env: Terminal['env'] = {}, cwd = '/'): FakeTerminal {
  const printed = { out: '', err: '' };
  return {
    printed,
    out: (text) => {
      printed.out += text;
    },
    err: (text) => {
      printed.err += text;
    },
    env,
    cwd,
    outIsTTY: false,
    errIsTTY: false,
    columns: () => 80,
    page: (text) => {
      printed.out += text;
      return Promise.resolve();
    },
    style: (_, text) => text,
    colour: () => false,
    setColor: () => undefined,
    onSignal: () => () => undefined,
    onFault: () => () => undefined,
    exitNow: (code) => {
      throw new Error(`exit ${code}`);
    },
    flush: () => Promise.resolve(null),
  };
}
