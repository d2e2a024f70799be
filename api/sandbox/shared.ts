// What all VUs of one worker share inside the sandbox.
import type { Boot } from '../bridge.ts';
import type { Vu } from './vu.ts';

/** Evaluates the script for one VU: its own module instance, compiled once. */
// eslint-disable-next-line max-params -- bindings of the wrapper around the script
export type ScriptFactory = (
  exports: Record<string, unknown>,
  module: { exports: Record<string, unknown> },
  require: (name: string) => unknown,
  scope: Record<string, unknown>,
  console: unknown,
  timers: Readonly<Record<string, unknown>>,
  open: (path: string, mode?: string) => unknown,
  vu: Vu,
) => void;

export const shared: {
  boot: Boot;
  script: ScriptFactory | null;
  vus: (Vu | undefined)[];
  /** Result of `setup()` as JSON, '' when there is none. */
  setupJson: string;
  /** Study numbers handed out in this worker. */
  studies: number;
} = {
  boot: {
    worker: 0,
    studies: { first: 0, count: 0 },
    runNumber: '0'.repeat(15),
    throws: false,
    init: true,
    env: {},
    scenarios: [],
    options: {},
  },
  script: null,
  vus: [],
  setupJson: '',
  studies: 0,
};

/** Tallies of checks, indexed by the numbers the host gave; emptied when the host pulls them. */
export const tally: { passes: number[]; fails: number[]; touched: number[] } = {
  passes: [],
  fails: [],
  touched: [],
};

/** `index,passes,fails;…` of all checks since the last call. */
export function takeTally(): string {
  const { passes, fails, touched } = tally;
  let text = '';
  // why: by number, a script of this worker may have replaced how arrays are walked and pushed to
  for (let i = 0; i < touched.length; i++) {
    const index = touched[i] ?? 0;
    text += `${index},${passes[index] ?? 0},${fails[index] ?? 0};`;
    passes[index] = 0;
    fails[index] = 0;
  }
  touched.length = 0;
  return text;
}

/** Counts one check. */
export function count(index: number, ok: boolean): void {
  const passes = tally.passes[index] ?? 0;
  const fails = tally.fails[index] ?? 0;
  if (passes + fails === 0) tally.touched[tally.touched.length] = index;
  tally.passes[index] = passes + (ok ? 1 : 0);
  tally.fails[index] = fails + (ok ? 0 : 1);
}
