// The prelude: bundled to one string, evaluated once in each worker's sandbox. It answers the host's
// ring (`enter`), and keeps what all VUs of the worker share.
import './sandbox/disposables.ts';
import { Enter, type Boot, type Fault, type GuestDoor, type HostDoor } from './bridge.ts';
import { wake } from './sandbox/calls.ts';
import { connect, hostA, hostB, hostC, hostText, leaveText, registers } from './sandbox/door.ts';
import { faultOf } from './sandbox/errors.ts';
import { furnish } from './sandbox/globals.ts';
import {
  addVu,
  attach,
  describeExports,
  describeTables,
  detach,
  hook,
  iterate,
  vuAt,
} from './life.ts';
import { shared, takeTally, type ScriptFactory } from './sandbox/shared.ts';
import { runGroupBody } from './k6/core.ts';
import { forgetChecks } from './k6/check.ts';
import { forgetSeries } from './k6/custom-metrics.ts';

let root: Record<string, unknown> = {};

function add(slot: number, id: number): number {
  const fault: Fault | null = addVu(slot, id, root);
  leaveText(fault === null ? '' : JSON.stringify(fault));
  return fault === null ? 0 : -1;
}

function boot(): number {
  shared.boot = JSON.parse(hostText()) as Boot;
  return 0;
}

function tally(): number {
  const text = takeTally();
  leaveText(text);
  return text === '' ? 0 : 1;
}

function interrupt(slot: number): number {
  vuAt(slot).interrupted = true;
  return 0;
}

/** What each command does; numbers come from the host's registers. */
const COMMANDS: Readonly<Record<number, () => number>> = {
  [Enter.ADD_VU]: () => add(hostB(), hostC()),
  [Enter.VU_INIT]: () => attach(vuAt(hostB()), hostC()),
  [Enter.VU_TEARDOWN]: () => done(detach(vuAt(hostB()))),
  [Enter.HOOK]: () => done(hook()),
  [Enter.INTERRUPT]: () => interrupt(hostB()),
  [Enter.TALLY]: tally,
  [Enter.BOOT]: boot,
  [Enter.GROUP_BODY]: () => (runGroupBody(), 0),
  [Enter.DROP_VU]: () => ((shared.vus[hostB()] = undefined), 0),
  [Enter.DATA]: () => ((shared.setupJson = hostText()), 0),
  [Enter.EXPORTS]: () => (leaveText(describeExports()), 0),
  [Enter.TABLES]: () => (leaveText(describeTables()), 0),
  [Enter.FORGET]: () => (forgetChecks(), forgetSeries(), 0),
};

/** Its end is told by a ring of its own. */
function done(_running: Promise<void>): number {
  return 0;
}

function enter(): number {
  try {
    const what = hostA();
    // The one command of the hot path goes first.
    if (what === Enter.ITERATE) return done(iterate(vuAt(hostB()), hostC()));
    return COMMANDS[what]?.() ?? -2;
  } catch (thrown) {
    leaveText(JSON.stringify(faultOf(thrown)));
    return -1;
  }
}

/** Connects both sides; called once by the host. */
export function start(host: HostDoor, script: ScriptFactory): GuestDoor {
  connect(host);
  root = globalThis as unknown as Record<string, unknown>;
  furnish(root);
  shared.script = script;
  return { ...registers, wake, enter };
}
