// The tool on each version of Node.js that it is said to be tested with: the demo, a run into a real
// InfluxDB, and the test files of what depends on the engine (sandbox, attacks on it, life of a
// script), run by that same Node.
import { spawn } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TESTED_NODES } from '../cli/commands/doctor/local-checks.ts';
import { requirePeer, startInfluxd, type InfluxPeer } from './peers.ts';
import { nodeOf, requireNode } from './peers/nodes.ts';
import { Bench, counted, PACKAGE } from './run-cli.ts';
import { STORE_SCRIPT } from './cli-spawn.ts';

/** In halves that take about as long, so that two lines of them end together. */
const HALVES = [
  ['run-sandbox', 'run-using', 'run-life'],
  ['hostile-sandbox', 'run-k6'],
] as const;
/** The Node that runs these tests runs those files anyway. */
const OWN = Number(process.versions.node.split('.')[0]);

const bench = new Bench('nodes');
afterAll(() => bench.remove());

/** Lets so many work at a time; the others wait in line. */
function line(atOnce: number): <T>(work: () => Promise<T>) => Promise<T> {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async (work) => {
    if (running === atOnce) await new Promise<void>((resolve) => waiting.push(resolve));
    else running++;
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next === undefined) running--;
      else next();
    }
  };
}

/** Two halves at a time, each with one file at a time: the attacks want a core. */
const suites = line(2);
/** The script of the demo listens on a port of its own. */
const demos = line(1);

/** Runs test files by an executable of Node; all that was printed, and the exit code. */
function vitest(node: string, files: readonly string[]): Promise<{ code: number; text: string }> {
  const config = ['--config', 'runtime/vitest.interop.config.ts', '--no-file-parallelism'];
  const paths = files.map((name) => `runtime/tests/${name}.test.ts`);
  // What this process got from its own runner says nothing to that one.
  const env = Object.entries(process.env).filter(([name]) => !/^(VITEST|NODE_)/.test(name));
  const child = spawn(node, ['node_modules/vitest/vitest.mjs', 'run', ...config, ...paths], {
    cwd: PACKAGE,
    env: { ...Object.fromEntries(env), NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (text += chunk.toString()));
  return new Promise((resolve) => {
    child.once('close', (code) => resolve({ code: code ?? -1, text }));
  });
}

describe.concurrent.each(TESTED_NODES)('Node %i', (major) => {
  const node = nodeOf(major) ?? '';
  const there = requireNode(major);

  it.skipIf(!there)('runs the demo', async () => {
    const { code, stdout, stderr } = await demos(() => bench.run(['demo'], { node }));
    expect(code, stdout + stderr).toBe(0);
  });

  for (const files of HALVES) {
    it.skipIf(!there || major === OWN)(
      `passes ${files.join(', ')}`,
      { timeout: 800_000 },
      async () => {
        const { code, text } = await suites(() => vitest(node, files));
        expect(code, text.slice(-8000)).toBe(0);
        expect(text).toMatch(new RegExp(`Test Files +${files.length} passed`));
      },
    );
  }

  describe.skipIf(!there || !requirePeer('influxd'))('with InfluxDB', () => {
    let influx: InfluxPeer;
    beforeAll(async () => void (influx = await startInfluxd()));
    afterAll(() => influx.stop());

    it('stores what a run produced', async () => {
      const script = bench.write('store.ts', STORE_SCRIPT);
      const load = ['--embedded', '--vus', '2', '--iterations', '10', '--no-report'];
      const out = ['--out', `influxdb=${influx.url}/nodes`];
      const result = await bench.run(['run', script, ...load, ...out], { node });
      expect(result.code, result.stderr + result.stdout).toBe(0);
      const where = `service='C-STORE' AND view='service'`;
      const sum = `SELECT sum("count") FROM dicom_reqs WHERE ${where}`;
      const [series] = await influx.query(sum, 'nodes');
      expect(series?.values[0]?.[1]).toBe(20);
      expect(counted(result.summary(), 'iterations')).toBe(10);
    });
  });
});
