// The array script for Slurm as it is, submitted to a Slurm: its agents carry a run, and end.
import { chmodSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { Site } from './agents-site.ts';
import { requirePeer } from './peers.ts';
import { startSlurm } from './peers/slurm.ts';
import { Bench, MAIN, PACKAGE } from './run-cli.ts';

const bench = new Bench('slurm');
afterAll(() => bench.remove());

const SCRIPT = `import exec from 'k6/execution';
import { Trend } from 'k6/metrics';
const number = new Trend('number');
export const options = { scenarios: { s: {
  executor: 'shared-iterations', vus: 4, iterations: 40,
} } };
export default function () { number.add(exec.scenario.iterationInTest); }
`;

const able = requirePeer('nats-server', 'slurmctld', 'slurmd', 'sbatch');
describe.skipIf(!able)('placement/slurm-agents.sh', () => {
  it('two tasks of an array are two agents of one run, and are over with it', async () => {
    bench.write('steady.ts', SCRIPT);
    bench.write('bin/dicomrun', `#!/bin/sh\nexec ${process.execPath} ${MAIN} "$@"\n`);
    chmodSync(join(bench.folder, 'bin/dicomrun'), 0o755);
    const site = await Site.open(bench, 'engine');
    const slurm = await startSlurm();
    try {
      const PATH = `${join(bench.folder, 'bin')}:${process.env['PATH'] ?? ''}`;
      const [, creds = ''] = site.creds('agent');
      const script = join(PACKAGE, 'placement/slurm-agents.sh');
      const words = ['--array=0-1', '--output=task-%a.txt', script, join(bench.folder, creds)];
      const job = slurm.submit(words, { folder: bench.folder, env: { PATH } });
      const run = site.run(`job=${job}:2`, '--no-preflight', '--agents-wait', '40s');
      const result = await run.ended;
      const said = readdirSync(bench.folder).filter((name) => name.startsWith('task-'));
      const tasks = said.map((name) => readFileSync(join(bench.folder, name), 'utf8'));
      expect(result.code, [result.stdout, result.stderr, ...tasks].join('\n')).toBe(0);
      const { execution, metrics } = result.summary();
      expect(execution.iterations).toBe(40);
      // Each number of the plan.
      expect(metrics['number']?.values).toMatchObject({ min: 0, max: 39, avg: 19.5 });
      expect(execution.generator.agents?.map(({ iterations }) => iterations)).toEqual([20, 20]);
      await slurm.drained();
    } finally {
      await slurm.stop();
      await site.close();
    }
  }, 90_000);
});
