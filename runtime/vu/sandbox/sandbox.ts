// The only file that knows vm2: one VM per worker, the prelude once in it, the script as a function
// that is called for each VU. A guard against mistakes, not a wall against hostile code.
import { VM, VMScript } from 'vm2';
import type { GuestDoor, HostDoor } from '../../../api/bridge.ts';
import { GUEST_FILE } from '../../threads/samples.ts';

/** Bound as parameters around the script: a look-up of a contextified global costs 90 ns. */
const INTRINSICS = [
  'Math', 'JSON', 'Date', 'Object', 'Array', 'Map', 'Set', 'WeakMap', 'WeakSet', 'Promise', 'Symbol',
  'Number', 'String', 'Boolean', 'BigInt', 'RegExp', 'Error', 'TypeError', 'RangeError', 'Uint8Array',
  'Float64Array', 'ArrayBuffer', 'DataView', 'Reflect', 'parseInt', 'parseFloat', 'isNaN', 'isFinite',
]; // prettier-ignore

const PREFIX =
  `(function(${INTRINSICS.join(',')}){return function(exports,module,require,globalThis,console,` +
  `__dicomrun_timers__,open,__vu__){"use strict";const global=globalThis,self=globalThis,` +
  `{setTimeout,setInterval,clearTimeout,clearInterval}=__dicomrun_timers__;(function(){`;
const SUFFIX = `\n})();}})(${INTRINSICS.join(',')})`;

interface Prelude {
  start(host: HostDoor, script: unknown): GuestDoor;
}

/** Longest time for module code to run without a pause (ms). */
const INIT_TIMEOUT_MS = 5000;

/**
 * Evaluates prelude and script in a fresh VM and connects the two doors. The module code of the
 * script has not run yet: that happens for each VU that is added.
 *
 * @throws SyntaxError for a script that does not parse
 */
export function openSandbox(preludeCode: string, bundle: string, host: HostDoor): GuestDoor {
  const vm = new VM({ eval: false, wasm: false, allowAsync: true, timeout: INIT_TIMEOUT_MS });
  const prelude = vm.run(new VMScript(preludeCode, { filename: 'prelude.js' })) as Prelude;
  const code = PREFIX + bundle + SUFFIX;
  const script: unknown = vm.run(new VMScript(code, { filename: GUEST_FILE }));
  const guest = prelude.start(host, script);
  // Own references: a property read through the bridge costs 50 ns.
  const { op, x, y, text, wake, enter } = guest;
  return { op, x, y, text, wake, enter };
}
