// The straight line to servers that are not ours: examples/store.ts with 20 VUs on two workers.
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { requirePeer, startDimseServer, startOrthanc, startStorescp } from './peers.ts';
import { accepted, Bench, PACKAGE, type CliResult } from './run-cli.ts';

const bench = new Bench('store');
afterAll(() => bench.remove());

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

interface Target {
  readonly aet: string;
  readonly port: number;
}

function store(target: Target, iterations: number): Promise<CliResult> {
  return bench.run([
    ...['run', join(PACKAGE, 'examples/store.ts')],
    ...['-c', `${target.aet}@127.0.0.1:${target.port}`],
    ...['--vus', '20', '--workers', '2', '--iterations', String(iterations)],
  ]);
}

/** Every store and association of the run succeeded, and it says so everywhere. */
function expectAllStored(result: CliResult, instances: number): void {
  expect(result.stderr).not.toMatch(/error|warn/);
  expect(result.code, result.stdout).toBe(0);
  const summary = result.summary();
  expect(accepted(summary)).toBe(instances);
  expect(summary.operations.find(({ service }) => service === 'C-STORE')).toMatchObject({
    count: instances,
    failed: 0,
    statuses: { '0000': instances },
  });
  expect(summary.associations).toMatchObject({
    requested: instances / 4,
    accepted: instances / 4,
    rejected: 0,
    failed: 0,
    aborted: 0,
  });
  expect(summary.execution).toMatchObject({ iterations: instances / 4, failed: 0, vusMax: 20 });
  expect(summary.checks).toMatchObject({ passes: instances, fails: 0 });
}

describe.skipIf(!requirePeer('storescp'))('storescp', () => {
  it('stores every instance that the summary calls accepted', { timeout: 60_000 }, async () => {
    const peer = await startStorescp();
    stops.push(() => peer.stop());
    expectAllStored(await store(peer, 100), 400);
    expect((await peer.files()).length).toBe(400);
  });
});

describe("dcmjs-dimse's Server", () => {
  it('gets every instance that the summary calls accepted', { timeout: 60_000 }, async () => {
    const peer = await startDimseServer();
    stops.push(() => peer.stop());
    expectAllStored(await store(peer, 100), 400);
    expect(peer.stored.length).toBe(400);
    expect(new Set(peer.stored.map(({ sopInstanceUid }) => sopInstanceUid)).size).toBe(400);
  });
});

describe.skipIf(!requirePeer('Orthanc'))('Orthanc', () => {
  it('has as many instances as the summary calls accepted', { timeout: 120_000 }, async () => {
    const peer = await startOrthanc();
    stops.push(() => peer.stop());
    const result = await store(peer, 500);
    expectAllStored(result, 2000);
    expect(await peer.counts()).toEqual({
      patients: 500,
      studies: 500,
      series: 500,
      instances: accepted(result.summary()),
    });
  });
});
