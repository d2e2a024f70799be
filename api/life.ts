// The life of a VU as the sandbox sees it: instance, vuInit, iterations, vuTeardown; and the hooks of
// the whole test. The host rings; nothing here waits for anything but calls of the VU.
import { Op, type Fault } from './bridge.ts';
import { Idle, callNumbers, noteCalls, unwatch, watch } from './sandbox/calls.ts';
import { hostText, ring, ringText } from './sandbox/door.ts';
import { IterationEnd, IterationInterrupted, badArgument, faultOf } from './sandbox/errors.ts';
import { consoleOf, now } from './sandbox/globals.ts';
import { requireFor } from './require.ts';
import { open as openFile } from './k6/shared-array.ts';
import { shared } from './sandbox/shared.ts';
import { filesOf, summaryOf } from './k6/summary-files.ts';
import { timersOf } from './sandbox/timers.ts';
import { Vu, type TableRow } from './sandbox/vu.ts';

/** Creates a VU and runs the script's module code for it. Answers 0, or -1 with a fault JSON. */
export function addVu(slot: number, id: number, root: Record<string, unknown>): Fault | null {
  const vu = new Vu(slot, id, shared.boot.env);
  if (slot >= 0) shared.vus[slot] = vu;
  else service = vu;
  try {
    const scope = Object.create(root) as Record<string, unknown>;
    const module = { exports: vu.exports };
    const script = shared.script;
    if (script === null) throw new Error('no script was loaded');
    const open = (path: string, mode?: string): unknown => openFile(vu, path, mode);
    const require = requireFor(vu);
    script(module.exports, module, require, scope, consoleOf(vu), timersOf(vu), open, vu);
    vu.exports = plainExports(module.exports);
    return null;
  } catch (thrown) {
    return faultOf(thrown);
  } finally {
    vu.initialising = false;
  }
}

/**
 * What a script exports once its module code has run, as the bundler's getters give it: these are
 * functions of each VU, twice, and give the object that has them a hidden class of its own.
 */
function plainExports(exports: Record<string, unknown>): Record<string, unknown> {
  return exports['__esModule'] === true ? { ...exports } : exports;
}

/** The VU of init, setup, teardown and handleSummary: `__VU` is 0. */
let service: Vu | null = null;

/** The service VU; the init pass makes it. */
export function serviceVu(): Vu {
  if (service === null) throw new Error('the script was not loaded');
  return service;
}

/** VU by slot; the service VU is slot -1. */
export function vuAt(slot: number): Vu {
  const vu = slot < 0 ? serviceVu() : shared.vus[slot];
  if (vu === undefined) throw new Error(`no VU ${slot}`);
  return vu;
}

const HOOKS = ['setup', 'teardown', 'handleSummary', 'vuInit', 'vuTeardown'];

/** What the module exports, and its options. */
export function describeExports(): string {
  const exports = serviceVu().exports;
  for (const name of HOOKS) {
    const hook = exports[name];
    if (hook === undefined || hook === null || typeof hook === 'function') continue;
    throw badArgument(`export ${name}: must be a function, is of type ${typeof hook}`);
  }
  const names = Object.keys(exports).filter((name) => typeof exports[name] === 'function');
  return JSON.stringify({ names, options: plainOptions(exports['options']) });
}

/**
 * The rows that each exported function would run, as far as it comes to its table without a wait. It
 * stays in the state of init code, in which there is no traffic, and is never to run again.
 */
export function describeTables(): string {
  const vu = serviceVu();
  vu.initialising = true;
  const found: Record<string, readonly TableRow[]> = {};
  for (const [name, value] of Object.entries(vu.exports)) {
    if (typeof value !== 'function' || HOOKS.includes(name)) continue;
    vu.tables = [];
    void comesToTable(value as () => unknown);
    found[name] = vu.tables;
  }
  return JSON.stringify(found);
}

async function comesToTable(run: () => unknown): Promise<void> {
  try {
    await run();
  } catch {
    // why: what it does before its table may need a run; then its rows are not known
  }
}

/** What can be told as JSON; anything else by its kind, for the message that refuses it. */
function plainOptions(options: unknown): unknown {
  if (options === undefined) return null;
  try {
    return JSON.stringify(options) === undefined ? typeof options : options;
  } catch (error) {
    throw new Error(`options: cannot be told as JSON: ${(error as Error).message}`);
  }
}

// ---------------------------------------------------------------- iterations

/** Attaches a VU to a scenario; runs `vuInit` if the script has one. Answers 1 when it does. */
export function attach(vu: Vu, scenarioIndex: number): number {
  const scenario = shared.boot.scenarios[scenarioIndex];
  if (scenario === undefined) throw new Error(`no scenario ${scenarioIndex}`);
  vu.interrupted = false;
  vu.scenario = scenarioIndex;
  vu.scenarioIter = -1;
  vu.tags = null;
  vu.liveTags = null;
  vu.newEnv(scenario.env);
  vu.run = vu.exports[scenario.exec] as Vu['run'];
  const init = vu.exports['vuInit'];
  if (typeof init !== 'function') return 0;
  void attachAsync(vu, init as (data: unknown) => unknown);
  return 1;
}

async function attachAsync(vu: Vu, init: (data: unknown) => unknown): Promise<void> {
  const outcome = await guarded(vu, async () => {
    vu.own = await init(dataOf(vu));
  });
  report(vu, Op.VU_INIT_DONE, outcome);
}

/** Runs `vuTeardown` and releases what the VU kept. */
export async function detach(vu: Vu): Promise<void> {
  const teardown = vu.exports['vuTeardown'];
  const outcome = await guarded(vu, async () => {
    if (typeof teardown === 'function') {
      await (teardown as (data: unknown, own: unknown) => unknown)(dataOf(vu), vu.own);
    }
    await releaseAll(vu, true);
  });
  vu.own = undefined;
  report(vu, Op.VU_TEARDOWN_DONE, outcome);
}

/** Setup data: parsed once per VU, so that its changes stay its own. */
function dataOf(vu: Vu): unknown {
  vu.setup ??= { data: shared.setupJson === '' ? undefined : JSON.parse(shared.setupJson) };
  return vu.setup.data;
}

/** One iteration: the script's function, then whatever it left under way or open. */
export async function iterate(vu: Vu, iterationInTest: number): Promise<void> {
  vu.iter++;
  vu.scenarioIter++;
  vu.iterationInTest = iterationInTest;
  vu.row = '';
  vu.xfail = null;
  // A ring, which only a case of its own needs.
  if (shared.boot.smoke) vu.caseAt = now();
  let outcome: Outcome = null;
  watch(vu);
  try {
    const run = vu.run;
    if (run === null) throw new Error('the VU has no scenario');
    const returned = run(dataOf(vu), vu.own);
    if (typeof returned === 'object' && returned !== null) await (returned as PromiseLike<unknown>);
  } catch (thrown) {
    outcome = { thrown };
  }
  if (vu.open > 0) outcome = await drain(vu, outcome);
  unwatch(vu, true);
  if (vu.passing > 0) outcome = await tidy(vu, outcome);
  report(vu, Op.DONE, outcome);
}

type Outcome = { readonly thrown: unknown } | null;

async function guarded(vu: Vu, body: () => Promise<void>): Promise<Outcome> {
  watch(vu);
  try {
    await body();
    if (vu.open > 0) return await drain(vu, null);
    return null;
  } catch (thrown) {
    return { thrown };
  } finally {
    unwatch(vu, false);
  }
}

let named = false;

/**
 * Names a call that nobody awaited: once, with its line. The VU that is watched has noted it; after
 * another's the calls that follow do, until one of those can be named.
 */
function notAwaited(vu: Vu): void {
  const place = vu.lastCall?.stack ?? '';
  named = place !== '';
  noteCalls(!named);
  if (!named) return;
  const fault = {
    code: 'SCRIPT_NOT_AWAITED',
    message: 'a call was still under way when its iteration returned; it was waited for',
    hint: 'put `await` before it',
    stack: place,
  };
  ringText(Op.LOG, vu.slot, JSON.stringify(fault), 4);
}

/** How often a call that nobody awaited may be followed by another of the same author's code. */
const FOLLOW_UPS = 8;

/** Calls nobody awaited are waited for, with those that come out of them: a release after an echo. */
async function drain(vu: Vu, outcome: Outcome): Promise<Outcome> {
  if (outcome === null && !vu.interrupted && !named) notAwaited(vu);
  await new Idle(vu);
  for (let round = 0; round < FOLLOW_UPS && !vu.interrupted; round++) {
    // A turn, in which whoever awaited the answer goes on.
    await callNumbers(vu, Op.SLEEP, 0, 0);
    if (vu.open === 0) break;
    await new Idle(vu);
  }
  return outcome;
}

let forgotten = false;

/** Releases associations the iteration left open, and says so once. */
async function tidy(vu: Vu, outcome: Outcome): Promise<Outcome> {
  const left = [...vu.associations.values()].filter(({ kept }) => !kept);
  // Of one that the peer ended there is nothing to say; its number is given back all the same.
  if (!forgotten && outcome === null && left.some(({ open }) => open)) {
    forgotten = true;
    const fault = {
      code: 'SCRIPT_ASSOCIATION_OPEN',
      message: 'an association was still open when the iteration ended; it was released',
      hint: 'use `await using`, `association.release()` or `keep: true`',
      stack: '',
    };
    ringText(Op.LOG, vu.slot, JSON.stringify(fault), 4);
  }
  try {
    await releaseAll(vu, false);
    return outcome;
  } catch (thrown) {
    return outcome ?? { thrown };
  }
}

async function releaseAll(vu: Vu, keptToo: boolean): Promise<void> {
  for (const association of [...vu.associations.values()]) {
    if (keptToo || !association.kept) await association.release();
  }
}

/** Tells the host how it went: 0 ok, 1 failed, 2 interrupted. */
function report(vu: Vu, op: number, outcome: Outcome): void {
  if (outcome === null) {
    ring(op, vu.slot, vu.interrupted ? 2 : 0, 0);
    return;
  }
  const { thrown } = outcome;
  if (thrown instanceof IterationInterrupted || vu.interrupted) {
    ring(op, vu.slot, 2, 0);
  } else if (thrown instanceof IterationEnd && thrown.state !== 'failed') {
    ring(op, vu.slot, 0, 0);
  } else {
    ringText(op, vu.slot, JSON.stringify(faultOf(thrown)), 1);
  }
}

// ---------------------------------------------------------------- hooks of the test

/** Runs `setup`, `teardown` or `handleSummary` on the service VU; answers by HOOK_DONE. */
export async function hook(): Promise<void> {
  const { hook: name, json, turn } = JSON.parse(hostText()) as HookCall;
  const vu = serviceVu();
  vu.interrupted = false;
  vu.group = name === 'handleSummary' ? '' : `::${name}`;
  let result: unknown;
  const outcome = await guarded(vu, async () => {
    const fn = vu.exports[name];
    if (typeof fn !== 'function') return;
    const told: unknown = json === null || json === '' ? undefined : JSON.parse(json);
    const input = name === 'handleSummary' ? summaryOf(told) : told;
    result = await (fn as (input: unknown) => unknown)(input);
    await releaseAll(vu, true);
  });
  let text = '';
  let failed = outcome;
  try {
    const told = name === 'handleSummary' ? filesOf(result) : result;
    text = told === undefined ? '' : JSON.stringify(told);
  } catch (thrown) {
    failed = { thrown };
  }
  if (failed === null) ringText(Op.HOOK_DONE, -1, text, 2 * turn);
  else ringText(Op.HOOK_DONE, -1, JSON.stringify(faultOf(failed.thrown)), 2 * turn + 1);
}

interface HookCall {
  readonly hook: string;
  readonly json: string | null;
  /** Its number: a hook that was given up may end while the next one runs. */
  readonly turn: number;
}
