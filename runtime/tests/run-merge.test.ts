// Parts of one plan, each a process that knows nothing of the others, merged: the whole is what one
// process would have said, and what is no whole is refused.
import { cpSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Summary } from '../metrics/summary.ts';
import type { RunRecord } from '../runlog/format.ts';
import { startForwarder } from './delivery-forwarder.ts';
import { anyPortFree } from './peers.ts';
import { Bench } from './run-cli.ts';
import type { CliResult } from './run-cli.ts';
import { schemaMisfits } from './summary-schema.ts';

const bench = new Bench('merge');
afterAll(() => bench.remove());

/** Every iteration gives the samples of its number, whichever process does it. */
const SCRIPT = `import { check, sleep } from 'k6';
import exec from 'k6/execution';
import { Counter, Rate, Trend } from 'k6/metrics';
const work = new Trend('work', true), sum = new Counter('sum'), odd = new Rate('odd');
export const options = {
  scenarios: { s: { executor: 'per-vu-iterations', vus: 6, iterations: 40 } },
  thresholds: {
    iterations: ['count==240'],
    work: ['p(50)<30000', 'p(99)>=56000', 'max>=57121'],
    sum: ['count==28680'],
    'checks{check:small}': ['rate>0.9'],
    odd: ['rate==0.5'],
  },
};
export default async function () {
  const n = exec.scenario.iterationInTest;
  work.add(n * n); sum.add(n); odd.add(n % 2 === 1);
  check(n, { small: (value) => value < 230 });
  await sleep(0.05);
}
`;

const THIRDS = ['0:1/3', '1/3:2/3', '2/3:1'];

const summaryOf = (folder: string): Summary =>
  JSON.parse(readFileSync(join(folder, 'summary.json'), 'utf8')) as Summary;

let whole: CliResult;
let parts: readonly CliResult[];

beforeAll(async () => {
  bench.write('plan.ts', SCRIPT);
  const flags = ['run', 'plan.ts', '--testid', 'nightly', '--no-report'];
  const one = bench.start(flags);
  const three = THIRDS.map((segment) => bench.start([...flags, '--execution-segment', segment]));
  whole = await one.ended;
  parts = await Promise.all(three.map(({ ended }) => ended));
}, 120_000);

const folders = (): string[] => parts.map((part) => part.folder());

async function merge(dirs: readonly string[], ...flags: readonly string[]): Promise<CliResult> {
  return bench.run(['merge', ...dirs, ...flags]);
}

describe('three parts merged', () => {
  let merged: CliResult;
  let summary: Summary;
  beforeAll(async () => {
    // In any order.
    merged = await merge([...folders()].reverse(), '--results', 'merged');
    summary = summaryOf(join(bench.folder, 'merged', 'nightly-merged'));
  }, 60_000);

  it('count what one process counts, to the last percentile', () => {
    const one = whole.summary();
    expect(whole.code, whole.stdout).toBe(0);
    expect(schemaMisfits(summary)).toEqual([]);
    for (const metric of ['work', 'sum', 'odd', 'checks', 'iterations']) {
      const { rate: _, ...values } = one.metrics[metric]?.values ?? {};
      const { rate: __, ...found } = summary.metrics[metric]?.values ?? {};
      expect(found, metric).toEqual(values);
    }
    expect(summary.custom.find(({ name }) => name === 'work')?.values).toEqual(
      one.custom.find(({ name }) => name === 'work')?.values,
    );
    const { items, ...checks } = one.checks;
    expect(summary.checks).toMatchObject(checks);
    const [{ examples = [], ...small } = {}] = summary.checks.items;
    const [{ examples: seen = [], ...expected } = {}] = items;
    expect(small).toEqual(expected);
    expect(examples).toHaveLength(seen.length);
    expect(summary.execution).toMatchObject({ iterations: 240, dropped: 0, vus: 6, vusMax: 6 });
    expect(summary.scenarios.map(({ iterations }) => iterations)).toEqual([240]);
  });

  it('are judged as a whole, whatever each of them came to', () => {
    expect(parts.map(({ code }) => code)).toEqual([99, 99, 99]);
    expect(summary.thresholds.map(({ verdict }) => verdict)).toEqual(
      summary.thresholds.map(() => 'ok'),
    );
    expect(summary.thresholds.map(({ observed }) => observed)).toEqual(
      whole.summary().thresholds.map(({ observed }) => observed),
    );
    expect(merged.code, merged.stdout + merged.stderr).toBe(0);
    expect(summary.verdict.state).toBe(whole.summary().verdict.state);
  });

  it('leave a folder like that of a run', async () => {
    const folder = join(bench.folder, 'merged', 'nightly-merged');
    const again = await bench.run(['report', folder, '--json']);
    const restored = JSON.parse(again.stdout) as Summary;
    expect(restored.metrics).toEqual(summary.metrics);
    expect(restored.verdict).toEqual(summary.verdict);
    expect(readFileSync(join(folder, 'report.html'), 'utf8')).toContain('nightly');
    const log = readFileSync(join(folder, 'run.ndjson'), 'utf8');
    expect(JSON.parse(log.slice(0, log.indexOf('\n')))).not.toHaveProperty('part');
    const compared = await bench.run(['compare', whole.folder(), folder, '--tolerance', '1000']);
    expect(compared.code, compared.stderr).toBe(0);
  });

  it('are not merged over what is there', async () => {
    const twice = await merge(folders(), '--results', 'merged');
    expect(twice.code).toBe(104);
    expect(twice.stderr).toContain('nightly-merged is there already');
  });
});

describe('what is no whole is refused, with 104 and its name', () => {
  async function refusal(dirs: readonly string[]): Promise<string> {
    const result = await merge(dirs, '--results', 'refused');
    expect(result.code, result.stdout).toBe(104);
    expect(existsSync(join(bench.folder, 'refused'))).toBe(false);
    return result.stderr;
  }

  /** The second part as if its log began otherwise. */
  function changed(name: string, change: (run: RunRecord) => object): string[] {
    const [first = '', second = '', third = ''] = folders();
    const copy = join(bench.folder, name, basename(second));
    cpSync(second, copy, { recursive: true });
    const file = join(copy, 'run.ndjson');
    const [line = '', ...rest] = readFileSync(file, 'utf8').split('\n');
    const run = JSON.parse(line) as RunRecord;
    writeFileSync(file, [JSON.stringify({ ...run, ...change(run) }), ...rest].join('\n'));
    return [first, copy, third];
  }

  it('a missing part', async () => {
    const [first = '', , third = ''] = folders();
    expect(await refusal([first, third])).toContain('part 2 of 3 is missing');
    expect(await refusal([third])).toContain('parts 1, 2 of 3 are missing');
  });

  it('a part given twice', async () => {
    const [first = '', second = '', third = ''] = folders();
    const said = await refusal([first, second, third, second]);
    expect(said).toContain(`part 2 of 3 is there twice`);
  });

  it('a whole run, and no run at all', async () => {
    const [first = '', second = ''] = folders();
    expect(await refusal([first, second, whole.folder()])).toContain('is a whole run, not a part');
    expect(await refusal([first, dirname(second)])).toContain('is not there');
  });

  it.each([
    ['another script', () => ({ settings: [{ path: 'script', value: '', origin: 'SHA-256 0' }] })],
    ['it is divided otherwise', () => ({ widths: [1, 2, 1] })],
    ['it is divided otherwise', () => ({ part: '2/4', widths: [1, 1, 1, 1] })],
    ['other thresholds', () => ({ thresholds: {} })],
    ['other scenarios', () => ({ plan: { scenarios: {} } })],
    ['another version of dicomrun', () => ({ version: '0.0.0' })],
    ['did not run at the same time', ({ t0 }: RunRecord) => ({ id: 'weekly', t0: t0 - 9e6 })],
  ])('a foreign part: %s', async (why, change) => {
    const said = await refusal(
      changed(`foreign-${why.length}-${change.toString().length}`, change),
    );
    expect(said).toContain('(part 2 of ');
    expect(said).toContain(why);
  });
});

describe('a part that was killed', () => {
  it('counts as far as its log goes, and the whole has failed', async () => {
    const [first = '', second = '', third = ''] = folders();
    const copy = join(bench.folder, 'killed', basename(second));
    cpSync(second, copy, { recursive: true });
    const file = join(copy, 'run.ndjson');
    const lines = readFileSync(file, 'utf8').split('\n');
    writeFileSync(file, lines.filter((line) => !line.startsWith('{"k":"end"')).join('\n'));
    const result = await merge([first, copy, third], '--results', 'with-killed');
    expect(result.code).toBe(105);
    expect(result.stdout).toContain('part 2 of 3: the run was killed before its end');
    const { execution } = summaryOf(join(bench.folder, 'with-killed', 'nightly-merged'));
    expect(execution.iterations).toBe(240);
  });
});

describe('deliveries across parts', () => {
  const script = (router: number): string => `import dicom from 'dicom';
import { sleep } from 'k6';
const archive = dicom.receiver({ aet: 'ARCHIVE', port: Number(__ENV.RXPORT) });
const router = dicom.peer({ connect: 'ROUTER@127.0.0.1:${router}', deliversTo: archive });
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
  console.log('uids ' + study.images.map((image) => image.get('SOPInstanceUID')).join(' ') + ' end');
  await sleep(2);
  const association = await router.associate({ for: study });
  for (const image of study.images) await association.store(image);
  await association.release();
  await sleep(Number(__ENV.HOLD));
}
`;

  /** Two parts; all that both send arrives at the receiver of the second. */
  async function twoParts(name: string, errs: boolean) {
    const [port, other] = [await anyPortFree(), await anyPortFree()];
    const misdeeds = {
      drop: new Set<string>(),
      repeat: new Set<string>(),
      damage: new Set<string>(),
    };
    const forwarder = await startForwarder({ port, calledAET: 'ARCHIVE' }, misdeeds);
    const flags = ['--testid', name, '--settle', '1s', '--no-preflight'];
    const start = (segment: string, rx: number, hold: number) =>
      bench.startScript(script(forwarder.port), [
        ...['--execution-segment', segment, ...flags],
        ...['-e', `RXPORT=${rx}`, '-e', `HOLD=${hold}`],
      ]);
    // Its receiver has to be there before the first sends, and longer than it does.
    const second = start('1/2:1', port, 15);
    await second.says(/uids .* end/);
    const first = start('0:1/2', other, 0);
    await first.says(/uids .* end/);
    const said = /uids (.*) end/.exec(first.stdout() + first.stderr())?.[1] ?? '';
    const [lost = '', alsoLost = '', repeated = ''] = said.split(' ');
    if (errs) {
      misdeeds.drop.add(lost).add(alsoLost);
      misdeeds.repeat.add(repeated);
    }
    const ended = [await first.ended, await second.ended];
    forwarder.stop();
    const dirs = ended.map((result) => result.folder());
    const merged = await merge(dirs, '--results', name);
    return { ended, merged, summary: summaryOf(join(bench.folder, name, `${name}-merged`)) };
  }

  it('an image that arrived at the receiver of another part is neither missing nor unexpected', async () => {
    const { ended, merged, summary } = await twoParts('lossless', false);
    expect(ended.map(({ code }) => code)).toEqual([99, 99]);
    const [sender, receiver] = ended.map((result) => result.summary().delivery.routes[0]);
    expect(sender).toMatchObject({ accepted: 10, unique: 0, missing: 10 });
    expect(receiver).toMatchObject({ accepted: 10, unique: 10, unexpected: 10 });
    expect(summary.delivery.routes).toHaveLength(1);
    expect(summary.delivery.routes[0]).toMatchObject({
      ...{ accepted: 20, arrived: 20, unique: 20, missing: 0, duplicated: 0, unexpected: 0 },
    });
    expect(summary.delivery.missing).toBeUndefined();
    expect(merged.code, merged.stdout).toBe(0);
    expect(summary.verdict.state).toBe('pass');
    expect(summary.thresholds.map(({ observed }) => observed)).toEqual([0, 0, 20]);
  }, 90_000);

  it('a loss is a loss, and what came twice came twice', async () => {
    const { ended, merged, summary } = await twoParts('lossy', true);
    expect(ended[1]?.summary().delivery.routes[0]).toMatchObject({ unexpected: 8 });
    expect(summary.delivery.routes[0]).toMatchObject({
      ...{ accepted: 20, arrived: 19, unique: 18, missing: 2, duplicated: 1, unexpected: 0 },
    });
    expect(summary.delivery.missing).toHaveLength(2);
    expect(merged.code).toBe(99);
    expect(merged.stdout).toContain('2 of 20 images did not arrive');
  }, 90_000);
});
