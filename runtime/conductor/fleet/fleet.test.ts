import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import type { ThreadEvents } from '../records/events.ts';
import { Fleet } from './fleet.ts';
import { createThreadPool } from './pool.ts';
import type { SharedVuPlan } from './fleet.ts';
import { FaultError } from './mailbox.ts';

const file = fileURLToPath(new URL('../testdata/worker.mjs', import.meta.url));
const fleets: Fleet[] = [];

afterEach(async () => {
  await Promise.all(fleets.splice(0).map((fleet) => fleet.destroy()));
});

function newFleet(maxWorkers: number, onBroken: (fleet: Fleet) => void = () => undefined) {
  const said: string[] = [];
  const ignore = () => undefined;
  const events: ThreadEvents = {
    series: ignore,
    samples: ignore,
    log: ({ message }) => said.push(message),
    error: ({ code, message }) => said.push(`${code} ${message}`),
    abortTest: ignore,
    failTest: ignore,
    ledger: ignore,
    caseState: ignore,
    broken: ({ message }) => {
      said.push(`broken: ${message}`);
      onBroken(fleet);
    },
    replaced: (worker, reason, lost) => said.push(`replaced ${worker}: ${reason} (${lost})`),
    receiversGone: ignore,
    settling: ignore,
    shared: ignore,
  };
  let source = 0;
  const fleet = new Fleet({
    pool: createThreadPool({ file, maxThreads: maxWorkers }),
    events,
    nextSource: () => source++,
  });
  fleets.push(fleet);
  fleet.startLead();
  return { fleet, said };
}

function load(bundle: string, timeoutMs = 5_000) {
  const env = {};
  const common = { preludeFile: '', folder: '', env, runNumber: '1' };
  return { kind: 'load', bundle, timeoutMs, ...common } as const;
}

function plan(options: Record<string, unknown>): SharedVuPlan {
  return { options, counters: new SharedArrayBuffer(8) } as unknown as SharedVuPlan;
}

describe('Fleet', () => {
  it('loads, prepares, sets up, runs and ends on every worker', async () => {
    const { fleet, said } = newFleet(3);
    expect((await fleet.load(load('a,b'))).exports).toEqual(['a', 'b']);
    await fleet.prepare(plan({}), 3, null);
    expect(await fleet.hook({ kind: 'setup', timeoutMs: 1_000 })).toBe('{"a":1}');
    await fleet.run(Date.now(), null, 5_000);
    expect(said.filter((text) => !text.includes('boom')).sort()).toEqual([
      'start 0',
      'start 1',
      'start 2',
    ]);
    expect(fleet.counts()).toMatchObject({ iterationsStarted: 15, iterationsDone: 15 });
  });

  it('reports a script that throws at init, and one that never finishes it', async () => {
    const { fleet } = newFleet(1);
    await expect(fleet.load(load('throw'))).rejects.toMatchObject({
      phase: 'init',
      fault: { code: 'SCRIPT_INIT', name: 'TypeError', message: 'boom' },
    });
    await expect(fleet.load(load('silent', -1_900))).rejects.toBeInstanceOf(FaultError);
  });

  it('replaces a worker that dies and counts its open iterations as interrupted', async () => {
    const { fleet, said } = newFleet(2);
    await fleet.load(load('ok'));
    const counter = new SharedArrayBuffer(4);
    await fleet.prepare(plan({ dieOnce: 1, counter, runMs: 300 }), 2, null);
    await fleet.run(Date.now(), null, 5_000);
    expect(said).toContain('replaced 1: out of luck (2)');
    expect(said).toContain('broken: out of luck');
    expect(fleet.counts()).toMatchObject({
      iterationsStarted: 15,
      interrupted: 2,
    });
  });

  it('ends a script that loops for ever, and the run goes on', async () => {
    const { fleet, said } = newFleet(2);
    await fleet.load(load('ok'));
    await fleet.prepare(plan({ hang: 1, terminable: 1 }), 2, null);
    await fleet.run(Date.now(), null, 300);
    expect(said.join()).toMatch(/VU 7: the script did not yield for 0.3 s/);
    expect(said.join()).not.toContain('replaced');
  });

  it('ends the thread where a script cannot be ended alone', async () => {
    const { fleet, said } = newFleet(1);
    await fleet.load(load('ok'));
    const counter = new SharedArrayBuffer(4);
    await fleet.prepare(plan({ hang: 0, hangOnce: counter, terminable: 0 }), 1, null);
    await fleet.run(Date.now(), null, 300);
    expect(said.join()).toContain('replaced 0');
    expect(said.join()).not.toContain('broken');
    expect(fleet.counts()).toMatchObject({
      iterationsStarted: 10,
      interrupted: 2,
    });
  });

  it('stops where a worker breaks, and tears down in a new one', async () => {
    const { fleet, said } = newFleet(2, (made) => made.stop('abort'));
    await fleet.load(load('ok'));
    const counter = new SharedArrayBuffer(4);
    await fleet.prepare(plan({ dieOnce: 0, counter, runMs: 60_000 }), 2, null);
    await fleet.run(Date.now(), null, 5_000);
    expect(said.join()).not.toContain('replaced');
    expect(fleet.counts()).toMatchObject({
      iterationsStarted: 10,
      interrupted: 2,
    });
    await fleet.hook({ kind: 'teardown', setupJson: '1', timeoutMs: 1_000 });
    expect(said).toContain('down 1');
  });

  it('stops early when told', async () => {
    const { fleet } = newFleet(2);
    await fleet.load(load('ok'));
    await fleet.prepare(plan({ runMs: 60_000 }), 2, null);
    const run = fleet.run(Date.now(), null, 5_000);
    fleet.stop('interrupt');
    await run;
    expect(fleet.counts().iterationsStarted).toBe(10);
  });
});
