// Scripts that try to leave the sandbox by every class of way that was published for vm2.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Enter, Op, type Boot } from '../../api/bridge.ts';
import { preludeFile } from '../../bundler/prelude.ts';
import { Host, onlyInRun } from '../vu/sandbox/host.ts';
import { openSandbox } from '../vu/sandbox/sandbox.ts';
import { ATTACKS } from './hostile-attacks.ts';
import { GUEST_HELPERS } from './hostile-probe.ts';
import { Place } from './cli-spawn.ts';

const BOOT: Boot = {
  worker: 0,
  studies: { first: 0, count: 1000 },
  runNumber: '1',
  throws: false,
  init: true,
  env: {},
  scenarios: [],
  options: {},
};
const SERVICE = -1;

let prelude = '';
/** What the sandbox left behind, though nobody awaited it. */
const floating: unknown[] = [];
const note = (reason: unknown): void => void floating.push(reason);
let others: NodeJS.UnhandledRejectionListener[] = [];

beforeAll(async () => {
  prelude = await preludeFile();
  others = process.listeners('unhandledRejection');
  process.removeAllListeners('unhandledRejection').on('unhandledRejection', note);
  Object.defineProperty(globalThis, '__hostOnly', { value: 'host', configurable: true });
});
afterAll(() => {
  process.removeAllListeners('unhandledRejection');
  for (const other of others) process.on('unhandledRejection', other);
  Reflect.deleteProperty(globalThis, '__hostOnly');
});

function openHost(): Host {
  const host = new Host(new Int32Array(new SharedArrayBuffer(256)));
  host.handle(Op.LOG, () => host.answer(host.words()));
  host.handle(Op.NOW, () => host.answer('1.5'));
  host.handle(Op.RANDOM, () => 7);
  for (const op of [Op.DECLARE, Op.PEER, Op.SPEC, Op.ASK, Op.EXEC, Op.METRIC_NEW]) {
    host.handle(op, () => host.answerJson(JSON.parse(host.words())));
  }
  for (const op of [Op.CALL, Op.ASSOCIATE]) {
    host.handle(op, () => {
      throw onlyInRun();
    });
  }
  host.handle(Op.SLEEP, (slot) => {
    const operation = host.take(slot, 0);
    setTimeout(() => host.settleVoid(operation), 1);
    return operation.ticket;
  });
  return host;
}

/** Runs a script in a sandbox of its own; where it got out. */
async function escapesOf(code: string): Promise<unknown> {
  const host = openHost();
  host.connect(openSandbox(prelude, GUEST_HELPERS + code, host.door()));
  host.enterText(Enter.BOOT, JSON.stringify(BOOT), 0);
  if (host.enter(Enter.ADD_VU, SERVICE, 0, SERVICE) < 0) throw new Error(host.words());
  await new Promise((resolve) => setTimeout(resolve, 20));
  host.enter(Enter.EXPORTS, 0, 0, 0);
  return (JSON.parse(host.words()) as { options: { escapes: unknown } }).options.escapes;
}

/** What a script must not change in the realm of the host. */
function hostRealm(): unknown[] {
  const protos = [Object, Array, Function, Promise, Error, Map].map((one) => one.prototype);
  return [
    ...protos.map((proto) => Reflect.ownKeys(proto).map(String).sort().join()),
    Promise.prototype.then,
    JSON.parse,
    Error.prepareStackTrace,
    Error.stackTraceLimit,
    Object.getPrototypeOf(Object.prototype),
  ];
}

describe('a script that wants out', () => {
  it('is noticed by the probe when it does reach the host', async () => {
    // The probe itself is proved, on an object of this realm.
    const found = new Function(
      'exports',
      'require',
      `${GUEST_HELPERS}; attempt('leak', () => ({})); return escapes;`,
    ) as (exports: object, require: () => object) => unknown[];
    expect(found({}, () => ({})).length).toBeGreaterThan(0);
  });

  it.each(ATTACKS)('stays inside: $name', async ({ code }) => {
    const before = hostRealm();
    expect(await escapesOf(code)).toEqual([]);
    expect(hostRealm()).toEqual(before);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });
});

describe('the same scripts in a run', () => {
  it('end in a verdict, with no worker lost', async () => {
    const place = new Place();
    // The bundler refuses `import('node:fs')`, so that never gets here.
    const bodies = ATTACKS.map(({ code }) => code.replaceAll('import(', 'Promise.resolve('));
    const tries = bodies.map((code) => `async function () {${code}\n}`).join(',\n');
    const helpers = GUEST_HELPERS.replace('exports.options', 'const unused').replace(
      "require('dicom'), k6 = require('k6')",
      'dicomModule, k6 = k6Module',
    );
    const script = `import dicomModule from 'dicom';
import * as k6Module from 'k6';
import exec from 'k6/execution';
const exports = { options: {} }, module = {}, global = globalThis, __vu__ = { env: {} }, __dicomrun_timers__ = {};
const require = (name) => name === 'dicom' ? dicomModule : k6Module;
${helpers}
const tries = [${tries}];
export default async function () {
  try { await tries[exec.scenario.iterationInTest].call(undefined); } catch (e) { look(e, 'thrown'); }
  await k6Module.sleep(0.05);
  k6Module.check(escapes, { inside: (found) => found.length === 0 });
}`;
    place.write('out.js', script);
    const load = ['--vus', '1', '--iterations', String(ATTACKS.length), '--no-report'];
    const { code, err } = await place.run(['run', 'out.js', ...load]);
    // 99: the only association they try, with nobody, fails.
    expect(code, err).toBe(99);
    expect(err).not.toMatch(/worker [0-9]+ died|INTERNAL/);
    expect(place.summary().execution.iterations).toBe(ATTACKS.length);
    expect(place.summary().checks.fails).toBe(0);
    place.remove();
  });
});
