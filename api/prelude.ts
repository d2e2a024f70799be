// The prelude: bundled to one string, evaluated once in each worker's sandbox. It answers the host's
// ring (`enter`), and keeps what all VUs of the worker share.
import { Enter, type Boot, type Fault, type GuestDoor, type HostDoor } from './bridge.ts';
import { captureStacks, wake } from './guest/calls.ts';
import { connect, hostA, hostB, hostC, hostText, leaveText, registers } from './guest/door.ts';
import { faultOf } from './guest/errors.ts';
import { furnish } from './guest/globals.ts';
import { addVu, attach, describeExports, detach, hook, iterate, vuAt } from './guest/life.ts';
import { shared, takeTally, type ScriptFactory } from './guest/shared.ts';
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

function command(what: number): number {
  switch (what) {
    case Enter.ITERATE:
      void iterate(vuAt(hostB()), hostC());
      return 0;
    case Enter.ADD_VU:
      return add(hostB(), hostC());
    case Enter.VU_INIT:
      return attach(vuAt(hostB()), hostC());
    case Enter.VU_TEARDOWN:
      void detach(vuAt(hostB()));
      return 0;
    case Enter.DROP_VU:
      shared.vus[hostB()] = undefined;
      return 0;
    case Enter.HOOK:
      void hook();
      return 0;
    case Enter.INTERRUPT:
      return interrupt(hostB());
    case Enter.TALLY:
      return tally();
    case Enter.GROUP_BODY:
      runGroupBody();
      return 0;
    case Enter.BOOT:
      return boot();
    case Enter.DATA:
      shared.setupJson = hostText();
      return 0;
    case Enter.CAPTURE:
      captureStacks(hostB() === 1);
      return 0;
    case Enter.EXPORTS:
      leaveText(describeExports());
      return 0;
    case Enter.FORGET:
      forgetChecks();
      forgetSeries();
      return 0;
    default:
      return -2;
  }
}

function enter(): number {
  try {
    return command(hostA());
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
