// Many VUs, and large instances, through the command line.
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { anyPortFree } from './peers.ts';
import { accepted, Bench, counted, type CliProcess, type CliResult } from './run-cli.ts';

const bench = new Bench('scale');
afterAll(() => bench.remove());

describe('2,000 VUs with one association each', () => {
  it(
    'offer 1 store/s each for 20 s: no error, every store accounted for',
    { timeout: 150_000 },
    async () => {
      const script = `import dicom from 'dicom';
import { check } from 'k6';
const archive = dicom.receiver({ aet: 'ARCHIVE', port: 0, keep: 'nothing', verify: 'counts' });
const router = dicom.peer({ route: 'ANY', deliversTo: archive });
const scanner = dicom.synthetic({ modality: 'CT', rows: 32, columns: 32 });
export const options = {
  scenarios: { s: { executor: 'constant-vus', vus: 2000, duration: '20s', gracefulStop: '20s' } },
  minIterationDuration: '1s',
};
export async function vuInit() {
  return router.associate({ for: scanner, keep: true });
}
export default async function (data, association) {
  check(await association.store(scanner), { stored: (r) => r.ok });
}
`;
      const result = await bench.script(script, ['--embedded'], { timeoutMs: 120_000 });
      expect(result.code, result.stderr + result.stdout).toBe(0);
      const { associations, checks, delivery, errors, execution } = result.summary();
      expect(errors.total, result.stdout).toBe(0);
      expect(execution).toMatchObject({ failed: 0, vusMax: 2000 });
      expect(associations).toMatchObject({
        requested: 2000,
        accepted: 2000,
        failed: 0,
        aborted: 0,
      });
      const stores = accepted(result.summary());
      expect(stores).toBeGreaterThan(20_000);
      expect(checks).toMatchObject({ passes: stores, fails: 0 });
      expect(delivery.routes[0]).toMatchObject({
        ...{ accepted: stores, arrived: stores, unique: stores },
        ...{ missing: 0, duplicated: 0, unexpected: 0 },
      });
    },
  );
});

describe('more VUs than may connect at once', () => {
  it('all get their association in turn, and the plan says how', { timeout: 60_000 }, async () => {
    const script = `import dicom from 'dicom';
const router = dicom.peer({ route: 'ANY' });
export async function vuInit() {
  return router.associate({ for: 'Verification', keep: true });
}
export default async function (data, association) {
  await association.echo();
}
`;
    const limits = ['--connect-backlog', '4', '--connect-rate', '400'];
    const load = ['--vus', '60', '--iterations', '60'];
    const result = await bench.script(script, ['--embedded', ...load, ...limits]);
    expect(result.code, result.stderr + result.stdout).toBe(0);
    const how = 'open in turn: at most 4 not yet answered, 400 begun per second';
    expect(result.stdout + result.stderr).toContain(how);
    const { associations, execution } = result.summary();
    expect(associations).toMatchObject({ requested: 60, accepted: 60, failed: 0 });
    expect(execution).toMatchObject({ iterations: 60, failed: 0 });
  });
});

/** Largest resident memory of a process until it ends, in bytes (Linux). */
async function peakMemory(run: CliProcess): Promise<[CliResult, number]> {
  let peak = 0;
  let over = false;
  const ended = run.ended.finally(() => (over = true));
  while (!over) {
    peak = Math.max(peak, residentBytes(run.pid));
    await Promise.race([delay(50), ended]);
  }
  return [await ended, peak];
}

function residentBytes(pid: number): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? 0) * 1024;
  } catch {
    return 0; // it has just ended
  }
}

describe.skipIf(process.platform !== 'linux')('an instance of 2.4 GB', () => {
  const script = (port: number, bytes: number, more = ''): string => `import dicom from 'dicom';
import { check } from 'k6';
const sink = dicom.receiver({ aet: 'SINK', port: ${port}, keep: 'nothing', verify: 'counts' });
const archive = dicom.peer({ connect: 'SINK@127.0.0.1:${port}', deliversTo: sink });
const film = dicom.synthetic({ modality: 'XA', rows: 512, columns: 512, bytes: ${bytes} });
export const options = { iterations: 1 };
export default async function () {
  await using association = await archive.associate({ for: film });
  const answer = await association.store(film${more});
  check(answer, { stored: (r) => r.ok, injected: (r) => r.outcome === 'injected' });
}
`;

  const args = ['--no-preflight', '--settle', '1s'];

  it(
    'is stored in the memory of an instance of 5 KB, but for 100 MB',
    { timeout: 180_000 },
    async () => {
      const port = await anyPortFree();
      const [small, smallPeak] = await peakMemory(bench.startScript(script(port, 5000), args));
      expect(small.summary().checks.items[0]).toMatchObject({ name: 'stored', passes: 1 });
      const large = bench.startScript(script(port, 2.4e9), args, { timeoutMs: 120_000 });
      const [result, peak] = await peakMemory(large);
      expect(result.code, result.stderr + result.stdout).toBe(0);
      const { checks, operations } = result.summary();
      expect(checks.items[0]).toMatchObject({ name: 'stored', passes: 1 });
      expect(operations[0]?.sentBytes).toBeGreaterThan(2.4e9);
      expect((peak - smallPeak) / 1e6, 'MB above the small run').toBeLessThan(100);
    },
  );

  it('can be aborted midway', { timeout: 60_000 }, async () => {
    const fault = `, { fault: { abortAfter: '50%' } }`;
    const result = await bench.script(script(await anyPortFree(), 2.4e9, fault), args);
    const { checks, operations } = result.summary();
    expect(checks.items[1], result.stderr).toMatchObject({ name: 'injected', passes: 1 });
    expect(counted(result.summary(), 'dicom_faults')).toBe(1);
    expect(operations[0]?.failed ?? 0).toBe(0);
    const sent = counted(result.summary(), 'data_sent');
    expect(sent).toBeGreaterThan(1.1e9);
    expect(sent).toBeLessThan(1.4e9);
  });
});
