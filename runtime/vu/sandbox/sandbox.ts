// The only file that knows vm2: one VM per worker, the prelude once in it, the script as a function
// that is called for each VU. A guard against mistakes, not a wall against hostile code.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type * as Vm2 from 'vm2';
import { INTRINSICS } from '../../../api/abi.ts';
import type { GuestDoor, HostDoor } from '../../../api/bridge.ts';
import { GUEST_FILE } from '../../threads/samples.ts';

const require = createRequire(import.meta.url);

/** What vm2 does in the constructor of a promise, so that nobody hears of its rejection. */
const SWALLOWS = 'apply(globalPromisePrototypeThen, this, [undefined, localPromiseSwallow]);';

/**
 * vm2, but for one line: it takes every rejection of a promise of the script that is not one of an
 * async function, lest the process end. Here a rejection ends nothing (`floating` in ../worker.ts), and
 * one that nobody awaits has to be told: a test whose exceptions vanish is green.
 */
function loadVm2(): typeof Vm2 {
  const path = require.resolve('vm2/lib/sources.js');
  const texts = require(path) as Readonly<Record<string, string>>;
  const setUp = texts['setup-sandbox.js'] ?? '';
  const told = setUp.replace(SWALLOWS, '');
  const known = require.cache[path];
  if (known !== undefined) known.exports = Object.freeze({ ...texts, 'setup-sandbox.js': told });
  return require('vm2') as typeof Vm2;
}

const { VM, VMScript } = loadVm2();
type VMScript = Vm2.VMScript;

const PREFIX =
  `(function(${INTRINSICS.join(',')}){return function(exports,module,require,globalThis,console,` +
  `__dicomrun_timers__,open,__vu__){"use strict";const global=globalThis,self=globalThis,` +
  `{setTimeout,setInterval,clearTimeout,clearInterval}=__dicomrun_timers__;(function(){`;
const SUFFIX = `\n})();}})(${INTRINSICS.join(',')})`;

const PRELUDE_NAME = 'prelude.js';

/** What vm2 keeps of a script once it has parsed and rewritten it, which is most of its start. */
interface Rewritten {
  _compiledCode: string | null;
  _hasAsync: boolean;
  getCompiledCode(): string;
}

const fieldsOf = (script: VMScript): Rewritten => script as unknown as Rewritten;

/** First line of a rewritten prelude: by which vm2, and of which text. */
function rewrittenBy(prelude: string): string {
  const { version } = require('vm2/package.json') as { version: string };
  return `// vm2 ${version}, of ${prelude.length} characters\n`;
}

/** Where the rewritten prelude is looked for. */
const rewrittenFile = (preludeFile: string): string => preludeFile.replace(/\.js$/, '.vm2.js');

/**
 * Leaves the prelude beside its file as vm2 rewrites it. A step of the build, once for all runs.
 *
 * @internal
 */
export function rewritePrelude(file: string): void {
  const prelude = readFileSync(file, 'utf8');
  const script = new VMScript(prelude, { filename: PRELUDE_NAME });
  const code = fieldsOf(script).getCompiledCode();
  writeFileSync(rewrittenFile(file), rewrittenBy(prelude) + code);
}

/** Of a file; where the build has left it rewritten by this vm2, it is not parsed again. */
function preludeScript(file: string): VMScript {
  const code = readFileSync(file, 'utf8');
  const script = new VMScript(code, { filename: PRELUDE_NAME });
  const made = rewrittenFile(file);
  const fields = fieldsOf(script);
  if (fields._compiledCode !== null || !existsSync(made)) return script;
  const text = readFileSync(made, 'utf8');
  const first = rewrittenBy(code);
  if (!text.startsWith(first)) return script;
  fields._compiledCode = text.slice(first.length);
  fields._hasAsync = true;
  return script;
}

interface Prelude {
  start(host: HostDoor, script: unknown): GuestDoor;
}

/** Longest time for module code to run without a pause (ms). */
const INIT_TIMEOUT_MS = 5000;

/** A VM in which a prelude was evaluated. */
interface Opened {
  readonly file: string;
  readonly vm: Vm2.VM;
  readonly prelude: Prelude;
}

let ahead: Opened | null = null; // why: taken by the first sandbox of the thread, and gone

/** Evaluates the prelude before there is a script to open with it. */
export function openAhead(preludeFile: string): void {
  try {
    ahead = evaluated(preludeFile);
  } catch {
    // Whoever opens a script evaluates it once more, and is told.
  }
}

function evaluated(file: string): Opened {
  const vm = new VM({ eval: false, wasm: false, allowAsync: true, timeout: INIT_TIMEOUT_MS });
  return { file, vm, prelude: vm.run(preludeScript(file)) as Prelude };
}

function taken(file: string): Opened {
  const opened = ahead?.file === file ? ahead : evaluated(file);
  ahead = null;
  return opened;
}

/**
 * Evaluates prelude and script in a fresh VM and connects the two doors. The module code of the
 * script has not run yet: that happens for each VU that is added.
 *
 * @throws SyntaxError for a script that does not parse
 */
export function openSandbox(preludeFile: string, bundle: string, host: HostDoor): GuestDoor {
  const { vm, prelude } = taken(preludeFile);
  const code = PREFIX + bundle + SUFFIX;
  const script: unknown = vm.run(new VMScript(code, { filename: GUEST_FILE }));
  const guest = prelude.start(host, script);
  // Own references: a property read through the bridge costs 50 ns.
  const { op, x, y, text, wake, enter } = guest;
  return { op, x, y, text, wake, enter };
}
