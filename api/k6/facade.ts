// The modules `k6` and `k6/*` for one VU. Functions are made at first use: 10,000 VUs, few functions.
import { timersOf } from '../sandbox/timers.ts';
import type { Vu } from '../sandbox/vu.ts';
import { check } from './check.ts';
import { fail, group, randomSeed, sleep } from './core.ts';
import { open, sharedArray } from './shared-array.ts';
import { executionFor } from './exec.ts';
import { metricsFor } from './custom-metrics.ts';
import { once } from '../sandbox/once.ts';

class K6 {
  readonly vu!: Vu;
  declare readonly __esModule: boolean;
  constructor(vu: Vu) {
    Object.defineProperty(this, 'vu', { value: vu });
    Object.defineProperty(this, '__esModule', { value: true });
  }
  get check(): unknown {
    const vu = this.vu;
    return once(this, 'check', (value: unknown, sets: never, tags?: never) =>
      check(vu, value, sets, tags),
    );
  }
  get sleep(): unknown {
    const vu = this.vu;
    return once(this, 'sleep', (seconds: number) => sleep(vu, seconds));
  }
  get group(): unknown {
    const vu = this.vu;
    return once(this, 'group', (name: string, fn: () => unknown) => group(vu, name, fn));
  }
  get fail(): unknown {
    return once(this, 'fail', fail);
  }
  get randomSeed(): unknown {
    const vu = this.vu;
    return once(this, 'randomSeed', (seed: number) => randomSeed(vu, seed, Math));
  }
  get open(): unknown {
    const vu = this.vu;
    return once(this, 'open', (path: string, mode?: string) => open(vu, path, mode));
  }
  get default(): unknown {
    return this;
  }
}

const MODULES: Readonly<Record<string, (vu: Vu) => object>> = {
  k6: (vu) => new K6(vu),
  'k6/metrics': (vu) => metricsFor(vu),
  'k6/execution': (vu) => executionFor(vu),
  'k6/data': (vu) => ({
    SharedArray: class {
      constructor(name: string, make: () => unknown[]) {
        return sharedArray(vu, name, make) as unknown as object;
      }
    },
  }),
  'k6/timers': (vu) => ({ ...timersOf(vu) }),
  'k6/options': () => ({}),
};

/** A module of k6 for one VU, undefined when there is none of that name. */
export function k6For(vu: Vu, name: string): unknown {
  return Object.hasOwn(MODULES, name) ? MODULES[name]?.(vu) : undefined;
}
