// An acceptor thread that dies in the middle of a run: receivers gone, and a verdict that says so.
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { anyPortFree } from './peers.ts';
import { Bench } from './run-cli.ts';

const bench = new Bench('acceptors');
afterAll(() => bench.remove());

/**
 * Loaded into every thread (they inherit no options, so main hands it on): the one that listens on
 * `port` dies of an exception nobody catches, the first connection there being its signal.
 */
const doom = (port: number) => `
const net = require('node:net');
const threads = require('node:worker_threads');
if (threads.isMainThread) {
  const { Worker } = threads;
  threads.Worker = class extends Worker {
    constructor(file, options) {
      super(file, { ...options, execArgv: ['--require', __filename] });
    }
  };
}
const { listen } = net.Server.prototype;
net.Server.prototype.listen = function (...args) {
  this.once('listening', () => {
    if (threads.isMainThread || this.address()?.port !== ${port}) return;
    this.once('connection', () => setTimeout(() => { throw new Error('planted'); }, 300));
  });
  return listen.apply(this, args);
};
`;

const script = (ports: readonly number[]) => `
import dicom from 'dicom';
import { sleep } from 'k6';
const names = ['FIRST', 'SECOND', 'THIRD'];
const ports = ${JSON.stringify(ports)};
const sinks = names.map((aet, i) => dicom.receiver({ aet, port: ports[i] }));
const peers = names.map((aet, i) =>
  dicom.peer({ connect: aet + '@127.0.0.1:' + ports[i], route: 'TO_' + aet, deliversTo: sinks[i] }));
const camera = dicom.synthetic({ modality: 'ES', rows: 16, columns: 16 });
export const options = { acceptors: 3, scenarios: { s: {
  executor: 'per-vu-iterations', vus: 3, iterations: 8, maxDuration: '30s',
} } };
export default async function () {
  const peer = peers[(__VU - 1) % 3];
  const study = dicom.study({ images: 1, from: camera });
  const stored = await peer.store(study.images[0]).catch(() => null);
  if (stored !== null) {
    await sinks[(__VU - 1) % 3].expect(study, { timeout: '20s' }).catch(() => null);
  }
  await sleep(0.2);
}
`;

it('ends the run with 109, names its receivers once, and closes the accounts of the others', async () => {
  const ports = [await anyPortFree(), await anyPortFree(), await anyPortFree()];
  bench.write('doom.cjs', doom(ports[1] ?? 0));
  const preload = join(bench.folder, 'doom.cjs');
  const result = await bench.script(script(ports), ['--settle', '1s', '--no-preflight'], {
    env: { NODE_OPTIONS: `--require=${preload}` },
  });
  expect(result.code, result.stdout + result.stderr).toBe(109);
  const { verdict, delivery, execution } = result.summary();
  const reason =
    `receiver SECOND (127.0.0.1:${ports[1]}): gone, acceptor thread 1 ended (planted); ` +
    'deliveries there are not accounted for';
  expect(verdict).toMatchObject({ passed: false, exitCode: 109, reason });
  expect(verdict.warnings.filter((text) => text.includes('acceptor'))).toEqual([]);
  expect(execution.iterations).toBe(24);
  for (const route of ['TO_FIRST', 'TO_THIRD']) {
    const account = delivery.routes.find((one) => one.route === route);
    expect(account).toMatchObject({ accepted: 8, arrived: 8, unique: 8, missing: 0 });
  }
  expect(delivery.routes.map(({ route }) => route)).not.toContain('TO_SECOND');
  expect(result.stderr.split('acceptor thread 1 ended')).toHaveLength(2);
});
