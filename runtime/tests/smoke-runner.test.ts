// dicomrun smoke as a test runner: what is a case, what is selected, what is green.
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { Place } from './cli-spawn.ts';

let place: Place;
afterEach(() => place.remove());

/** The list stays on the terminal beside a reporter that writes a file. */
const ALWAYS = ['--no-report', '--settle', '1s', '--reporter', 'junit=j.xml'];
const junit = (): string => readFileSync(join(place.folder, 'j.xml'), 'utf8');
const smoke = (...args: string[]) => place.run(['smoke', 'tests', ...ALWAYS, ...args]);

const GOOD = `import { check } from 'k6';
export default function () { check(1, { 'one is one': (n) => n === 1, 'small': (n) => n < 5 }); }
`;
const TABLE = `import dicom from 'dicom';
import { check, sleep } from 'k6';
const rows = [{ id: 'a', ms: 20 }, { id: 'b', ms: 300 }, { id: 'c', ms: 20 }];
export default async function () {
  await dicom.each(rows, (row) => 'row ' + row.id, async (row) => {
    await sleep(row.ms / 1000);
    if (row.id === 'c') throw new Error('c is broken');
    check(row, { 'has an id': (r) => r.id !== 'b' });
  });
}
`;

describe('dicomrun smoke', () => {
  it('has every case of the terminal in JUnit, also scripts that cannot start', async () => {
    place = new Place({
      'tests/good.ts': GOOD,
      'tests/broken.ts': 'export default async function () { await foo( }',
      'tests/helper.ts': 'export const help = 1;',
      'tests/skips.ts': `import dicom from 'dicom';
        export default function () { dicom.skip('bug 4711'); }`,
    });
    const { code, out, err } = await smoke();
    expect({ code, out }).toMatchObject({ code: 107 });
    expect(err).toContain('left out, no default function and no options in it: tests/helper.ts');
    expect(out).toContain('1 failed, 2 passed, 1 skipped');
    expect(junit()).toContain('tests="4" failures="0" errors="1" skipped="1"');
    expect(junit()).toMatch(/classname="broken" name="starts"/);
    expect(out).not.toContain('skips › default › runs to its end');
  });

  it('passes nothing that tested nothing', async () => {
    const empty = 'export default function () {}';
    place = new Place({
      'tests/empty.ts': empty,
      'tests/judged.ts': `export const options = { thresholds: { iterations: ['count==1'] } };
        ${empty}`,
      'tests/echo.ts': `import { peer } from 'dicom';
        export default async function () {
          const association = await peer().associate({ for: ['Verification'] });
          await association.echo();
          await association.release();
        }`,
    });
    const { code, out } = await smoke('--embedded', '--thresholds');
    expect({ code, out }).toMatchObject({ code: 0 });
    expect(out).toMatch(/SKIP +empty › default › runs to its end/);
    expect(out).toContain('nothing was tested: no request, no check, no threshold');
    expect(out).toMatch(/PASS +judged › default › runs to its end/);
    expect(out).toMatch(/PASS +echo › default › runs to its end/);
    // The threshold is a test, too.
    expect(junit()).toContain('tests="4" failures="0" errors="0" skipped="1"');
  });

  it('runs all rows of a table, each a case with its own time', async () => {
    place = new Place({ 'tests/table.ts': TABLE });
    const { code, out } = await smoke();
    expect({ code, out }).toMatchObject({ code: 99 });
    expect(out).toMatch(/PASS +table › default › row a /);
    expect(out).toMatch(/FAIL +table › default › row b /);
    expect(out).toMatch(/ERROR +table › default › row c /);
    expect(out).toContain('c is broken');
    const seconds = (name: string): number =>
      Number(new RegExp(`name="${name}" time="([\\d.]+)"`).exec(junit())?.[1]);
    expect(seconds('row b')).toBeGreaterThan(0.29);
    expect(seconds('row a')).toBeGreaterThan(0.01);
    expect(seconds('row b › has an id')).toBeGreaterThan(0.29);
  });

  it('takes one row an iteration in a load test', async () => {
    place = new Place({ 'tests/table.ts': TABLE });
    const args = ['--vus', '1', '--iterations', '4', '--no-report'];
    const { out } = await place.run(['run', 'tests/table.ts', ...args]);
    expect(out).toMatch(/has an id.*2 passed.*1 failed/);
  });

  it('selects by the name of a case, and nothing selected is 104 with what there is', async () => {
    place = new Place({ 'tests/good.ts': GOOD, 'tests/table.ts': TABLE });
    const one = await smoke('--grep', 'row a$');
    expect(one.out).toMatch(/PASS +table › default › row a /);
    expect(one.out).toContain('1 passed · exit 0');
    const check = await smoke('--grep', 'one is one');
    expect(check.out).toContain('1 passed · exit 0');
    const nothing = await smoke('--grep', 'no such');
    expect(nothing.code).toBe(104);
    expect(nothing.err).toContain('good › default');
    expect((await smoke('--label', 'nosuch')).code).toBe(104);
    const listed = await place.run(['smoke', 'tests', '--list', '--grep', 'good']);
    expect(listed).toMatchObject({ code: 0 });
    expect(listed.out).toContain('good › default\n');
  });

  it('selects rows of a table by their labels, and lists them without running anything', async () => {
    const labelled = TABLE.replace(
      '});\n}',
      "}, { labelsOf: (row) => (row.id === 'a' ? ['quick', 'ct'] : row.id === 'b' ? ['load'] : ['mr']) });\n}",
    ).replace('function () {', "function () { console.log('it runs');");
    const door = createServer((socket) => socket.destroy()).listen(0, '127.0.0.1');
    await once(door, 'listening');
    const { port } = door.address() as AddressInfo;
    let knocks = 0;
    door.on('connection', () => knocks++);
    const peer = `dicom.peer({ host: '127.0.0.1', port: ${port}, calledAET: 'X' })`;
    const late = TABLE.replace('await dicom', `await ${peer}.echo(); await dicom`);
    place = new Place({ 'tests/good.ts': GOOD, 'tests/table.ts': labelled, 'tests/late.ts': late });
    const quick = await smoke('--label', 'quick');
    expect(quick, quick.err).toMatchObject({ code: 0 });
    expect(quick.out).toMatch(/PASS +table › default › row a › has an id/);
    expect(quick.out).toContain('2 passed · exit 0');
    const others = await smoke('--label', '!mr', '--grep', 'table');
    expect(others.err).toContain('it runs');
    expect(others.out).toContain('row a');
    expect(others.out).not.toMatch(/row [bc]/);
    const nothing = await smoke('--label', 'pet');
    expect(nothing.code).toBe(104);

    knocks = 0;
    const list = async (...args: string[]) => place.run(['smoke', 'tests', '--list', ...args]);
    const all = await list();
    expect(all.err).not.toContain('it runs');
    expect(all.out.split('\n')).toEqual([
      'good › default',
      'late › default',
      'table › default',
      'table › default › row a (quick, ct)',
      'table › default › row c (mr)',
      '',
    ]);
    const fits = await list('--label', 'ct,load', '--grep', 'row [ac]');
    expect(fits.out).toBe('table › default\ntable › default › row a (quick, ct)\n');
    expect((await list('--label', 'pet')).code).toBe(104);
    expect(knocks).toBe(0);
    door.close();
  });

  it('selects scenarios by labels of their own, beside those of the script', async () => {
    const one = (labels: string): string =>
      `{ executor: 'per-vu-iterations', vus: 1, iterations: 1${labels} }`;
    const script = `import { check } from 'k6';
      import exec from 'k6/execution';
      export const options = {
        labels: ['mr'],
        scenarios: {
          first: ${one('')},
          night: ${one(", labels: ['slow']")},
          peak: ${one(", labels: ['load', 'slow']")},
        },
      };
      export default function () {
        check(exec.scenario.name, { runs: () => true });
      }`;
    place = new Place({ 'tests/x.ts': script });
    const ran = async (...args: string[]) =>
      [...(await smoke(...args)).out.matchAll(/PASS +x › (\w+) ›/g)].map(([, name]) => name);
    expect(await ran()).toEqual(['first', 'night']);
    expect(await ran('--label', 'slow')).toEqual(['night', 'peak']);
    expect(await ran('--label', '!slow')).toEqual(['first']);
    expect(await ran('--label', 'mr,load')).toEqual(['first', 'night', 'peak']);
    const list = await place.run(['smoke', 'tests', '--list', '--label', 'slow']);
    expect(list.out).toBe('x › night (mr, slow)\nx › peak (mr, load, slow)\n');
    const none = await smoke('--label', 'pet');
    expect(none).toMatchObject({ code: 104 });
    expect(none.err).toContain('x › peak (mr, load, slow)');
    const wrong = script.replace("['slow']", '[4]');
    place = new Place({ 'tests/x.ts': wrong });
    expect((await smoke()).out).toContain('scenarios.night.labels: must be a list of texts');
  });

  it('says how little it ran of a script that asks for more', async () => {
    const options = 'export const options = { vus: 1, iterations: 4 };\n';
    place = new Place({ 'tests/good.ts': options + GOOD });
    const { err } = await smoke();
    expect(err).toContain('good › default: 1 of 4 iterations (smoke)');
    expect(junit()).toContain('value="1 of 4 (smoke)"');
  });

  it('takes an expected failure for none, and its passing for one', async () => {
    const script = (ok: boolean): string => `import dicom from 'dicom';
      import { check } from 'k6';
      export default function () {
        dicom.xfail('bug 4711');
        check(1, { right: () => ${ok} });
      }`;
    place = new Place({ 'tests/x.ts': script(false) });
    const failing = await smoke();
    expect(failing, failing.out).toMatchObject({ code: 0 });
    expect(failing.out).toContain('expected to fail: bug 4711');
    place.write('tests/x.ts', script(true));
    const passing = await smoke();
    expect(passing.code).toBe(99);
    expect(passing.out).toContain('passes, and was expected to fail: bug 4711');
  });

  it('stops at the first failure, runs only what failed, and several at a time', async () => {
    const bad = GOOD.replace('n === 1', 'n === 2');
    place = new Place({ 'tests/a.ts': bad, 'tests/b.ts': GOOD, 'tests/c.ts': GOOD });
    const bailed = await smoke('--bail');
    expect(bailed.err).toContain('stopped: 2 of 3 scripts not run');
    const again = await smoke('--last-failed');
    // The case that failed, not its script.
    expect(again.out).toContain('1 failed, 0 passed · exit 99');
    const all = await smoke('--parallel', '3');
    expect(all.out).toContain('1 failed, 5 passed');
  });
});

describe('case by case', () => {
  it('--bail ends at the first that fails, --last-failed runs it again alone', async () => {
    place = new Place({ 'tests/table.ts': TABLE.replace("r.id !== 'b'", "r.id !== 'a'") });
    const bailed = await smoke('--bail');
    expect(bailed.code).toBe(99);
    expect(bailed.out).toMatch(/FAIL +table › default › row a › has an id/);
    expect(bailed.out).not.toContain('row c');
    place.write('tests/table.ts', TABLE);
    expect((await smoke()).out).toMatch(/PASS +table › default › row a /);
    const again = await smoke('--last-failed');
    expect(again.out).toMatch(/FAIL +table › default › row b /);
    expect(again.out).toMatch(/ERROR +table › default › row c /);
    expect(again.out).not.toContain('row a');
  });

  it('an iteration that is expected to throw, and only throws, fails nothing', async () => {
    const script = `import dicom from 'dicom';
      export default async function () {
        dicom.xfail('bug 4711');
        await dicom.peer({ host: '127.0.0.1', port: 1, calledAET: 'GONE' }).echo();
      }`;
    place = new Place({ 'tests/x.ts': script });
    const { code, out } = await smoke('--no-preflight');
    expect({ code, out }).toMatchObject({ code: 0 });
    expect(out).toContain('expected to fail: bug 4711');
    expect((await smoke('--no-preflight', '--bail')).code).toBe(0);
  });
});

describe('a failed check', () => {
  it('shows what the delivery knows, in smoke and in load tests', async () => {
    const script = `import dicom from 'dicom';
      import { check } from 'k6';
      const sink = dicom.receiver({ aet: 'SINK' });
      const ct = dicom.synthetic({ modality: 'CT', rows: 8, columns: 8 });
      const router = dicom.peer({ deliversTo: sink });
      export const options = { vus: 1, iterations: 1, simulate: { router: {
        rules: [{ set: { StudyDescription: 'Head' } }] } } };
      export default async function () {
        const study = dicom.study({ images: 1, from: ct });
        await using a = await router.associate({ for: study });
        for (const image of study) await a.store(image);
        const there = await sink.expect(study, { timeout: '5s', tags: { StudyDescription: 'KOPF' } });
        check(there, { described: (d) => d.wrongTags === 0 });
      }`;
    place = new Place({ 'tests/map.ts': script });
    const seen = 'StudyDescription: expected "KOPF", arrived "';
    const smoked = await smoke('--embedded');
    expect(smoked.out, smoked.err).toContain(seen);
    expect(junit()).toContain('StudyDescription: expected &#34;KOPF&#34;');
    const { out } = await place.run(['run', 'tests/map.ts', '--embedded', '--no-report']);
    expect(out).toContain(seen);
    const runs = place.runs();
    const details = readFileSync(join(runs.at(-1) ?? '', 'errors.ndjson'), 'utf8');
    expect(details).toContain('"check":"described"');
  });

  it('a manual step with what is no text is told, and the run ends in order', async () => {
    const script = `import dicom from 'dicom';
      export default function () { dicom.manual(5, ['a']); }`;
    place = new Place({ 'tests/manual.ts': script });
    const { code, err } = await smoke();
    expect([0, 99], err).toContain(code);
    expect(err).not.toMatch(/internal:|fault of dicomrun/);
    expect(junit()).toContain('<testsuites');
  });

  it('is no check without conditions, and undefined is no wish', async () => {
    const script = `import dicom from 'dicom';
      import { check } from 'k6';
      const sink = dicom.receiver({ aet: 'SINK' });
      const ct = dicom.synthetic({ modality: 'CT', rows: 8, columns: 8 });
      const attempt = async (f) => { try { await f(); } catch (e) { console.log(e.name + ' ' + e.message); } };
      export default async function () {
        await attempt(() => check(1));
        await attempt(() => check(1, {}));
        await attempt(() => sink.expect(dicom.study({ from: ct }), { tags: { StudyDate: undefined } }));
      }`;
    place = new Place({ 'tests/none.ts': script });
    const { err } = await smoke();
    expect(err.match(/check\(\): no conditions/g)).toHaveLength(2);
    expect(err).toContain('TypeError expect(): tags.StudyDate is undefined');
  });
});
