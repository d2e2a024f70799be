// InfluxDB that is slow, or on a full disk: the run keeps its plan, and what was produced is stored
// once storage is back. Killed and paused: influxdb.test.ts, run-influxdb.test.ts.
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { statfsSync, writeFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { requirePeer, startInfluxd, type InfluxPeer } from './peers.ts';
import { Bench, type CliResult } from './run-cli.ts';
import { smallDisk } from './small-disk.ts';

const bench = new Bench('storage');
afterAll(() => bench.remove());

const DATABASE = 'dicomrun';
const RATE = 20;
const script = (seconds: number): string => `import { Trend } from 'k6/metrics';
const took = new Trend('took', true);
export const options = {
  scenarios: { s: {
    executor: 'constant-arrival-rate', rate: ${RATE}, duration: '${seconds}s', preAllocatedVUs: 5,
  } },
};
export default async function () { took.add(5); }
`;

/** Points of all measurements. */
async function points(influx: InfluxPeer): Promise<number> {
  const all = await influx.query('SELECT count(*) FROM /.*/', DATABASE);
  const counts = all.flatMap(({ values }) => values[0]?.slice(1) ?? []);
  return counts.reduce<number>((sum, count) => sum + Number(count), 0);
}

/** The run kept its plan, all of it is in the database, and importing it again adds nothing. */
async function expectAllStored(influx: InfluxPeer, result: CliResult, planned: number) {
  expect(result.code, result.stderr).toBe(0);
  const summary = result.summary();
  expect(summary.outputs[0]).toMatchObject({ rejected: 0, unwritten: 0 });
  expect(summary.execution.iterations + summary.execution.dropped).toBe(planned);
  expect(summary.execution.dropped).toBeLessThan(planned / 4);
  const [series] = await influx.query(`SELECT sum("count") FROM took WHERE view='all'`, DATABASE);
  expect(series?.values[0]?.[1]).toBe(summary.execution.iterations);
  const before = await points(influx);
  const out = `influxdb=${influx.url}/${DATABASE}`;
  expect((await bench.run(['replay', result.folder(), '--out', out])).code).toBe(0);
  expect(await points(influx)).toBe(before);
}

/** A relay in front of a port that hands every piece on only after a while. */
async function slowRelay(port: number, delayMs: number): Promise<{ port: number; close(): void }> {
  const sockets = new Set<Socket>();
  const late = (from: Socket, to: Socket): void => {
    sockets.add(from);
    from.on('error', () => to.destroy());
    from.on('data', (chunk) => setTimeout(() => to.writable && to.write(chunk), delayMs));
    from.on('end', () => setTimeout(() => to.end(), delayMs));
  };
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    const onward = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    late(socket, onward);
    late(onward, socket);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const close = (): void => {
    server.close();
    for (const socket of sockets) socket.destroy();
  };
  return { port: (server.address() as AddressInfo).port, close };
}

/** Starts influxd with its data in that folder. */
async function influxdIn(folder: string): Promise<InfluxPeer> {
  const before = process.env['TMPDIR'];
  process.env['TMPDIR'] = folder;
  try {
    return await startInfluxd();
  } finally {
    if (before === undefined) delete process.env['TMPDIR'];
    else process.env['TMPDIR'] = before;
  }
}

/** Writes until nothing more fits; what influxd gave back meanwhile, too. */
function fill(folder: string): void {
  for (let file = 0; ; file++) {
    const { bavail, bsize } = statfsSync(folder);
    if (bavail === 0) return;
    writeFileSync(join(folder, `filler-${file}`), Buffer.alloc(bavail * bsize));
  }
}

describe.skipIf(!requirePeer('influxd'))('InfluxDB', () => {
  it('that answers only after seconds does not slow the run, and has it all in the end', async () => {
    const influx = await startInfluxd();
    const relay = await slowRelay(influx.port, 700);
    const out = `influxdb=http://127.0.0.1:${relay.port}/${DATABASE}`;
    const result = await bench.script(script(5), ['--out', out, '--no-report']);
    await expectAllStored(influx, result, RATE * 5);
    expect(result.summary().run.durationMs).toBeLessThan(9_000);
    relay.close();
    await influx.stop();
  });

  it('on a full disk is told as an outage; with space again it has it all', async () => {
    const disk = smallDisk('8m');
    if (disk === null) return;
    const influx = await influxdIn(disk.folder);
    try {
      const out = `influxdb=${influx.url}/${DATABASE}`;
      const run = bench.startScript(script(10), ['--out', out, '--no-report']);
      await expect
        .poll(() => points(influx).catch(() => 0), { timeout: 20_000 })
        .toBeGreaterThan(0);
      fill(disk.folder);
      await run.says(/cannot write \(internal server error.*full disk.*\); nothing is lost/);
      execFileSync('sh', ['-c', 'rm filler-*'], { cwd: disk.folder });
      // influxd 1.x keeps refusing after a full disk until it is started again.
      await influx.restart();
      const result = await run.ended;
      expect(result.stderr).toMatch(/writing again after/);
      await expectAllStored(influx, result, RATE * 10);
    } finally {
      await influx.stop();
      disk.remove();
    }
  });
});
