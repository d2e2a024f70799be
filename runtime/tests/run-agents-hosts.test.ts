// Agents on hosts that are hosts to the network: each in a namespace of its own, with a cable that can
// be pulled out.
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { Site } from './agents-site.ts';
import { Network, requireNamespaces } from './namespaces.ts';
import { requirePeer } from './peers.ts';
import { Bench } from './run-cli.ts';

const bench = new Bench('agents-hosts');
let network: Network | null = null;
afterAll(() => {
  network?.remove();
  bench.remove();
});

const STEADY = `export const options = { scenarios: { s: {
  executor: 'constant-arrival-rate', rate: 20, duration: '8s', preAllocatedVUs: 4,
} } };
export default function () {}
`;

const able = requirePeer('nats-server') && requireNamespaces();
describe.skipIf(!able)('hosts in networks of their own', () => {
  it('one is unplugged for 3 s and loses nothing, another for good and is lost', async () => {
    bench.write('steady.ts', STEADY);
    network = new Network(bench.folder);
    const [back, gone] = [network.host(), network.host()];
    const site = await Site.open(bench, 'engine', network.hub);
    try {
      const [, lost] = await Promise.all([
        site.agentWith({ node: back.node }, 'back'),
        site.agentWith({ node: gone.node }, 'gone'),
      ]);
      const run = site.run('2', '--no-preflight', '--orphan', '8s');
      await run.says('clocks agree');
      await delay(1_500);
      network.unplug(back);
      network.unplug(gone);
      await delay(3_000);
      network.plug(back);
      const result = await run.ended;
      lost.signal('SIGKILL');
      expect(result.code, result.stdout + result.stderr).toBe(113);
      expect(result.stdout).toMatch(
        /agent gone \(host .*\) was lost after second \d+ \(it said nothing for \d+ s\): .* of \d+ planned starts/,
      );
      expect(result.stderr).toMatch(/agent gone \(host .*\) says nothing, it may come back/);
      const { execution } = result.summary();
      const { agents = [] } = execution.generator;
      const [one, other] = ['back', 'gone'].map((name) => agents.find((row) => row.name === name));
      expect((one?.iterations ?? 0) + (one?.dropped ?? 0)).toBe(80);
      expect(one?.lost).toBeUndefined();
      expect(other?.iterations).toBeLessThan(80);
      expect(other?.lost).toContain('it said nothing');
      expect(execution.iterations).toBeLessThan(160);
    } finally {
      await site.close();
    }
  }, 90_000);
});
