// What goes wrong with agents: hosts that differ, keys of others, an engine that is killed or stays
// away, a clock that is wrong. Real processes, one machine.
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MOVED_CLOCK } from './moved-clock.ts';
import { openBus } from '../agents/bus.ts';
import { readCredentials } from '../agents/keys.ts';
import type { HostMember } from '../agents/member.ts';
import { AgentStation } from '../agents/station.ts';
import { version } from '../cli/version.ts';
import type { RunContext } from '../conductor/run-types.ts';
import { createEngine } from '../metrics/engine.ts';
import { IDLE_GENERATOR } from '../metrics/facts.ts';
import type { Summary } from '../metrics/summary.ts';
import { anyPortFree, findCommand, requirePeer } from './peers.ts';
import { LONG, Site } from './agents-site.ts';
import { Bench } from './run-cli.ts';
import type { CliProcess, CliResult } from './run-cli.ts';

const bench = new Bench('agents-faults');
afterAll(() => bench.remove());
const noServer = !requirePeer('nats-server');

const STEADY = `import dicom from 'dicom';
export const options = { scenarios: { s: {
  executor: 'constant-arrival-rate', rate: 20, duration: __ENV.FOR ?? '8s', preAllocatedVUs: 4,
} } };
const sink = dicom.peer({ connect: 'SINK@127.0.0.1:' + (__ENV.PORT ?? '1') });
export default function () { if (sink === null) throw new Error(); }
`;

describe.skipIf(noServer)('refused by name', () => {
  let site: Site;
  let sink: CliProcess;
  let noEngine: Promise<CliResult>;
  beforeAll(async () => {
    bench.write('steady.ts', STEADY);
    site = await Site.open(bench, 'engine-a');
    const port = await anyPortFree();
    sink = bench.start(['serve', 'sink', '--port', String(port)], LONG);
    await sink.says(String(port));
    // Says nothing by itself, which takes a while to be sure of.
    const elsewhere = ['--engine', `tls://127.0.0.1:${port}`];
    noEngine = bench.run(['agent', ...site.creds('agent'), ...elsewhere], LONG);
  }, 60_000);
  afterAll(async () => {
    sink.signal('SIGTERM');
    await Promise.all([sink.ended, site.close()]);
  }, 30_000);

  it('an agent of another version', async () => {
    const bus = await openBus(readCredentials(join(bench.folder, 'engine-a/agent.creds')));
    const me = { id: 'old', name: 'old', host: 'museum', version: '0.0.1', cores: 1, allow: [] };
    const station = new AgentStation({
      ...{ bus, me: { ...me, labels: { t: 'old' } }, freeBytes: () => 1, say: () => undefined },
      perform: () => Promise.reject(new Error('never')),
    });
    const result = await site.run('t=old:1', '--no-preflight').ended;
    station.close();
    await bus.close();
    expect(result.code, result.stdout + result.stderr).toBe(113);
    expect(result.stderr).toMatch(
      /agent old \(host museum\): is dicomrun 0\.0\.1, the coordinator \d/,
    );
    expect(result.stderr).toContain('install the same');
  }, 30_000);

  it('an agent with other data, and what is other about it', async () => {
    const made = (folder: string, ...flags: readonly string[]) =>
      bench.run(['generate', join(folder, 'ct'), '--rows', '8', '--columns', '8', ...flags]);
    await Promise.all([made('.', '--count', '3'), made('there', '--count', '2')]);
    bench.write(
      'steady.ts',
      `import dicom from 'dicom';
const images = dicom.files('ct');
export const options = { vus: 2, iterations: 2 };
export default function () { if (images.length === 0) throw new Error(); }
`,
    );
    await Promise.all([
      site.agent('alike', '--label', 't=data'),
      site.agent('other', '--label', 't=data', '--data', join(bench.folder, 'there')),
    ]);
    const result = await site.run('t=data:2', '--no-preflight').ended;
    expect(result.code, result.stdout + result.stderr).toBe(104);
    expect(result.stderr).toMatch(/agent other \(host .*\): data .*ct.*: missing here: \S+/);
    expect(result.stderr).not.toContain('agent alike');
    expect(result.stderr).toContain('bring the same files to other');
    // Nothing began, so they are free for the next one at once.
    const again = await site.run('t=data:2', '--no-preflight', '--agents-wait', '5s').ended;
    expect(again.stderr).toContain('bring the same files to other');
    bench.write('steady.ts', STEADY);
  }, 60_000);

  it('a key that is not of this engine, and an engine that is none', async () => {
    const file = join(bench.folder, 'engine-a/agent.creds');
    const own = JSON.parse(readFileSync(file, 'utf8')) as {
      seed: string;
      engine: string;
    };
    const other = await Site.open(bench, 'engine-b');
    const theirs = readFileSync(join(bench.folder, 'engine-b/agent.creds'), 'utf8');
    const { seed } = JSON.parse(theirs) as { seed: string };
    bench.write('key.creds', JSON.stringify({ ...own, seed }));
    bench.write('place.creds', JSON.stringify({ ...JSON.parse(theirs), engine: own.engine }));
    const [key, place, none] = await Promise.all([
      bench.run(['agent', '--creds', 'key.creds'], LONG),
      bench.run(['agent', '--creds', 'place.creds'], LONG),
      noEngine,
    ]);
    await other.close();
    expect(key.stderr).toContain('refused the key');
    expect(place.stderr).toContain('shows another certificate than the .creds file has');
    expect(none.stderr).toMatch(/engine tls:\/\/127\.0\.0\.1:\d+: /);
    expect([key.code, place.code, none.code]).toEqual([111, 111, 111]);
    for (const { stderr } of [key, place, none]) expect(stderr).not.toMatch(/\n\s+at /);
  }, 60_000);
});

describe.skipIf(noServer)('a way that is slower in one direction', () => {
  it('makes the clocks seem apart, by less than is said', async () => {
    const site = await Site.open(bench, 'engine-j');
    const proxy = await slowWay(site.port, { upMs: 20, downMs: 4 });
    await site.agent('far', '--engine', `tls://127.0.0.1:${proxy.port}`);
    const { stdout } = await bench.run(['agents', ...site.creds('coordinator'), '--json']);
    await site.close();
    proxy.close();
    const [far] = JSON.parse(stdout) as { clock: { offsetMs: number; boundMs: number } }[];
    const { offsetMs = NaN, boundMs = NaN } = far?.clock ?? {};
    // Half the difference of the ways, 8 ms; half the time that both take, 12 ms.
    expect(offsetMs).toBeLessThan(-4);
    expect(boundMs).toBeGreaterThanOrEqual(12);
    expect(Math.abs(offsetMs)).toBeLessThan(boundMs);
  }, 30_000);
});

interface Delays {
  /** Towards the port, ms. */
  readonly upMs: number;
  /** Back from it. */
  readonly downMs: number;
}

/** Passes bytes on to a port, each way so much later. */
async function slowWay(
  port: number,
  { upMs, downMs }: Delays,
): Promise<{ readonly port: number; close(): void }> {
  const later = (from: Socket, to: Socket, ms: number): void => {
    from.on('data', (bytes) => void setTimeout(() => to.write(bytes), ms));
    from.on('close', () => to.destroy());
    from.on('error', () => to.destroy());
  };
  const server = createServer((near) => {
    const far = connect(port, '127.0.0.1').setNoDelay();
    later(near.setNoDelay(), far, upMs);
    later(far, near, downMs);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { port: (server.address() as AddressInfo).port, close: () => void server.close() };
}

describe.skipIf(noServer)('a second engine', () => {
  it('at the address or in the folder of one that runs changes nothing there', async () => {
    const site = await Site.open(bench, 'engine-g');
    const file = join(bench.folder, 'engine-g/coordinator.creds');
    const before = readFileSync(file, 'utf8');
    const start = async (port: number, folder: string): Promise<string> => {
      const listen = ['--listen', `127.0.0.1:${port}`, '--dir', folder];
      const { code, stdout, stderr } = await bench.run(['engine', ...listen], LONG);
      expect([code, stdout]).toEqual([104, '']);
      return stderr;
    };
    expect(await start(site.port, 'engine-h')).toContain('an engine runs already at 127.0.0.1:');
    const elsewhere = await start(await anyPortFree(), 'engine-g');
    expect(elsewhere).toMatch(/an engine that uses the folder \S+engine-g runs already, at 127/);
    expect(readFileSync(file, 'utf8')).toBe(before);
    await site.close();
  }, 60_000);
});

/** Processes that work in a folder. */
function inside(folder: string): number {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.filter((pid) => {
    try {
      return readlinkSync(`/proc/${pid}/cwd`) === folder;
    } catch {
      return false; // it has ended
    }
  }).length;
}

async function untilEmpty(folder: string): Promise<void> {
  while (inside(folder) > 0) await delay(50);
}

describe.skipIf(noServer || process.platform !== 'linux')('killed, nothing is left behind', () => {
  const place = new Bench('agents-killed');
  afterAll(() => place.remove());

  it('of an engine', async () => {
    const site = await Site.open(place, 'engine');
    expect(inside(place.folder)).toBeGreaterThan(1);
    site.engine.signal('SIGKILL');
    await site.engine.ended;
    await untilEmpty(place.folder);
  }, 30_000);

  it('of a run on local agents', async () => {
    place.write('steady.ts', STEADY);
    const flags = ['--agents', 'local:2', '-e', 'FOR=10m', '--no-preflight', '--orphan', '500ms'];
    const run = place.start(['run', 'steady.ts', '--no-report', ...flags], LONG);
    await run.says('clocks agree');
    run.signal('SIGKILL');
    await run.ended;
    await untilEmpty(place.folder);
  }, 60_000);
});

describe.skipIf(noServer)('while a run goes on', () => {
  it('the engine stays away: agents stop their load, and say so when it is back', async () => {
    bench.write('steady.ts', STEADY);
    const site = await Site.open(bench, 'engine-c');
    const agents = await Promise.all([site.agent('one'), site.agent('two')]);
    const run = site.run('2', '-e', 'FOR=10m', '--no-preflight', '--orphan', '2s');
    await run.says('clocks agree');
    site.engine.signal('SIGTERM');
    await site.engine.ended;
    await Promise.all(agents.map((agent) => agent.says('the engine was away for')));
    await site.start().says('dicomrun run SCRIPT');
    const result = await run.ended;
    await site.close();
    expect(result.code, result.stdout + result.stderr).toBe(113);
    expect(result.stdout).toMatch(
      /agent \w+ \(host .*\): the engine was away for \d+ s: nobody could/,
    );
    expect(result.summary().execution.iterations).toBeGreaterThan(0);
  }, 90_000);

  it('what an agent cannot keep meanwhile is missing at the end, and said: 112', async () => {
    bench.write('steady.ts', STEADY);
    const site = await Site.open(bench, 'engine-i');
    const leave = await joins('small', 'engine-i', async (member) => {
      report(member, 0);
      site.engine.signal('SIGKILL');
      await site.engine.ended;
      for (let at = 1; at < 5; at++) {
        report(member, at);
        await delay(150);
      }
      await site.start().says('dicomrun run SCRIPT');
      member.done(5_000);
      await member.settle(() => Promise.resolve({ routes: [], missing: [], strays: [] }));
      await member.teardown(() => Promise.resolve());
      await member.close();
    });
    const result = await site.run('1', '-e', 'FOR=5s', '--no-preflight').ended;
    await leave();
    await site.close();
    expect(result.code, result.stdout + result.stderr).toBe(112);
    expect(result.stdout).toMatch(
      /agent small: \d reports were given up while the engine was away: what they counted is missing/,
    );
  }, 60_000);

  it('an agent that breaks is lost at once, with what it says of it', async () => {
    bench.write('steady.ts', STEADY);
    const site = await Site.open(bench, 'engine-j');
    const leave = await joins('weak', 'engine-j', () => Promise.reject(new Error('out of luck')));
    const result = await site.run('1', '-e', 'FOR=10m', '--no-preflight').ended;
    await leave();
    await site.close();
    expect(result.code, result.stdout + result.stderr).toBe(113);
    expect(result.stdout).toMatch(/agent weak \(host attic\) was lost .*out of luck/);
  }, 60_000);

  it('the engine never comes back: the coordinator ends too, with what it has', async () => {
    bench.write('steady.ts', STEADY);
    const site = await Site.open(bench, 'engine-d');
    const agent = await site.agent('alone');
    const run = site.run('1', '-e', 'FOR=10m', '--no-preflight', '--orphan', '1s');
    await run.says('clocks agree');
    await agent.says('part');
    site.engine.signal('SIGKILL');
    const result = await run.ended;
    await agent.says('not all could be reported');
    await site.close();
    expect(result.code, result.stdout + result.stderr).toBe(113);
    expect(result.stdout).toMatch(
      /agent alone \(host .*\) was lost after second \d+ \(the engine is away/,
    );
  }, 90_000);

  const noClock = !requirePeer('faketime');
  it.skipIf(noClock)(
    'the clock of an agent is half a minute ahead: its times are corrected',
    async () => {
      bench.write(
        'steady.ts',
        `import exec from 'k6/execution';
${STEADY.replace('if (sink', 'if (exec.scenario.iterationInTest % 40 === 0) throw new Error("once"); if (sink')}`,
      );
      const site = await Site.open(bench, 'engine-e');
      const ahead = { LD_PRELOAD: fakeClock(), FAKETIME: `+${movedBy() + 30}` };
      await Promise.all([site.agentWith({ env: ahead }, 'ahead'), site.agent('right')]);
      const { stdout } = await bench.run(['agents', ...site.creds('coordinator'), '--json']);
      const clocks = JSON.parse(stdout) as {
        name: string;
        clock: { offsetMs: number };
      }[];
      const offsets = Object.fromEntries(clocks.map(({ name, clock }) => [name, clock.offsetMs]));
      expect(offsets['ahead']).toBeGreaterThan(29_500);
      expect(offsets['ahead']).toBeLessThan(30_500);
      expect(Math.abs(offsets['right'] ?? NaN)).toBeLessThan(500);
      const result = await site.run('2', '-e', 'FOR=4s', '--no-preflight').ended;
      await site.close();
      const { execution, run, errors } = result.summary();
      expect(execution.iterations + execution.dropped, result.stdout + result.stderr).toBe(80);
      expect(run.durationMs).toBeLessThan(10_000);
      for (const { firstMs, lastMs } of errors.groups) {
        expect(firstMs).toBeGreaterThanOrEqual(0);
        expect(lastMs).toBeLessThan(10_000);
      }
    },
    60_000,
  );

  it.skipIf(noClock)(
    'the clock of an agent runs fast: it is named, and what it did counts',
    async () => {
      bench.write('steady.ts', STEADY);
      const site = await Site.open(bench, 'engine-f');
      const fast = { LD_PRELOAD: fakeClock(), FAKETIME: `+${movedBy()} x1.02` };
      await Promise.all([site.agentWith({ env: fast }, 'fast'), site.agent('right')]);
      const result = await site.run('2', '-e', 'FOR=7s', '--no-preflight').ended;
      await site.close();
      const { execution } = result.summary();
      expect(result.code, result.stdout + result.stderr).toBe(0);
      expect(execution.iterations + execution.dropped).toBe(140);
      expect(result.stdout).toMatch(
        /agent fast: its clock runs [12]\.\d % fast: what it measured is as much too long/,
      );
      expect(result.stdout).not.toContain('agent right: its clock');
    },
    60_000,
  );
});

/** A second in which an iteration was done. */
function report(member: HostMember, at: number): void {
  const counts = {
    ...{ activeVUs: 1, vusMade: 1, iterationsStarted: at + 1, iterationsDone: at + 1 },
    ...{ interrupted: 0, associationsOpen: 0, dropped: 0 },
  };
  const engine = createEngine({ thresholds: {}, onWarning: () => undefined });
  engine.sample('iterations', {}, 1);
  const share = engine.share();
  const tick = engine.tick((at + 1) * 1000);
  const state = { counts, peakVUs: 1, cpu: 1, loopLagMs: 1, rssBytes: 1e8, saturated: false };
  member.tee(share, { ...tick, at }, state);
}

/** An agent in this process that does so from the start of the load on; what it gives lets it go. */
async function joins(
  name: string,
  engine: string,
  load: (member: HostMember) => Promise<void>,
): Promise<() => Promise<void>> {
  const bus = await openBus(readCredentials(join(bench.folder, engine, 'agent.creds')));
  const me = { id: name, name, host: 'attic', version: version(), cores: 1 };
  const station = new AgentStation({
    ...{ bus, me: { ...me, labels: {}, allow: [] }, freeBytes: () => 1, say: () => undefined },
    keeps: { ms: 100, bytes: 1e6 },
    perform: async ({ member }) => {
      await member.ready({ loaded: { declarations: [] } } as unknown as RunContext);
      await member.setup(() => Promise.resolve(null));
      await member.t0();
      await load(member);
      return NOTHING_MORE;
    },
  });
  return async () => {
    station.close();
    await bus.close();
  };
}

const NOTHING_MORE = {
  ...{ verdict: { warnings: [] }, outputs: [], delivery: { routes: [] } },
  execution: { generator: IDLE_GENERATOR },
} as unknown as Summary;

/** By how much the clock of these tests was moved themselves (s; `moved-clock.sh`). */
function movedBy(): number {
  return Number(MOVED_CLOCK['FAKETIME'] ?? 0);
}

/** The library that gives a process another clock; `faketime` is a way to load it. */
function fakeClock(): string {
  const folders = ['/usr/lib', '/usr/lib64', '/usr/local/lib'].flatMap((folder) => {
    const inner = readdirSync(folder, { withFileTypes: true }).filter((one) => one.isDirectory());
    return [folder, ...inner.map(({ name }) => join(folder, name))];
  });
  for (const folder of folders) {
    const file = join(folder, 'faketime', 'libfaketimeMT.so.1');
    try {
      readFileSync(file);
      return file;
    } catch {
      continue;
    }
  }
  throw new Error(`no libfaketimeMT.so.1 beside ${findCommand('faketime') ?? 'faketime'}`);
}
