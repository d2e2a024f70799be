// A run whose load agents carry, as processes on this machine: it is what one process would have been.
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { summaryFromRunLog } from '../runlog/restore.ts';
import type { LogRecord } from '../runlog/format.ts';
import { readRunLog } from '../runlog/cursor.ts';
import { LONG, Site } from './agents-site.ts';
import { startForwarder } from './delivery-forwarder.ts';
import { anyPortFree, requirePeer } from './peers.ts';
import { Bench } from './run-cli.ts';
import type { CliResult } from './run-cli.ts';
import { schemaMisfits } from './summary-schema.ts';

const bench = new Bench('agents');
afterAll(() => bench.remove());

/** Every iteration gives the samples of its number, whoever does it. */
const SCRIPT = `import { check, sleep } from 'k6';
import exec from 'k6/execution';
import { Counter, Gauge, Rate, Trend } from 'k6/metrics';
const work = new Trend('work', true), sum = new Counter('sum'), odd = new Rate('odd');
const hooks = new Counter('hooks'), vus = new Trend('vu_numbers');
const text = open('./words.txt');
export const options = {
  scenarios: {
    own: { executor: 'per-vu-iterations', vus: 6, iterations: 20 },
    shared: { executor: 'shared-iterations', vus: 4, iterations: 50, exec: 'shared' },
  },
  thresholds: {
    iterations: ['count==170'],
    'iterations{scenario:shared}': ['count==50'],
    work: ['p(50)<8000', 'p(99)>=13000', 'max==14161'],
    hooks: ['count==2'],
    'checks{check:small}': ['rate>0.9'],
    odd: ['rate==0.5'],
  },
};
export function setup() { hooks.add(1); return { word: text.trim() }; }
export function teardown(data) { hooks.add(data.word === 'sent along' ? 1 : 100); }
export default async function (data) {
  const n = exec.scenario.iterationInTest;
  work.add(n * n); sum.add(n); odd.add(n % 2 === 1); vus.add(__VU);
  check(n, { small: (value) => value < 115, data: () => data.word === 'sent along' });
  await sleep(0.05);
}
export async function shared() { vus.add(__VU); await sleep(0.02); }
export function handleSummary(data) {
  return { 'mine.txt': String(data.metrics.iterations.values.count), stdout: 'mine' };
}
`;

const noServer = !requirePeer('nats-server');

describe.skipIf(noServer)('local:3', () => {
  let whole: CliResult;
  let many: CliResult;
  beforeAll(async () => {
    bench.write('words.txt', 'sent along\n');
    bench.write('plan.ts', SCRIPT);
    whole = await bench.run(['run', 'plan.ts', '--no-report']);
    many = await bench.run(['run', 'plan.ts', '--agents', 'local:3']);
  }, 120_000);

  it('is judged as one process is, with one set-up, teardown and summary of the script', () => {
    expect(whole.code, whole.stdout + whole.stderr).toBe(0);
    expect(many.code, many.stdout + many.stderr).toBe(0);
    expect(many.stdout).toContain('mine');
    expect(readFileSync(join(bench.folder, 'mine.txt'), 'utf8')).toBe('170');
    expect(many.stderr).toContain('load on 3 agents: local-1 (host ');
    const summary = many.summary();
    expect(schemaMisfits(summary)).toEqual([]);
    expect(summary.thresholds.map(({ verdict }) => verdict)).toEqual(
      summary.thresholds.map(() => 'ok'),
    );
    expect(summary.thresholds.map(({ observed }) => observed)).toEqual(
      whole.summary().thresholds.map(({ observed }) => observed),
    );
  });

  it('counts what one process counts, to the last percentile', () => {
    const [one, summary] = [whole.summary(), many.summary()];
    for (const metric of ['work', 'sum', 'odd', 'checks', 'iterations', 'hooks']) {
      const { rate: _, ...values } = one.metrics[metric]?.values ?? {};
      const { rate: __, ...found } = summary.metrics[metric]?.values ?? {};
      expect(found, metric).toEqual(values);
    }
    expect(summary.execution).toMatchObject({ iterations: 170, vus: 10, vusMax: 10 });
    const examples = ({ checks }: typeof one) =>
      checks.items.map(({ name, fails }) => [name, fails]);
    expect(examples(summary)).toEqual(examples(one));
    expect(summary.checks.items[0]?.examples?.length).toBe(one.checks.items[0]?.examples?.length);
  });

  it('tells what each agent did, in a table', () => {
    const { agents = [] } = many.summary().execution.generator;
    expect(agents.map(({ name }) => name)).toEqual(['local-1', 'local-2', 'local-3']);
    const sum = (of: (one: (typeof agents)[number]) => number) =>
      agents.reduce((total, one) => total + of(one), 0);
    expect(sum(({ iterations }) => iterations)).toBe(170);
    expect(sum(({ vus }) => vus)).toBe(10);
    for (const { clockOffsetMs, lost } of agents) {
      expect(Math.abs(clockOffsetMs)).toBeLessThan(500);
      expect(lost).toBeUndefined();
    }
    const report = readFileSync(join(many.folder(), 'report.html'), 'utf8');
    expect(report).toContain('Agents that carried the load');
    expect(summaryFromRunLog(many.folder()).execution.generator.agents).toEqual(agents);
  });

  it('numbers its VUs from 1, each once', () => {
    const { values } = many.summary().metrics['vu_numbers'] ?? { values: {} };
    expect(values).toMatchObject({ min: 1, max: 10 });
  });

  it('leaves one folder like that of any run, with what each agent did', () => {
    const folder = many.folder();
    expect(readdirSync(folder).sort()).toEqual(
      ['errors.ndjson', 'report.html', 'run.ndjson', 'summary.json'].sort(),
    );
    const again = summaryFromRunLog(folder);
    expect(again.checks).toEqual(many.summary().checks);
    expect(again.thresholds).toEqual(many.summary().thresholds);
    expect(again.verdict).toEqual(many.summary().verdict);
    const views = [...readRunLog(join(folder, 'run.ndjson'))].filter(isView);
    const agents = views.filter(({ metric, view }) => metric === 'iterations' && view === 'agent');
    expect(agents.map(({ tags }) => tags['agent']).sort()).toEqual([
      'local-1',
      'local-2',
      'local-3',
    ]);
  });
});

/** So many starts a second, each one iteration. */
const STEADY = `import dicom from 'dicom';
export const options = { scenarios: { s: {
  executor: 'constant-arrival-rate', rate: 20, duration: __ENV.FOR ?? '8s', preAllocatedVUs: 4,
} } };
const sink = dicom.peer({ connect: 'SINK@127.0.0.1:' + (__ENV.PORT ?? '1') });
export default function () { if (sink === null) throw new Error(); }
`;

describe.skipIf(noServer)('over TLS', () => {
  let site: Site;
  beforeAll(async () => {
    bench.write('steady.ts', STEADY);
    site = await Site.open(bench, 'engine-a');
  }, 60_000);
  afterAll(() => site.close(), 30_000);

  const refused = async (...args: readonly string[]): Promise<CliResult> => bench.run(args, LONG);

  it('tells who is there', async () => {
    const agent = await site.agent('there', '--label', 'zone=x');
    const { stdout } = await bench.run(['agents', ...site.creds('coordinator'), '--json']);
    const found = JSON.parse(stdout) as { name: string; labels: object; run: string | null }[];
    const own = found.find(({ name }) => name === 'there');
    expect(own).toMatchObject({ labels: { zone: 'x' }, run: null });
    agent.signal('SIGTERM');
    expect((await agent.ended).code).toBe(0);
  }, 60_000);

  it('one agent carries all; in one folder with the whole its part has another name', async () => {
    await site.agent('beside', '--label', 't=beside');
    const flags = ['-e', 'FOR=1s', '--no-preflight', '--testid', 'beside'];
    const result = await site.run('t=beside:1', ...flags).ended;
    expect(result.code, result.stdout + result.stderr).toBe(0);
    expect(basename(result.folder())).toBe('beside');
    expect(readdirSync(join(bench.folder, 'engine-a/parts'))).toContain('beside-part-1-of-1');
  }, 60_000);

  it('an agent that is killed is lost: 113, with what was never done, unless it may be', async () => {
    const lose = async (label: string, ...flags: readonly string[]) => {
      const [, victim] = await Promise.all([
        site.agent(`steady-${label}`, '--label', `t=${label}`),
        site.agent(`victim-${label}`, '--label', `t=${label}`),
      ]);
      const run = site.run(`t=${label}:2`, '-e', 'FOR=6s', '--no-preflight', ...flags);
      await victim.says('part');
      await run.says('clocks agree');
      await delay(2_000);
      victim.signal('SIGKILL');
      await victim.ended;
      return run.ended;
    };
    const [result, allowed] = await Promise.all([lose('kill'), lose('may', '--lost-agents', '1')]);
    expect(result.code, result.stdout + result.stderr).toBe(113);
    expect(allowed.code, allowed.stdout + allowed.stderr).toBe(0);
    for (const { stdout, stderr } of [result, allowed]) {
      expect(stderr).toMatch(/agent victim-\w+ \(host .*\) is gone; it is waited for, 10 s/);
      expect(stdout).toMatch(
        /agent victim-\w+ \(host .*\) was lost after second \d+ \(it is gone\)/,
      );
      expect(stdout).toMatch(/of 60 planned starts of part 2 of 2, \d+ %, never made/);
    }
    const rows = allowed.summary().execution.generator.agents ?? [];
    expect(rows.map(({ lost }) => lost !== undefined)).toEqual([false, true]);
    expect(allowed.stdout).toMatch(
      /AGENT +VUs +iterations +dropped +stores\/s[^]*victim-may was lost: it is gone/,
    );
    expect(allowed.summary().verdict.warnings.join()).toContain('agent victim-may');
    const { iterations } = result.summary().execution;
    expect(iterations).toBeGreaterThanOrEqual(60);
    expect(iterations).toBeLessThan(120);
    // What the lost one had done to its last second stands in its own log.
    const parts = [1, 2].map((n) => `engine-a/parts/${result.summary().run.id}-part-${n}-of-2`);
    const merged = await bench.run(['merge', ...parts, '--results', 'merged'], LONG);
    expect(merged.stdout).toContain('part 2 of 2: the run was killed before its end');
    expect(merged.code).toBe(105);
  }, 110_000);

  it('agents stop by themselves when their coordinator is killed, and are free again', async () => {
    const orphan = await site.agent('orphan', '--label', 't=orphan');
    const flags = ['--testid', 'v1.2 of it', '--no-preflight'];
    const run = site.run('t=orphan:1', '-e', 'FOR=10m', '--orphan', '2s', ...flags);
    await run.says('clocks agree');
    const second = await site.run('t=orphan:1', '--agents-wait', '100ms', ...flags).ended;
    expect(second.code).toBe(113);
    expect(second.stderr).toContain('0 of 1 agent with t=orphan came within 100 ms');
    expect(second.stderr).toContain('1 busy with another run');
    await site.agent('spare', '--label', 't=spare');
    const same = await site.run('t=spare:1', ...flags).ended;
    expect(same.code).toBe(104);
    expect(same.stderr).toContain('another coordinator conducts run v1.2 of it');
    run.signal('SIGKILL');
    await orphan.says('nobody could have ended the load');
    const { stdout } = await bench.run(['agents', ...site.creds('coordinator')]);
    expect(stdout).toMatch(/orphan .* t=orphan +-/);
  }, 60_000);

  it('what one agent refuses begins nowhere, and is said by its name', async () => {
    await Promise.all([
      site.agent('open', '--label', 't=allow'),
      site.agent('closed', '--label', 't=allow', '--allow', '10.0.0.0/8'),
    ]);
    const result = await site.run('t=allow:2').ended;
    expect(result.code).toBe(104);
    expect(result.stderr).toMatch(/agent closed \(host .*\): may not talk to 127\.0\.0\.1/);
    expect(result.stderr).toMatch(/agent open \(host .*\): .*127\.0\.0\.1:1/);
    const secret = await site.run('t=allow:1', '--no-preflight', '--secret', 'PACS_PASSWORD').ended;
    expect(secret.code).toBe(104);
    expect(secret.stderr).toContain('--secret PACS_PASSWORD: not in the environment of this agent');
  }, 60_000);

  it('wrong input is told in a line', async () => {
    const run = ['run', 'steady.ts', '--agents'];
    const wait = ['--agents-wait', '100ms'];
    const none = await refused(...run, 'zone=nowhere:1', ...site.creds('coordinator'), ...wait);
    expect(none.code).toBe(113);
    expect(none.stderr).toContain('0 of 1 agent with zone=nowhere came within 100 ms');
    const role = await refused(...run, '1', ...site.creds('agent'));
    expect(role.stderr).toContain('is for the role agent, this needs coordinator');
    const closed = ['--engine', `tls://127.0.0.1:${await anyPortFree()}`];
    const away = await refused(...run, '1', ...site.creds('coordinator'), ...closed);
    expect(away.code).toBe(111);
    expect(away.stderr).toContain('nothing listens there');
    const far = ['--engine', 'tls://127.0.0.1:99999'];
    const port = await refused(...run, '1', ...site.creds('coordinator'), ...far);
    expect(port.code).toBe(104);
    expect(port.stderr).toContain('--engine tls://127.0.0.1:99999: must be tls://host:port');
    const word = await refused(...run, 'many', ...site.creds('coordinator'));
    expect(word.stderr).toContain('--agents many: must be a number');
    const local = await refused(...run, 'local:2', ...site.creds('coordinator'));
    expect(local.stderr).toContain('--creds with --agents local:2: local agents have an engine of');
    const both = await refused(...run, '1', '--resume', 'x', ...site.creds('coordinator'));
    expect(both.stderr).toContain('--agents with --resume: the run goes on with the agents that');
    const alone = await refused('run', 'steady.ts', '--lost-agents', '1');
    expect(alone.stderr).toContain('--lost-agents: says nothing without --agents');
  }, 60_000);
});

const DELIVERY = `import dicom from 'dicom';
import { sleep } from 'k6';
const archive = dicom.receiver({ aet: 'ARCHIVE', port: Number(__ENV.RXPORT ?? '0') });
const router = dicom.peer({ connect: 'ROUTER@127.0.0.1:' + __ENV.ROUTER, deliversTo: archive });
const camera = dicom.synthetic({ modality: 'ES', rows: 32, columns: 32 });
export const options = {
  scenarios: { s: { executor: 'per-vu-iterations', vus: 2, iterations: 1 } },
  thresholds: {
    dicom_delivery_missing: ['count==0'],
    dicom_delivery_unexpected: ['count==0'],
    dicom_delivery_unique: ['count==20'],
  },
};
export default async function () {
  const study = dicom.study({ images: 10, from: camera });
  const association = await router.associate({ for: study });
  for (const image of study.images) await association.store(image);
  await association.release();
  await sleep(0.5);
}
`;

describe.skipIf(noServer)('receivers', () => {
  it('what arrives at another agent is neither missing nor unexpected, and a loss is one', async () => {
    bench.write('steady.ts', DELIVERY);
    const site = await Site.open(bench, 'engine-c');
    const port = await anyPortFree();
    let untilLost = Infinity;
    const drop = new Set<string>();
    drop.has = () => --untilLost === 0;
    const misdeeds = { drop, repeat: new Set<string>(), damage: new Set<string>() };
    const forwarder = await startForwarder({ port, calledAET: 'ARCHIVE' }, misdeeds);
    // The port of its receiver is a matter of each host.
    await Promise.all([
      site.agentWith({ env: { RXPORT: String(port) } }, 'first'),
      site.agent('second'),
    ]);
    const flags = ['-e', `ROUTER=${forwarder.port}`, '--no-preflight', '--settle', '1s'];
    const result = await site.run('2', ...flags).ended;
    untilLost = 3;
    const lossy = await site.run('2', ...flags).ended;
    forwarder.stop();
    await site.close();
    expect(lossy.code, lossy.stdout + lossy.stderr).toBe(99);
    expect(lossy.summary().delivery.routes).toMatchObject([
      { accepted: 20, arrived: 19, unique: 19, missing: 1, unexpected: 0, duplicated: 0 },
    ]);
    expect(result.code, result.stdout + result.stderr).toBe(0);
    // Nothing arrived at the second alone, and that is no fault.
    expect(result.summary().verdict.warnings.join()).not.toContain('nothing at all arrived');
    expect(result.summary().delivery.routes).toMatchObject([
      { accepted: 20, arrived: 20, unique: 20, missing: 0, unexpected: 0, duplicated: 0 },
    ]);
    const [route] = result.summary().delivery.routes;
    expect(route?.duration?.count).toBe(20);
    expect(route?.duration?.max).toBeLessThan(10_000);
    expect(route?.durationErrorMs).toBeGreaterThan(0);
    expect(route?.durationErrorMs).toBeLessThan(500);
    expect(result.stdout).toMatch(/times from agent to agent may be wrong by .* ms: their clocks/);
    expect(schemaMisfits(result.summary())).toEqual([]);
  }, 60_000);
});

describe.skipIf(noServer)('while a run goes on', () => {
  it('the engine is away and an agent is frozen: nothing is lost', async () => {
    bench.write('steady.ts', STEADY);
    const site = await Site.open(bench, 'engine-b');
    const agents = await Promise.all([site.agent('one'), site.agent('two')]);
    const run = site.run('2', '-e', 'FOR=8s', '--no-preflight');
    await run.says('clocks agree');
    await delay(1_500);
    site.engine.signal('SIGTERM');
    await site.engine.ended;
    await delay(1_500);
    await site.start().says('dicomrun run SCRIPT');
    agents[0].signal('SIGSTOP');
    await delay(1_000);
    agents[0].signal('SIGCONT');
    const result = await run.ended;
    await site.close();
    expect(result.code, result.stdout + result.stderr).toBe(0);
    const { iterations, dropped } = result.summary().execution;
    expect(iterations + dropped).toBe(160);
  }, 110_000);
});

const isView = (record: LogRecord): record is Extract<LogRecord, { readonly k: 'view' }> =>
  record.k === 'view';
