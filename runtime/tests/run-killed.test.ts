// A run that is killed still reports, from its run log.
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';
import type { Summary } from '../metrics/summary.ts';
import { startDimseServer } from './peers.ts';
import { Bench } from './run-cli.ts';

const bench = new Bench('killed');
afterAll(() => bench.remove());

/** Sum of the increments of iterations in the rows of a run log. */
function loggedIterations(file: string): number {
  let [id, sum] = [-1, 0];
  for (const line of readFileSync(file, 'utf8').split('\n')) {
    if (!line.endsWith('}')) continue; // the last line of a killed run may be cut
    const record = JSON.parse(line) as Record<string, unknown>;
    if (record['k'] === 'view' && record['metric'] === 'iterations' && record['view'] === 'all') {
      id = record['id'] as number;
    }
    if (record['k'] !== 'rows') continue;
    for (const [view, count] of record['rows'] as number[][]) if (view === id) sum += count ?? 0;
  }
  return sum;
}

describe('SIGKILL of a run', () => {
  it('leaves a folder that reports, with counts exact to the last second', async () => {
    const peer = await startDimseServer();
    const script = `import dicom from 'dicom';
import { check } from 'k6';
const peer = dicom.peer({});
const ct = dicom.synthetic({ modality: 'CT', rows: 16, columns: 16 });
export const options = {
  scenarios: { s: { executor: 'constant-arrival-rate', rate: 20, duration: '60s', preAllocatedVUs: 20 } },
};
export default async function () {
  check(await peer.store(ct), { stored: (r) => r.ok });
}
`;
    const run = bench.startScript(script, ['-c', `DIMSE@127.0.0.1:${peer.port}`]);
    await run.says('outputs');
    await delay(5500);
    run.signal('SIGKILL');
    const killed = await run.ended;
    await peer.stop();
    expect(killed.code).toBeNull();
    const folder = killed.folder();
    const inLog = loggedIterations(join(folder, 'run.ndjson'));
    // What happened in the second of its death is lost, nothing before.
    expect(inLog).toBeGreaterThanOrEqual(60);
    expect(peer.stored.length - inLog).toBeGreaterThanOrEqual(0);
    expect(peer.stored.length - inLog).toBeLessThanOrEqual(45);

    const report = await bench.run(['report', folder]);
    await bench.run(['report', folder, '--json', 'again.json', '--html', 'again.html']);
    expect(report.stdout).toMatch(new RegExp(`iterations +${inLog} `));
    expect(report.stdout + report.stderr).toMatch(/killed|no end|truncated|cut/i);
    expect(report.stdout).toContain(basename(folder));
    expect(readFileSync(join(bench.folder, 'again.html'), 'utf8')).toContain('</html>');
    const text = readFileSync(join(bench.folder, 'again.json'), 'utf8');
    const summary = JSON.parse(text) as Summary;
    expect(summary.run.truncated).toBe(true);
    expect(summary.execution.iterations).toBe(inLog);
    expect(summary.checks.passes).toBe(inLog);
    const [store] = summary.operations;
    expect(store).toMatchObject({ service: 'C-STORE', count: inLog, failed: 0 });
  });
});
