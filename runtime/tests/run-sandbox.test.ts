// What a script can and cannot reach, and how its mistakes are told with the author's own lines.
import { afterAll, describe, expect, it } from 'vitest';
import { Bench } from './run-cli.ts';

const bench = new Bench('sandbox');
afterAll(() => bench.remove());

const ONCE = `export const options = { iterations: 1 };\n`;

/** Runs a script of probes, each a check; answers the names of those that failed. */
async function failedProbes(body: string): Promise<readonly string[]> {
  const script = `import { check, sleep } from 'k6';
import dicom from 'dicom';
import exec from 'k6/execution';
${ONCE}
const peer = dicom.peer({});
const throws = (fn) => { try { fn(); return false; } catch { return true; } };
/** True when none of these ways leads to anything of the host. */
const harmless = (fn) => {
  try {
    const got = fn();
    return got === undefined || got === null || typeof got !== 'object' || !('versions' in got);
  } catch { return true; }
};
export default async function () {
  const probes = {};
${body}
  check(null, Object.fromEntries(Object.entries(probes).map(([name, ok]) => [name, Boolean(ok)])));
}
`;
  const result = await bench.script(script, ['--embedded']);
  expect(result.code, result.stderr + result.stdout).toBe(0);
  const { checks, execution } = result.summary();
  expect(execution, result.stderr).toMatchObject({ iterations: 1, failed: 0 });
  expect(checks.items.length).toBeGreaterThan(5);
  return checks.items.filter(({ fails }) => fails > 0).map(({ name }) => name);
}

describe('out of reach', () => {
  it('globals of Node', async () => {
    const names = ['process', 'Buffer', 'SharedArrayBuffer', 'Atomics', 'WebAssembly', 'Proxy'];
    const body = [...names, 'module', '__dirname', '__filename', 'fetch', 'VMError']
      .map((name) =>
        // `module` is the script's own and has nothing but `exports`.
        name === 'module'
          ? `probes['module'] = typeof module === 'undefined' || Object.keys(module).join() === 'exports';`
          : `probes['${name}'] = typeof ${name} === 'undefined' && globalThis.${name} === undefined;`,
      )
      .join('\n');
    expect(await failedProbes(body)).toEqual([]);
  });

  it('code from text, and modules', async () => {
    expect(
      await failedProbes(`
  const name = ['f', 's'].join('');
  probes['eval'] = throws(() => (0, eval)('1 + 1'));
  probes['Function'] = throws(() => Function('return 1')());
  probes['new Function'] = throws(() => new Function('return 1')());
  for (const fn of [async function () {}, function* () {}, async function* () {}, () => 0]) {
    probes['constructor of ' + Object.prototype.toString.call(fn) + fn] =
      throws(() => fn.constructor('return 1')());
  }
  probes['setTimeout with text'] = throws(() => setTimeout('1 + 1', 0));
  probes['require'] = typeof require === 'undefined' || throws(() => require(name));
  let imported = false;
  try { await import(name); imported = true; } catch { /* as it should be */ }
  probes['import()'] = !imported;
`),
    ).toEqual([]);
  });

  it('the host through constructors, errors and stacks', async () => {
    expect(
      await failedProbes(`
  const climb = (value) => harmless(() => value.constructor.constructor('return process')());
  probes['this'] = climb(globalThis);
  probes['console'] = climb(console) && climb(console.log);
  probes['dicom'] = climb(dicom) && climb(dicom.peer) && climb(peer) && climb(peer.associate);
  probes['exec'] = climb(exec) && climb(exec.vu) && climb(exec.instance) && climb(exec.vu.tags);
  const association = await peer.associate({});
  const echoed = await association.echo();
  probes['association'] = climb(association) && climb(echoed) && climb(association.echo());
  await association.release();
  let caught;
  try { await association.echo(); } catch (error) { caught = error; }
  probes['error'] = caught instanceof Error && climb(caught) && climb(caught.stack);
  let range;
  try { (function deep() { deep(); })(); } catch (error) { range = error; }
  probes['overflow'] = range instanceof RangeError && climb(range);
  try { null.x; } catch (error) { probes['type error'] = error instanceof TypeError && climb(error); }
  probes['promise'] = climb(Promise.resolve(1)) && climb(sleep(0));
  probes['timer'] = climb(setTimeout(() => 0, 1)) && climb(setTimeout);
  probes['arguments.callee'] = throws(() => (function () { return arguments.callee; })());
  probes['caller'] = harmless(() => (function f() { return f.caller; })());
  let said = 'never asked';
  console.debug({ [Symbol.for('nodejs.util.inspect.custom')]: (depth, options, inspect) => {
    said = typeof inspect;
    return '';
  } });
  probes['inspect'] = said === 'never asked' || said === 'undefined';
  await sleep(0.01);
`),
    ).toEqual([]);
  });

  it('objects of the host in frames, whoever formats the stack', async () => {
    expect(
      await failedProbes(`
  for (let i = 0; i < 4; i++) probes['frame ' + i] = true;
  Error.prepareStackTrace = (error, frames) => frames;
  const frames = new Error('x').stack;
  probes['frames'] = Array.isArray(frames) && frames.length > 0;
  probes['getThis'] = frames.every((frame) => frame.getThis() === undefined);
  probes['getFunction'] = frames.every((frame) => frame.getFunction() === undefined);
  probes['constructor'] = frames.every((frame) =>
    harmless(() => frame.constructor.constructor('return process')()));
`),
    ).toEqual([]);
  });

  it('another VU’s module state', async () => {
    const script = `import { check } from 'k6';
import exec from 'k6/execution';
export const options = { scenarios: { s: { executor: 'per-vu-iterations', vus: 4, iterations: 3 } } };
let mine = 0;
export default function () {
  mine += 1;
  globalThis.shared = (globalThis.shared ?? 0) + 1;
  check(mine, {
    'module state is the VU’s': (n) => n === exec.vu.iterationInScenario + 1,
    'globalThis is the VU’s': () => globalThis.shared === mine,
  });
}
`;
    const result = await bench.script(script, []);
    expect(result.summary().checks).toMatchObject({ passes: 24, fails: 0 });
  });
});

describe('what must be there is there', () => {
  it('timers, encoders, clocks, random', async () => {
    expect(
      await failedProbes(`
  let ticks = 0;
  const interval = setInterval(() => (ticks += 1), 10);
  let cleared = true;
  clearTimeout(setTimeout(() => (cleared = false), 20));
  let once = 0;
  setTimeout((a, b) => (once = a + b), 10, 3, 4);
  let micro = false;
  queueMicrotask(() => (micro = true));
  await null;
  await null;
  probes['queueMicrotask'] = micro;
  await sleep(0.2);
  clearInterval(interval);
  probes['setInterval'] = ticks >= 3;
  probes['clearTimeout'] = cleared;
  probes['setTimeout with arguments'] = once === 7;
  const text = 'Grüße, 世界 🩻';
  const bytes = new TextEncoder().encode(text);
  probes['TextEncoder'] = bytes instanceof Uint8Array && bytes.length === 20;
  probes['TextDecoder'] = new TextDecoder().decode(bytes) === text;
  const at = performance.now();
  await sleep(0.05);
  const slept = performance.now() - at;
  probes['performance.now'] = slept >= 45 && slept < 2000;
  probes['Date'] = Math.abs(Date.now() - exec.scenario.startTime) < 60000;
  probes['btoa'] = btoa('dicom') === 'ZGljb20=' && btoa('dico') === 'ZGljbw==';
  probes['atob'] = atob('ZGljb20=') === 'dicom' && atob('ZGljbw==') === 'dico';
  const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
  probes['randomUUID'] = uuid.test(crypto.randomUUID()) && crypto.randomUUID() !== crypto.randomUUID();
  probes['getRandomValues'] = crypto.getRandomValues(new Uint8Array(32)).some((n) => n !== 0);
  probes['getRandomValues, 32 bits'] = crypto.getRandomValues(new Uint32Array(32)).some((n) => n > 255);
  const copy = structuredClone({ a: [1], m: new Map([[1, new Date(0)]]), b: new Uint8Array([7]) });
  probes['structuredClone'] =
    copy.a[0] === 1 && copy.m.get(1) instanceof Date && copy.b instanceof Uint8Array && copy.b[0] === 7;
  probes['TextDecoder replaces'] = new TextDecoder().decode(new Uint8Array([65, 0xe9, 66])) === 'A\\ufffdB';
  probes['WeakRef'] = new WeakRef(probes).deref() === probes;
  probes['async iteration'] = await (async () => {
    let sum = 0;
    for await (const n of (async function* () { yield 1; yield 2; })()) sum += n;
    return sum === 3;
  })();
  probes['Promise.all'] = (await Promise.all([1, sleep(0.01)]))[0] === 1;
`),
    ).toEqual([]);
  });

  it('console.log of anything: one short line, and the iteration goes on', async () => {
    const script = `${ONCE}export default function () {
  console.log('bytes', new Uint8Array(1 << 20), /x/g, Promise.resolve(1));
  console.log({ get x() { throw new Error('getter'); } });
  console.log('logged all');
}
`;
    const result = await bench.script(script, []);
    expect(result.stderr).toMatch(/Uint8Array\(1048576\) \[0, .*Promise \(not awaited/);
    expect(result.stderr).toContain('{ x: [Getter] }');
    expect(result.stderr).toContain('logged all');
    expect(result.stderr.length).toBeLessThan(10_000);
    expect(result.summary().execution.failed).toBe(0);
  });

  it('what is not there: said with what to do', async () => {
    const script = `${ONCE}export default function () { new Proxy({}, {}); }`;
    const { errors } = (await bench.script(script, [])).summary();
    expect(errors.groups[0]?.hint).toMatch(/cannot have Proxy safely.*dicomrun help scripts/);
  });

  it('URL and URLSearchParams, also while the script is read', async () => {
    const script = `${ONCE}
const root = new URL('HTTP://me@ÄRZTE.example:80/a/../b?x=1#y');
export default function () {
  root.searchParams.append('größe', '5 %');
  const { href, host, username } = new URL('?q=2', root);
  console.log(String(root), href, host, username, String(new URLSearchParams({ a: '&' })));
  console.log(URL.canParse('/a'), URL.canParse('/a', root), root instanceof URL);
  try { new URL('x'.repeat(5e6)); } catch (error) { console.log(error.name, error.message); }
}`;
    const result = await bench.script(script, []);
    const root = 'http://me@xn--rzte-koa.example/b?';
    expect(result.stderr).toContain(`${root}x=1&gr%C3%B6%C3%9Fe=5+%25#y ${root}q=2`);
    expect(result.stderr).toContain('xn--rzte-koa.example me a=%26');
    expect(result.stderr).toContain('false true true');
    expect(result.stderr).toContain('TypeError Invalid URL');
    expect(result.summary().execution.failed).toBe(0);
  });

  it('console, with its levels', async () => {
    const script = `${ONCE}export default function () {
  console.log('as log', { a: 1, b: [true, null] }, 5);
  console.info('as info');
  console.debug('as debug');
  console.warn('as warn');
  console.error('as error');
}
`;
    const result = await bench.script(script, []);
    const said = result.stdout + result.stderr;
    expect(said).toMatch(/info: VU 1 as log \{ a: 1, b: \[ ?true, null ?\] \} 5/);
    for (const level of ['info', 'warn', 'error']) {
      expect(said).toContain(`${level}: VU 1 as ${level}`);
    }
    const file = await bench.script(script, ['--console-output', 'console.txt', '-q']);
    expect(file.stderr).not.toContain('as warn');
  });
});

describe('mistakes are told with the author’s own line', () => {
  it('a throw in a VU: file, line and column of the TypeScript', async () => {
    bench.write(
      'helpers/maths.ts',
      `interface Pair { readonly left: number; readonly right: number }

export function ratio(pair: Pair | undefined): number {
  // a comment to move the line
  return pair!.left / 2;
}
`,
    );
    const script = `import { sleep } from 'k6';
import { ratio } from './helpers/maths.ts';
export const options = { iterations: 4 };
type Unused = { readonly a: string };
export default async function (): Promise<void> {
  await sleep(0.01);
  ratio(undefined);
}
`;
    const result = await bench.script(script, []);
    expect(result.code).toBe(99);
    const { errors, execution } = result.summary();
    expect(execution).toMatchObject({ iterations: 4, failed: 4 });
    expect(errors.total).toBe(4);
    expect(errors.groups).toHaveLength(1);
    expect(errors.groups[0]).toMatchObject({ count: 4, code: 'SCRIPT_EXCEPTION' });
    expect(errors.groups[0]?.where).toBe('helpers/maths.ts:5:16');
    expect(result.stderr).toContain('helpers/maths.ts:5:16');
    expect(result.stderr + result.stdout).not.toMatch(/dist\/|node:internal|script\.js:\d/);
  });

  it('a call that nobody awaited: waited for, warned about once, with its line', async () => {
    const script = `import { sleep } from 'k6';
import { Counter } from 'k6/metrics';
const woke = new Counter('woke');
export const options = { iterations: 6 };
export default async function () {
  sleep(0.1).then(() => woke.add(1));
}
`;
    const result = await bench.script(script, []);
    const warned = result.stderr.match(/put \`await\` before it\n {3}at script-\d+\.ts:6:3/g);
    expect(warned, result.stderr).toHaveLength(1);
    expect(result.summary().execution).toMatchObject({ iterations: 6, failed: 0 });
    expect(result.summary().metrics['woke']?.values['count']).toBe(6);
  });

  it('a call of one iteration that nobody awaited: with its line, and nothing else is blamed', async () => {
    const script = `import dicom from 'dicom';
import { sleep } from 'k6';
const peer = dicom.peer({});
export default async function () {
  await peer.echo();
  peer.echo();
  await sleep(0);
}
`;
    const result = await bench.script(script, ['--embedded']);
    const warnings = result.stderr.match(/warn: .*\n {3}at .*/g);
    expect(warnings, result.stderr).toHaveLength(1);
    expect(warnings?.[0]).toMatch(
      /still under way.*put `await` before it\n {3}at script-\d+\.ts:6:8/,
    );
    expect(result.stderr).not.toContain('association was still open');
    expect(result.summary().metrics['dicom_reqs']?.values['count']).toBe(2);
  });

  it('a query that fails: with the line that asked for it, every time', async () => {
    const script = `import dicom from 'dicom';
const peer = dicom.peer({ use: 'verify' });
export const options = { iterations: 4 };
export default async function () {
  await using archive = await peer.associate({ for: 'StudyRootFind' });
  await archive.find({ PatientNam: 'X' });
}
`;
    const result = await bench.script(script, ['--embedded']);
    const { errors } = result.summary();
    expect(errors.groups).toHaveLength(1);
    expect(errors.groups[0]).toMatchObject({ count: 4, code: 'DATA_UNKNOWN_TAG' });
    expect(errors.groups[0]?.where).toMatch(/^script-\d+\.ts:6:17$/);
  });

  it('a rejection that nobody awaited: told with its line, and the others go on', async () => {
    const script = `import { sleep } from 'k6';
export const options = { vus: 3, iterations: 6 };
async function later() {
  await sleep(0.01);
  throw new Error('floating');
}
export default async function () {
  later().then(() => 'not reached');
  await sleep(0.2);
}
`;
    const result = await bench.script(script, []);
    expect(result.code).toBe(0);
    const note = '6 exceptions outside of iterations (promise not awaited): no metric counts them';
    expect(result.summary().verdict).toMatchObject({ state: 'done', notes: [note] });
    const { errors, execution } = result.summary();
    expect(execution).toMatchObject({ iterations: 6, interrupted: 0 });
    expect(errors.groups[0]).toMatchObject({ code: 'SCRIPT_UNHANDLED_REJECTION', count: 6 });
    // The second round of three VUs, which began after 200 ms, whatever was folded on the way.
    expect(errors.groups[0]?.firstMs).toBeLessThan(200);
    expect(errors.groups[0]?.lastMs).toBeGreaterThan(200);
    expect(errors.groups[0]?.where).toMatch(/script-\d+\.ts:5:9/);
    expect(result.stderr).not.toContain('died');
  });
});

describe('counts of the script', () => {
  it('tallies of checks, also asynchronous ones and ones that throw', async () => {
    const script = `import { check, sleep } from 'k6';
export const options = { vus: 3, iterations: 30 };
export default async function () {
  check(1, { always: (n) => n === 1, never: false });
  await check(2, { later: async (n) => { await sleep(0.001); return n === 2; } });
  try { check(3, { throws: () => { throw new Error('in a predicate'); } }); } catch { /* told */ }
}
`;
    const result = await bench.script(script, ['--workers', '2']);
    const { items, passes, fails } = result.summary().checks;
    const tally = Object.fromEntries(items.map((item) => [item.name, [item.passes, item.fails]]));
    expect(tally).toEqual({ always: [30, 0], never: [0, 30], later: [30, 0], throws: [0, 30] });
    expect([passes, fails]).toEqual([60, 60]);
  });

  it('tags of a group follow its awaits, and no other VU gets them', async () => {
    const script = `import { group, sleep } from 'k6';
import { Counter } from 'k6/metrics';
import exec from 'k6/execution';
const hits = new Counter('hits');
export const options = {
  scenarios: { s: { executor: 'per-vu-iterations', vus: 4, iterations: 5 } },
  thresholds: {
    'hits{group:::outer}': ['count==10'],
    'hits{group:::outer::inner}': ['count==10'],
    'hits{group:}': ['count==20'],
  },
};
export default async function () {
  if (exec.vu.idInTest % 2 === 1) {
    hits.add(1);
    await sleep(0.01);
    hits.add(1);
    return;
  }
  await group('outer', async () => {
    await sleep(0.01);
    hits.add(1);
    await group('inner', async () => {
      await sleep(0.01);
      hits.add(1);
    });
  });
}
`;
    const result = await bench.script(script, []);
    expect(result.summary().thresholds.map(({ metric, observed }) => [metric, observed])).toEqual([
      ['hits{group:::outer}', 10],
      ['hits{group:::outer::inner}', 10],
      ['hits{group:}', 20],
    ]);
    expect(result.code).toBe(0);
  });
});
