// Agents on hosts that are hosts to the network: each in a namespace of its own, with a cable that can
// be pulled out. The router between them is a host, too.
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { LONG, Site } from './agents-site.ts';
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

/** The router is one host more, and delivers to one of those that send. */
const DELIVERY = `import dicom from 'dicom';
import { sleep } from 'k6';
const port = Number(__ENV.RXPORT ?? '0');
const archive = dicom.receiver({ aet: 'ARCHIVE', host: '0.0.0.0', port });
const router = dicom.peer({ connect: 'ROUTER@' + __ENV.ROUTER, deliversTo: archive });
const camera = dicom.synthetic({ modality: 'ES', rows: 32, columns: 32 });
export const options = {
  scenarios: { s: { executor: 'per-vu-iterations', vus: 2, iterations: 1 } },
  thresholds: { dicom_delivery_unexpected: ['count==0'] },
};
export default async function () {
  const study = dicom.study({ images: 20, from: camera });
  const association = await router.associate({ for: study });
  for (const image of study.images) await association.store(image);
  await association.release();
  await sleep(0.5);
}
`;
const [TO, RX] = [25_801, 25_802];

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

  it('a router loses some of what it delivers to one of them: missing is that, exactly', async () => {
    bench.write('steady.ts', DELIVERY);
    bench.write('lossy.json', JSON.stringify({ faults: { drop: 0.3 } }));
    network ??= new Network(bench.folder);
    const [first, second, third] = [network.host(), network.host(), network.host()];
    const site = await Site.open(bench, 'engine-b', network.hub);
    const to = ['--to', `ARCHIVE@${first.address}:${RX}`, '--spec', 'lossy.json'];
    const serve = ['serve', 'router', '--host', '0.0.0.0', '--port', String(TO), ...to];
    const router = bench.start(serve, { ...LONG, node: third.node });
    try {
      await Promise.all([
        router.says('router listens'),
        site.agentWith({ node: first.node, env: { RXPORT: String(RX) } }, 'first'),
        site.agentWith({ node: second.node }, 'second'),
      ]);
      const flags = ['-e', `ROUTER=${third.address}:${TO}`, '--no-preflight', '--settle', '1s'];
      const result = await site.run('2', ...flags).ended;
      router.signal('SIGTERM');
      const { stdout, stderr } = await router.ended;
      const counts = [...(stdout + stderr).matchAll(/instances=(\d+) .*forwarded=(\d+)/g)].at(-1);
      const [accepted, unique] = [Number(counts?.[1]), Number(counts?.[2])];
      expect(accepted).toBe(40);
      const [route] = result.summary().delivery.routes;
      expect(route, result.stdout + result.stderr).toMatchObject({
        ...{ accepted, arrived: unique, unique, missing: 40 - unique, unexpected: 0 },
      });
      expect(route?.duration?.count).toBe(unique);
    } finally {
      await site.close();
    }
  }, 60_000);
});
