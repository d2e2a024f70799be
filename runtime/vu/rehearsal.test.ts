import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { stopBundler } from '../../bundler/bundle.ts';
import { writePrelude } from '../../bundler/prelude.ts';
import type { Scenario } from '../executors/index.ts';
import { isLoad } from './is-load.ts';
import { rehearse } from './rehearsal.ts';

let folder = '';
let prelude = '';
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'dicomrun-rehearsal-'));
  prelude = join(folder, 'prelude.js');
  await writePrelude(prelude);
});
afterAll(async () => {
  await stopBundler();
  rmSync(folder, { recursive: true, force: true });
});

const sockets = (): number =>
  process.getActiveResourcesInfo().filter((name) => name.startsWith('TCP')).length;

describe('a rehearsal', () => {
  it('does iterations, each with its store, says nothing and leaves no socket behind', async () => {
    const before = sockets();
    const said = ['log', 'warn', 'error'] as const;
    const spies = said.map((name) => vi.spyOn(console, name));
    expect(await rehearse(prelude, 30_000)).toBeGreaterThanOrEqual(40);
    await vi.waitFor(() => expect(sockets()).toBe(before));
    for (const spy of spies) expect(spy).not.toHaveBeenCalled();
    vi.restoreAllMocks();
  });

  it('is over when its time is', async () => {
    const before = sockets();
    expect(await rehearse(prelude, 0)).toBeLessThan(40);
    await vi.waitFor(() => expect(sockets()).toBe(before));
  });

  it('that is not possible is none, and no fault of the run', async () => {
    const before = sockets();
    expect(await rehearse(join(folder, 'none.js'))).toBe(0);
    await vi.waitFor(() => expect(sockets()).toBe(before));
  });
});

describe('a load', () => {
  const common = {
    name: 's',
    exec: 'default',
    startTimeNs: 0,
    gracefulStopNs: 0,
    env: {},
    tags: {},
  };
  const closed = (vus: number): Scenario => {
    return { ...common, executor: 'constant-vus', vus, durationNs: 1e9 };
  };
  const open = (rate: number): Scenario => ({
    ...{ ...common, executor: 'constant-arrival-rate', rate, timeUnitNs: 1e9, durationNs: 1e9 },
    ...{ preAllocatedVUs: 2, maxVUs: 2, arrival: 'regular' },
  });

  it('is what has many VUs or starts often, and no smoke run', () => {
    const is = (...scenarios: Scenario[]): boolean => isLoad({ smoke: null, scenarios });
    expect([is(closed(1)), is(closed(19)), is(open(99))]).toEqual([false, false, false]);
    expect([is(closed(20)), is(open(100)), is(closed(1), open(100))]).toEqual([true, true, true]);
    const smoke = { script: 's', grep: null, wanted: [], labels: {} };
    expect(isLoad({ smoke: { ...smoke }, scenarios: [closed(100)] })).toBe(false);
  });
});
