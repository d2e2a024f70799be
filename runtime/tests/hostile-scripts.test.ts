// Scripts that never return, never settle, or fill the memory: the others go on, the culprit is named.
import { afterAll, describe, expect, it } from 'vitest';
import { Place } from './cli-spawn.ts';

const SCRIPT = `import { sleep } from 'k6';
export const options = {
  hangTimeout: '3s',
  scenarios: {
    good: { executor: 'constant-vus', vus: 1, duration: '7s', exec: 'good', gracefulStop: '1s' },
    bad: {
      executor: 'per-vu-iterations', vus: 1, iterations: 1, exec: 'bad', maxDuration: '6s', gracefulStop: '1s',
    },
  },
};
export async function good() { await sleep(0.05); }
export async function bad() {
  await sleep(0.5);
BODY
}
`;
const LINE = 14;

const BODIES = {
  'an endless loop': '  for (;;) Math.random();',
  'a loop of microtasks': '  for (;;) await 0;',
  'a storm of promises':
    '  const storm = () => Promise.resolve().then(() => { storm(); storm(); }); storm();',
  'a regular expression that backtracks for ever': "  /^(a+)+$/.test('a'.repeat(40) + 'b');",
} as const;

const places: Place[] = [];
afterAll(() => places.forEach((place) => place.remove()));

async function run(body: string): Promise<{ place: Place; code: number | null; err: string }> {
  const place = new Place({ 'bad.ts': SCRIPT.replace('BODY', body) });
  places.push(place);
  const { code, err } = await place.run(['run', 'bad.ts', '--no-report']);
  return { place, code, err };
}

describe.concurrent('a script that never yields', () => {
  it.each(Object.entries(BODIES))('%s', async (_name, body) => {
    const { place, code, err } = await run(body);
    expect(code, err).toBe(0);
    expect(err).toMatch(/VU \d+ \(bad\): the script did not yield for 3 s/);
    expect(err).toContain(`bad.ts:${LINE}:`);
    const { execution, errors } = place.summary();
    // The good VU shares the worker: some 4 s of its 7 s are left to it.
    expect(execution.iterations).toBeGreaterThan(20);
    expect(errors.groups.map(({ code, scenario }) => [code, scenario])).toEqual([
      ['SCRIPT_HANG', 'bad'],
    ]);
  });
});

describe('a script that harms itself', () => {
  it.concurrent('that awaits what never settles is given up when its time is over', async () => {
    const { place, code, err } = await run('  await new Promise(() => {});');
    expect(code, err).toBe(0);
    expect(err).toMatch(/VU \d+ \(bad\): it awaited a promise that nothing settles/);
    expect(place.summary().execution.interrupted).toBe(1);
  });

  it.concurrent(
    'that breaks the built-ins it shares with its runtime costs its own iteration only',
    async () => {
      const { place, code, err } = await run(
        "  JSON.stringify = () => { throw new Error('mine'); }; throw new Error('broken');",
      );
      expect(code, err).toBe(0);
      expect(place.summary().execution.iterations).toBeGreaterThan(50);
    },
  );

  it('that breaks how lists are read takes no check from the others', async () => {
    const place = new Place({
      'lists.ts': `import { check } from 'k6';
export const options = { scenarios: { s: { executor: 'per-vu-iterations', vus: 2, iterations: 10 } } };
export default function () {
  if (__VU === 1) Array.prototype[Symbol.iterator] = () => { throw new Error('mine'); };
  check(1, { ok: () => true });
}\n`,
    });
    places.push(place);
    const { code, err } = await place.run(['run', 'lists.ts', '--no-report', '--workers', '1']);
    expect(code, err).toBe(0);
    expect(place.summary().checks).toMatchObject({ passes: 20, fails: 0 });
  });

  it('that throws fifty megabytes is told in a few thousand characters', async () => {
    const place = new Place({
      'long.ts': `import { check } from 'k6';
export const options = { iterations: 2 };
export default function () {
  check(1, { ['n'.repeat(5e6)]: () => true });
  throw new Error('x'.repeat(5e7));
}\n`,
    });
    places.push(place);
    const { code, out, err } = await place.run(['run', 'long.ts', '--no-report']);
    expect(code).toBe(99);
    expect(out.length).toBeLessThan(40_000);
    expect(err.length).toBeLessThan(40_000);
    expect(err).toMatch(/x… \(50\d+ characters\)/);
    expect(JSON.stringify(place.summary()).length).toBeLessThan(100_000);
  });

  it('that fills the memory loses its worker, and the run goes on with another', async () => {
    const fill =
      '  const all = []; for (;;) { all.push(new Array(1e5).fill(1.5)); if (all.length % 20 === 0) await sleep(0.001); }';
    const place = new Place({ 'bad.ts': SCRIPT.replace('BODY', fill) });
    places.push(place);
    const options = { NODE_OPTIONS: '--max-old-space-size=200' };
    const { code, err } = await place.run(['run', 'bad.ts', '--no-report'], options);
    expect(code, err).toBe(0);
    expect(err).toMatch(/worker 0 died and was replaced.*out of memory.*VU \d+ \((bad|good)\)/s);
    expect(place.summary().execution.iterations).toBeGreaterThan(20);
  });

  const FILL = 'const all = []; for (;;) all.push(new Array(1e6).fill(1.5));';
  it.each([
    ['its init code', FILL],
    ['setup()', `export function setup() { ${FILL} }`],
  ])('that fills the memory in %s is told so, with what to do', async (_where, fill) => {
    const place = new Place({ 'fills.js': `${fill}\nexport default function () {}\n` });
    places.push(place);
    const { code, err } = await place.run(['run', 'fills.js', '--worker-heap', '70MB']);
    expect(code, err).toBe(107);
    expect(err).toMatch(/the script used up the memory of its worker/);
    expect(err).toMatch(/--worker-heap/);
    expect(err).not.toContain('fault of dicomrun');
  });

  it('that asks for more than V8 can give ends the process, and the run can be read', async () => {
    const body = "  await sleep(2); 'x'.repeat(2 ** 28).split('');";
    const { place, code } = await run(body);
    // No verdict: V8 aborts by SIGTRAP or SIGABRT, no handler runs.
    expect([null, 132, 133, 134]).toContain(code);
    const { code: read, out } = await place.run(['report', place.runs()[0] ?? '']);
    expect(read, out).not.toBe(109);
    expect(out).toMatch(/truncated|killed|not finished|did not end/i);
  });

  it('that throws what cannot be read, from every phase', async () => {
    const place = new Place();
    places.push(place);
    const bad = `const bad = () => { const e = new Error('x'); for (const k of ['message', 'stack', 'code', 'name', 'hint']) Object.defineProperty(e, k, { get() { throw e; } }); return e; };\n`;
    const phases = ['setup', 'teardown', 'handleSummary', 'vuInit', 'vuTeardown', 'default'];
    const EXITS: Readonly<Record<string, number>> = {
      ...{ setup: 107, teardown: 107, vuInit: 99, default: 99 },
    };
    for (const phase of phases) {
      const name = phase === 'default' ? 'default async' : 'async';
      const other = phase === 'default' ? '' : 'export default async function () {}\n';
      place.write(
        `${phase}.js`,
        `${bad}export ${name} function ${phase === 'default' ? '' : phase}() { throw bad(); }\n${other}`,
      );
      const { code, err } = await place.run([
        'run',
        `${phase}.js`,
        '--no-report',
        '--iterations',
        '1',
        '--vus',
        '1',
        '--duration',
        '3s',
      ]);
      // A vuInit that never succeeds fails the run, and so does a script that never finishes.
      expect(code, `${phase}: ${err}`).toBe(EXITS[phase] ?? 0);
      expect(err).not.toContain('INTERNAL');
    }
  });
});
