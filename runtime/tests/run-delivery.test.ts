// Whole runs with a receiver: the main job embedded, and a forwarder that is not ours and errs.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { startForwarder } from './delivery-forwarder.ts';
import { anyPortFree } from './peers.ts';
import { accepted, Bench, PACKAGE } from './run-cli.ts';
import { schemaMisfits } from './summary-schema.ts';

const bench = new Bench('delivery');
afterAll(() => bench.remove());

describe('examples/gi-routing.ts', () => {
  it('passes against the embedded router, shortened by flags', async () => {
    const port = await anyPortFree();
    const source = readFileSync(join(PACKAGE, 'examples/gi-routing.ts'), 'utf8');
    expect(source).toContain('port: 11113');
    bench.write('gi-routing.ts', source.replace('port: 11113', `port: ${port}`));
    const result = await bench.run([
      ...['run', 'gi-routing.ts', '--embedded'],
      ...['--vus', '5', '--ramp', '5s', '--duration', '5s'],
    ]);
    expect(result.code, result.stdout).toBe(0);
    const { checks, delivery, thresholds, execution, run } = result.summary();
    expect(schemaMisfits(result.summary())).toEqual([]);
    expect(run.embedded).toBe(true);
    expect(thresholds.every(({ verdict }) => verdict === 'ok')).toBe(true);
    expect(thresholds.length).toBeGreaterThan(2);
    expect(execution.iterations).toBeGreaterThan(10);
    expect(execution.failed).toBe(0);
    expect(checks.fails).toBe(0);
    expect(checks.items.map(({ name }) => name)).toEqual([
      'stored',
      'every image arrived once',
      'pixels untouched',
      'description normalised',
    ]);
    const images = execution.iterations * 4;
    expect(delivery.routes).toHaveLength(1);
    expect(delivery.routes[0]).toMatchObject({
      ...{ route: 'HTM_GI', accepted: images, arrived: images, unique: images },
      ...{ missing: 0, late: 0, duplicated: 0, corrupted: 0, unexpected: 0 },
    });
    expect(delivery.accepted).toBe(images);
    expect(result.stdout).toContain('EMBEDDED ROUTER');
  });
});

describe('a forwarder that drops, repeats and damages', () => {
  it('is found out exactly, by the account and by expect()', async () => {
    const port = await anyPortFree();
    const misdeeds = {
      drop: new Set<string>(),
      repeat: new Set<string>(),
      damage: new Set<string>(),
    };
    const forwarder = await startForwarder({ port, calledAET: 'ARCHIVE' }, misdeeds);
    const made = await bench.run([
      'generate',
      'camera',
      '--modality',
      'ES',
      '--rows',
      '32',
      '--columns',
      '32',
      '--count',
      '10',
    ]);
    expect(made.code, made.stderr).toBe(0);
    const script = `import dicom from 'dicom';
import { check, sleep } from 'k6';
const archive = dicom.receiver({ aet: 'ARCHIVE', port: ${port} });
const router = dicom.peer({ connect: 'ROUTER@127.0.0.1:${forwarder.port}', deliversTo: archive });
const camera = dicom.files('camera');
export const options = { iterations: 1, thresholds: { dicom_delivery_missing: ['count==0'] } };
export default async function () {
  const study = dicom.study({ images: 10, from: camera });
  console.log('uids ' + study.images.map((image) => image.get('SOPInstanceUID')).join(' ') + ' end');
  await sleep(2);
  const association = await router.associate({ for: study });
  for (const image of study.images) await association.store(image);
  await association.release();
  const found = await archive.expect(study, { timeout: '5s' });
  console.log('found ' + JSON.stringify([found.missing, found.duplicated, found.pixelsChanged]));
  check(found, { 'all there': ({ missing }) => missing === 0 });
}
`;
    const run = bench.startScript(script, ['--no-preflight', '--settle', '2s']);
    await run.says(/uids .* end/);
    const uids = /uids (.*) end/.exec(run.stdout() + run.stderr())?.[1]?.split(' ') ?? [];
    expect(uids).toHaveLength(10);
    for (const uid of uids.slice(0, 3)) misdeeds.drop.add(uid);
    for (const uid of uids.slice(3, 5)) misdeeds.repeat.add(uid);
    for (const uid of uids.slice(5, 6)) misdeeds.damage.add(uid);
    const result = await run.ended;
    forwarder.stop();
    expect(result.code).toBe(99);
    const summary = result.summary();
    expect(accepted(summary)).toBe(10);
    expect(summary.delivery.routes[0], result.stdout).toMatchObject({
      ...{ accepted: 10, arrived: 9, unique: 7, missing: 3 },
      ...{ duplicated: 2, corrupted: 1, unexpected: 0 },
    });
    expect(result.stdout + result.stderr).toContain('found [3,2,1]');
    const ledger = readFileSync(join(result.folder(), 'ledger.jsonl'), 'utf8');
    for (const uid of misdeeds.drop) expect(ledger).toContain(uid);
    // By the files they were read from, in the terminal, the check and the ledger.
    const names = (summary.delivery.missing ?? []).map(({ file = '' }) => file);
    expect(names).toHaveLength(3);
    for (const name of names) {
      expect(name).toMatch(/\.dcm$/);
      expect(result.stdout).toContain(`missing ${name} (ES, sent at `);
      expect(summary.checks.items[0]?.examples?.[0]?.text).toContain(`${name}, …`);
    }
    const listed = await bench.run(['ledger', result.folder(), '--missing', '--files']);
    expect(listed.stdout.trim().split('\n').sort()).toEqual([...names].sort());
    const [shown = ''] = (summary.delivery.missing ?? []).map(({ instance }) => instance);
    expect((await bench.run(['ledger', result.folder(), '--find', shown])).code).toBe(0);
    expect((await bench.run(['ledger', result.folder(), '--find', '…999990001000001'])).code).toBe(
      99,
    );
  });
});

describe('what setup() sends', () => {
  it('has its time, arrives once, and is not missing when the load begins', async () => {
    const port = await anyPortFree();
    const none = new Set<string>();
    const misdeeds = { drop: none, repeat: none, damage: none };
    const forwarder = await startForwarder({ port, calledAET: 'ARCHIVE' }, misdeeds);
    const script = `import dicom from 'dicom';
const archive = dicom.receiver({ aet: 'ARCHIVE', port: ${port} });
const router = dicom.peer({ connect: 'ROUTER@127.0.0.1:${forwarder.port}', deliversTo: archive });
const camera = dicom.synthetic({ modality: 'ES', rows: 32, columns: 32 });
export const options = { iterations: 1, thresholds: { dicom_delivery_missing: ['count==0'] } };
async function send(images) {
  const study = dicom.study({ images, from: camera });
  const association = await router.associate({ for: study });
  for (const image of study.images) await association.store(image);
  await association.release();
}
export async function setup() { await send(4); }
export default async function () { await send(2); }
`;
    const result = await bench.startScript(script, ['--no-preflight', '--settle', '2s']).ended;
    forwarder.stop();
    expect(result.code, result.stdout + result.stderr).toBe(0);
    const [route] = result.summary().delivery.routes;
    expect(route).toMatchObject({ accepted: 6, arrived: 6, unique: 6, missing: 0, unexpected: 0 });
    expect(route?.duration?.count).toBe(6);
    expect(route?.duration?.max).toBeLessThan(10_000);
    expect(result.stdout + result.stderr).not.toMatch(/refused|must be/);
  }, 30_000);
});

describe('run --only-missing', () => {
  it('sends the files that a run lost, each once', async () => {
    const made = ['--modality', 'CT', '--rows', '8', '--columns', '8', '--count', '5'];
    expect((await bench.run(['generate', 'lossy', ...made])).code).toBe(0);
    bench.write(
      'lossy.ts',
      `import dicom from 'dicom';
const archive = dicom.receiver({ aet: 'ARCHIVE' });
const router = dicom.peer({ deliversTo: archive });
const images = dicom.files('lossy');
export const options = {
  vus: 1, iterations: 2, settle: '1s', simulate: { router: { faults: { drop: Number(__ENV.DROP) } } },
};
export default async function () {
  const association = await router.associate({ for: images });
  await association.store(images.next());
  await association.release();
}
`,
    );
    const lossy = await bench.run(['run', 'lossy.ts', '--embedded', '-e', 'DROP=1']);
    expect(lossy.summary().delivery).toMatchObject({ accepted: 2, routes: [{ missing: 2 }] });
    const files = lossy.summary().delivery.missing?.map(({ file }) => file);
    expect(new Set(files).size).toBe(2);
    const again = ['run', 'lossy.ts', '--embedded', '--only-missing'];
    const found = await bench.run([
      ...again,
      lossy.folder(),
      '-e',
      'DROP=0',
      '--ledger',
      'instances',
    ]);
    expect(found.code, found.stderr).toBe(0);
    expect(found.stderr).toMatch(/data +2 instances/);
    expect(found.stderr).toMatch(/\[flag --only-missing\]/);
    expect(found.summary().delivery).toMatchObject({ accepted: 2, routes: [{ unique: 2 }] });
    const none = await bench.run([...again, found.folder(), '-e', 'DROP=0']);
    expect([none.code, none.stderr]).toEqual([104, expect.stringMatching(/this run lost nothing/)]);
  });
});
