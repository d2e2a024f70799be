// A run whose load agents carry, as processes on this machine: it is what one process would have been.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { summaryFromRunLog } from '../runlog/restore.ts';
import type { LogRecord } from '../runlog/format.ts';
import { readRunLog } from '../runlog/cursor.ts';
import { requirePeer } from './peers.ts';
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

const isView = (record: LogRecord): record is Extract<LogRecord, { readonly k: 'view' }> =>
  record.k === 'view';
