// Ways out of vm2 that were published, by class, as bodies of scripts. Each runs with the helpers of
// hostile-probe.ts in a sandbox of its own.

export interface Attack {
  readonly name: string;
  readonly code: string;
}

/** Calls into the host from a script: each rings the bridge. */
const RINGS = `[
  () => console.log('x'), () => performance.now(), () => crypto.randomUUID(),
  () => dicom.peer({ connect: 'A@127.0.0.1:1' }), () => dicom.synthetic({ modality: 'CT', rows: 8, columns: 8 }),
  () => dicom.files('/does/not/exist'), () => open('/etc/passwd'), () => k6.fail('x'),
]`;

const REACHABLE: readonly Attack[] = [
  {
    name: 'constructor chains from everything a script is given',
    code: `
for (const [name, value] of Object.entries({ exports, module, require, globalThis, console, open, setTimeout,
  dicom, k6, metrics: require('k6/metrics'), execution: require('k6/execution'), data: require('k6/data'),
  timers: require('k6/timers'), __vu__, __dicomrun_timers__, self: this, global, crypto, performance, TextEncoder })) {
  look(value, name);
}
attempt('async function', () => (async () => {}).constructor);
attempt('generator', () => (function* () {}).constructor);
attempt('async generator', () => (async function* () {}).constructor);
attempt('bound', () => require.bind(null).constructor);`,
  },
  {
    name: 'climbing the prototypes of the global object',
    code: `
for (let at = globalThis, n = 0; at && n < 20; at = Object.getPrototypeOf(at), n++) look(at, 'global ' + n);
const walk = ({}).__lookupGetter__('__proto__');
for (const start of [require, console.log, dicom, Object, Promise]) {
  for (let at = start, n = 0; at && n < 20; n++) { look(at, 'getter ' + n); try { at = walk.call(at); } catch { break; } }
}
attempt('apply of a getter', () => Reflect.apply(walk, require, []));
attempt('setter', () => ({}).__lookupSetter__('__proto__').call(require, null));`,
  },
  {
    name: 'names of the sandbox itself, Node and the web',
    code: `
for (const name of ['process', 'Buffer', 'WebAssembly', 'Atomics', 'SharedArrayBuffer', 'VMError', 'host',
  'bridge', 'GeneratorFunction', 'VM2_INTERNAL_STATE_DO_NOT_USE_OR_PROGRAM_WILL_FAIL', 'global', 'fetch',
  'setImmediate', 'ShadowRealm', 'WeakRef', 'FinalizationRegistry', 'module', 'Iterator', 'structuredClone']) {
  attempt(name, () => globalThis[name]);
  attempt('root ' + name, () => Object.getPrototypeOf(globalThis)[name]);
}
for (const gone of ['process', 'Buffer', 'WebAssembly', 'Atomics', 'SharedArrayBuffer']) {
  if (gone in globalThis) escapes.push(gone + ' is there');
}`,
  },
  {
    name: 'Function, eval, and code from strings',
    code: `
for (const make of [() => Function(CODE)(), () => (0, eval)('this'), () => new Function(CODE)(),
  () => Reflect.construct(Function, [CODE])(), () => Function.prototype.constructor(CODE)(),
  () => Object.getPrototypeOf(async function () {}).constructor(CODE)(), () => setTimeout(CODE, 0),
  () => setTimeout.constructor(CODE)(), () => [].map.constructor(CODE)()]) attempt('code', make);
let evaluated = false;
try { evaluated = Function('return 1')() === 1; } catch (e) { look(e, 'EvalError'); }
if (evaluated) escapes.push('code from a string ran');`,
  },
  {
    name: 'dynamic import',
    code: `
attemptAsync('import', () => import('node:fs'));
attemptAsync('import of data', () => import('data:text/javascript,export default process'));
(async () => { try { await import('node:process'); } catch (e) { look(e, 'import error'); look(e.cause, 'cause'); } })();`,
  },
  {
    name: 'require of what is not there',
    code: `
for (const name of ['fs', 'node:fs', 'child_process', '../host.js', '/etc/passwd', '__proto__', 'constructor',
  'k6/../fs', 'k6/__proto__', 'k6/constructor', 'toString', { toString: () => 'fs' }, null, undefined, Symbol('k6')]) {
  attempt('require ' + typeof name, () => require(name));
}`,
  },
];

const ERRORS: readonly Attack[] = [
  {
    name: 'Error.prepareStackTrace and its CallSites',
    code: `
for (const ErrorType of [Error, TypeError, RangeError]) {
  ErrorType.prepareStackTrace = (e, sites) => {
    look(sites, 'sites');
    for (const site of sites) for (const key of ['getThis', 'getFunction', 'getTypeName', 'getEvalOrigin', 'getPromiseIndex', 'getScriptHash']) {
      attempt(key, () => site[key]());
    }
    return sites;
  };
}
for (const ring of ${RINGS}) { attempt('ring', ring); attempt('stack', () => { try { ring(); } catch (e) { return e.stack; } }); }
attempt('own', () => new Error('x').stack);
Error.prepareStackTrace = undefined;
attempt('default', () => { const e = new Error(); e.name = Symbol(); return e.stack; });
attempt('delete', () => delete Error.prepareStackTrace);
attempt('deleted', () => { const e = new Error(); e.name = Symbol(); return e.stack; });
Error.stackTraceLimit = { valueOf() { look(this, 'limit'); return 10; } };
attempt('limit', () => new Error('y').stack);`,
  },
  {
    name: 'errors that V8 makes while it formats a stack',
    code: `
for (const bad of [Symbol(), { toString() { throw new Error('inner'); } }, { [Symbol.toPrimitive]: () => ({}) }]) {
  attempt('name', () => { const e = new Error('x'); e.name = bad; return e.stack; });
  attempt('message', () => { const e = new Error('x'); e.message = bad; return String(e); });
  attemptAsync('async', async () => { const e = new Error('x'); e.name = bad; e.stack; throw e; });
  attempt('capture', () => { const o = {}; Error.captureStackTrace(o, bad); return o.stack; });
}`,
  },
  {
    name: 'a stack overflow inside the host',
    code: `
const rings = ${RINGS};
for (const ring of rings) atEveryDepth(ring);
async function deep(n) { try { await deep(n + 1); } catch (e) { look(e, 'deep'); throw e; } }
attemptAsync('async overflow', () => deep(0));
atEveryDepth(() => { Promise.resolve().then(rings[0]).catch((e) => look(e, 'then')); });
atEveryDepth(() => { (async () => rings[1]())().catch((e) => look(e, 'async')); });
atEveryDepth(() => { new Error('x').stack; });
atEveryDepth(() => { JSON.parse('{"a":[1,{"b":2}]}'); });`,
  },
  {
    name: 'exceptions of the host',
    code: `
for (const ring of ${RINGS}) attempt('ring', ring);
attempt('bad spec', () => dicom.peer({ host: {}, port: Symbol.iterator }));
attempt('bad', () => dicom.peer({ connect: '\\u0000@\\n:99999999' }));
attempt('huge', () => dicom.synthetic({ modality: 'CT', rows: 1e9, columns: 1e9 }));
attempt('cyclic', () => { const o = {}; o.o = o; return dicom.peer(o); });
attempt('bigint', () => dicom.synthetic({ modality: 'CT', rows: 10n, columns: 8 }));
attemptAsync('no traffic', () => dicom.peer({ connect: 'A@127.0.0.1:1' }).echo());
attemptAsync('sleep', () => k6.sleep({ valueOf() { throw new Error('v'); } }));`,
  },
  {
    name: 'Error.cause, AggregateError and what they carry',
    code: `
const carried = [];
for (const ring of ${RINGS}) { try { ring(); } catch (e) { carried.push(e); } }
look(new Error('x', { cause: carried[0] }), 'cause');
look(new AggregateError(carried, 'all'), 'aggregate');
attemptAsync('any', () => Promise.any(carried.map((e) => Promise.reject(e))));
attemptAsync('all', () => Promise.allSettled(carried.map((e) => Promise.reject(e))));
const loop = new Error('loop'); loop.cause = loop; loop.errors = [loop]; look(loop, 'loop');
attempt('disposable', () => { const s = new DisposableStack(); s.defer(() => { throw carried[0]; }); s.dispose(); });
attempt('suppressed', () => new SuppressedError(carried[0], carried[1]));`,
  },
  {
    name: 'inspect hooks and other symbols that realms share',
    code: `
const hook = (name) => function (...given) { look(this, name + ' this'); given.forEach((g, i) => look(g, name + i)); return name; };
const trap = {};
for (const name of ['nodejs.util.inspect.custom', 'nodejs.util.promisify.custom', 'nodejs.rejection',
  'nodejs.webstream.kControllerErrorFunction', 'nodejs.dispose', 'nodejs.asyncDispose', 'nodejs.stream.disturbed']) {
  trap[Symbol.for(name)] = hook(name);
  Object.prototype[Symbol.for(name)] = hook('inherited ' + name);
}
for (const key of ['inspect', 'toString', 'valueOf', 'toJSON']) trap[key] = hook(key);
for (const symbol of [Symbol.toPrimitive, Symbol.asyncDispose, Symbol.hasInstance]) if (symbol) trap[symbol] = hook('well known');
attempt('log', () => console.log(trap, [trap], new Map([[trap, trap]])));
attempt('error', () => console.error(Object.assign(new Error('x'), trap)));
attempt('fail', () => k6.fail(trap));
attempt('peer', () => dicom.peer(trap));
attempt('check', () => k6.check(trap, { [Symbol.iterator]: trap, x: trap }));`,
  },
];

const PROMISES: readonly Attack[] = [
  {
    name: 'species of promises',
    code: `
function Collector(executor) {
  executor((v) => look(v, 'resolved'), (e) => look(e, 'rejected'));
}
class Mine extends Promise { static get [Symbol.species]() { return Collector; } }
const own = new Mine((resolve, reject) => reject(new Error('x')));
attempt('then', () => own.then(() => {}, () => {}));
for (const make of [() => import('node:fs'), async () => { for (const ring of ${RINGS}) ring(); }, async () => { const e = new Error(); e.name = Symbol(); e.stack; }]) {
  attempt('made', () => {
    const p = make();
    p.catch(() => {});
    try { p.constructor = { [Symbol.species]: Collector }; } catch (e) { look(e, 'set'); }
    try { Object.defineProperty(p, 'constructor', { get: () => ({ [Symbol.species]: Collector }) }); } catch (e) { look(e, 'define'); }
    try { Object.setPrototypeOf(p, Mine.prototype); } catch (e) { look(e, 'proto'); }
    return Promise.prototype.then.call(p, (v) => look(v, 'v'), (e) => look(e, 'e'));
  });
}
attempt('construct', () => Reflect.construct(Promise, [(r) => r(1)], Mine).then((v) => v));
attempt('proto', () => { Promise.prototype.constructor = Collector; });
attempt('hasInstance', () => { Object.defineProperty(Promise, Symbol.hasInstance, { value: () => false }); });`,
  },
  {
    name: 'static methods of Promise on a class of the script',
    code: `
class Fake { constructor(executor) { executor((v) => look(v, 'fv'), (e) => look(e, 'fe')); } static resolve(v) { look(v, 'fr'); return { then(a, b) { look(a, 'a'); look(b, 'b'); } }; } }
for (const name of ['all', 'allSettled', 'any', 'race', 'resolve', 'reject', 'withResolvers', 'try']) {
  attempt(name, () => Promise[name] && Promise[name].call(Fake, [1, Promise.reject(new Error('x'))].map((p) => (p && p.catch && p.catch(() => {}), p))));
  attempt(name + ' iterator', () => Promise[name].call(Fake, { [Symbol.iterator]() { const e = new Error(); e.name = Symbol(); return e.stack; } }));
}`,
  },
  {
    name: 'thenables and their callbacks',
    code: `
const thenable = { then(resolve, reject) { look(resolve, 'resolve'); look(reject, 'reject'); look(this, 'this'); resolve(1); } };
attemptAsync('await', async () => await thenable);
attemptAsync('nested', () => Promise.resolve(thenable));
attempt('then override', () => { const then = Promise.prototype.then; Promise.prototype.then = function (...a) { a.forEach((x) => look(x, 'arg')); return then.apply(this, a); }; });
attemptAsync('sleep', async () => { const p = k6.sleep(0.001); look(p, 'sleep'); p.then((v) => look(v, 'v'), (e) => look(e, 'e')); });
attemptAsync('check', () => k6.check(thenable, { x: async () => thenable }));
attemptAsync('group', () => k6.group('g', () => thenable));
let reads = 0;
attemptAsync('toctou', async () => ({ get then() { return reads++ === 0 ? undefined : (a, b) => { look(a, 't'); look(b, 't'); }; } }));`,
  },
  {
    name: 'async generators: return and throw',
    code: `
async function* inner() { try { yield 1; } finally { look(arguments, 'arguments'); } }
const bare = { [Symbol.asyncIterator]() { let n = 0; return { next: () => ({ value: 1, done: n++ > 50 }) }; } };
async function* outer() { yield* bare; }
const over = () => { (function f() { f(); })(); };
for (const make of [inner, outer]) for (const act of ['return', 'throw', 'next']) {
  attemptAsync(act, async () => { const g = make(); await g.next(); return g[act]({ then() { over(); } }); });
  attemptAsync(act, async () => { const g = make(); await g.next(); return g[act](Promise.reject(new Error('x'))); });
  attemptAsync(act, async () => { const g = make(); await g.next(); const r = await g[act]({ get then() { const e = new Error(); e.name = Symbol(); return e.stack; } }); look(r, 'result'); look(r.value, 'value'); });
}
attempt('prototype', () => Object.getPrototypeOf(Object.getPrototypeOf(inner.prototype)));
attemptAsync('fromAsync', () => Array.fromAsync && Array.fromAsync(outer()));
attemptAsync('for await', async () => { for await (const x of { [Symbol.asyncIterator]: () => ({ next() { over(); } }) }) look(x, 'x'); });`,
  },
  {
    name: 'queueMicrotask and timers',
    code: `
const body = function () { look(this, 'this'); look(arguments, 'arguments'); try { look(body.caller, 'caller'); } catch (e) { look(e, 'caller error'); } };
for (const run of [queueMicrotask, setTimeout, setInterval]) attempt(run.name, () => run(body, 0));
attempt('clear', () => clearTimeout({ valueOf() { look(this, 'v'); return 0; } }));
attempt('negative', () => setTimeout(body, -1e300));
attempt('nan', () => setTimeout(body, NaN));`,
  },
];

const BUILTINS: readonly Attack[] = [
  {
    name: 'species of arrays',
    code: `
class Mine extends Array { static get [Symbol.species]() { return function (n) { look(this, 'species'); return []; }; } }
attempt('map', () => Mine.from([1, 2]).map((x) => x));
attempt('self', () => { const a = [1]; a.constructor = { [Symbol.species]: function () { return a; } }; return a.concat([console.log, require]); });
attempt('log', () => console.log(Mine.from([1, 2])));
attempt('assign', () => { const r = [require]; Object.assign(r, { constructor: { [Symbol.species]: () => r } }); return r.map((f) => f); });`,
  },
  {
    name: 'setters and getters on the prototypes of built-ins',
    code: `
for (const proto of [Object.prototype, Array.prototype, Function.prototype, Map.prototype, WeakMap.prototype, Error.prototype, Promise.prototype]) {
  for (const key of ['get', 'set', 'value', 'writable', 'enumerable', 'configurable', '0', '1', 'apply', 'target', 'handler', 'code', 'hint', 'fault', 'then', 'cause', 'stack', 'name']) {
    if (key in proto) continue;
    let held;
    try { Object.defineProperty(proto, key, { configurable: true, get() { look(this, 'get ' + key); return held; }, set(v) { look(v, 'set ' + key); look(this, 'target ' + key); held = undefined; } }); } catch (e) { look(e, 'define'); }
  }
}
for (const ring of ${RINGS}) attempt('ring', ring);`,
  },
  {
    name: 'built-ins replaced by those of the script',
    code: `
const spied = [[JSON, 'parse'], [JSON, 'stringify'], [Math, 'floor'], [Array.prototype, 'push'], [Array.prototype, 'map'],
  [Array.prototype, 'join'], [Array.prototype, 'splice'], [Map.prototype, 'get'], [Map.prototype, 'set'], [WeakMap.prototype, 'get'], [WeakMap.prototype, 'set'],
  [Function.prototype, 'call'], [Function.prototype, 'apply'], [Function.prototype, 'bind'], [Reflect, 'apply'], [Reflect, 'get'], [Reflect, 'construct'],
  [Reflect, 'getPrototypeOf'], [Reflect, 'ownKeys'], [Object, 'create'], [Object, 'defineProperty'], [Object, 'getPrototypeOf'], [Object, 'keys'], [Object, 'entries'],
  [String.prototype, 'startsWith'], [RegExp.prototype, 'exec'], [RegExp.prototype, Symbol.replace], [Array, 'isArray'], [Number, 'isFinite']];
const caught = [], { apply, construct } = Reflect, undo = [];
let count = 0, busy = false;
const keep = (value) => { if (count < 2000) caught[count++] = value; };
for (const [on, key] of spied) {
  const old = on[key];
  if (typeof old !== 'function') continue;
  const spy = function (...given) {
    if (!busy) { busy = true; keep(this); for (let i = 0; i < given.length; i++) keep(given[i]); busy = false; }
    return apply(old, this, given);
  };
  try { on[key] = spy; undo[undo.length] = () => { on[key] = old; }; } catch (e) { keep(e); }
}
for (const ring of ${RINGS}) { try { ring(); } catch (e) { keep(e); } }
for (let i = 0; i < undo.length; i++) undo[i]();
for (let i = 0; i < caught.length; i++) look(caught[i], 'spied');`,
  },
  {
    name: 'texts and numbers that are objects on their way to the host',
    code: `
const spy = { toString() { look(this, 'this'); look(arguments, 'arguments'); return 'x'; }, valueOf() { look(this, 'v'); return 1; }, length: 3, charCodeAt: (...a) => a.forEach((x) => look(x, 'cc')) };
const join = Array.prototype.join;
Array.prototype.join = () => spy;
attempt('log', () => console.log('a', 'b'));
Array.prototype.join = join;
const stringify = JSON.stringify;
JSON.stringify = () => spy;
for (const ring of ${RINGS}) attempt('ring', ring);
JSON.stringify = stringify;
for (const slot of [spy, {}, [], 'x', NaN, Infinity, -5, 1e15, null, Symbol.iterator, 3n]) {
  const before = __vu__.slot;
  try { __vu__.slot = slot; console.log('as another'); performance.now(); } catch (e) { look(e, 'slot'); }
  __vu__.slot = before;
}`,
  },
  {
    name: 'Proxy objects as arguments, prototypes and exports',
    code: `
if (typeof Proxy === 'function') {
  const handler = {};
  for (const trap of ['get', 'set', 'has', 'apply', 'construct', 'ownKeys', 'getPrototypeOf', 'getOwnPropertyDescriptor', 'defineProperty', 'deleteProperty', 'isExtensible', 'preventExtensions', 'setPrototypeOf']) {
    handler[trap] = (...given) => { given.forEach((g, i) => look(g, trap + i)); return Reflect[trap](...given); };
  }
  const proxy = new Proxy(function () {}, handler);
  for (const use of [() => dicom.peer(proxy), () => dicom.synthetic(proxy), () => console.log(proxy), () => k6.check(proxy, proxy), () => open(proxy), () => { throw proxy; }]) attempt('proxy', use);
  exports.default = proxy; exports.setup = proxy;
  attempt('revocable', () => { const r = Proxy.revocable({}, handler); r.revoke(); return console.log(r.proxy); });
}`,
  },
  {
    name: 'property descriptors of everything',
    code: `
for (const value of [Function.prototype, Object.prototype, require, console, dicom, Promise, Error]) {
  const all = Object.getOwnPropertyDescriptors(value);
  look(all, 'descriptors'); look(Object.entries(all), 'entries'); look(Object.getOwnPropertyDescriptors(all), 'twice');
  look(Object.getOwnPropertySymbols(value), 'symbols');
}`,
  },
  {
    name: 'arguments, callee and caller',
    code: `
function probe() { try { look(arguments.callee, 'callee'); } catch (e) { look(e, 'callee error'); } try { look(probe.caller, 'caller'); } catch (e) { look(e, 'caller error'); } return 1; }
for (const use of [() => console.log({ toJSON: probe }), () => k6.check(1, { a: probe }), () => [1].map(probe), () => JSON.stringify({ toJSON: probe }), () => dicom.peer({ get connect() { probe(); return 'A@b:1'; } })]) attempt('use', use);`,
  },
  {
    name: 'getters on what is thrown',
    code: `
const bad = {};
for (const key of ['code', 'message', 'hint', 'stack', 'name', 'fault', 'cause', 'then', 'toJSON', 'constructor', Symbol.toStringTag]) {
  Object.defineProperty(bad, key, { get() { look(this, 'this'); const e = new Error(); e.name = Symbol(); return e.stack; } });
}
attempt('caught', () => { throw bad; });
attemptAsync('async', async () => { throw bad; });
attempt('check', () => k6.check(1, { a: () => { throw bad; } }));
attempt('group', () => k6.group('g', () => { throw bad; }));
const error = new Error('x'); for (const key of Object.keys(Object.getOwnPropertyDescriptors(bad))) try { Object.defineProperty(error, key, Object.getOwnPropertyDescriptor(bad, key)); } catch (e) { look(e, 'd'); }
Promise.reject(error).catch((e) => look(e, 'own'));`,
  },
  {
    name: 'prototype pollution towards the host',
    code: `
Object.prototype.polluted = 1; Array.prototype.polluted = 1; Function.prototype.polluted = 1;
const evil = JSON.parse('{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"modality":"CT","rows":8,"columns":8}');
for (const use of [() => dicom.peer(evil), () => dicom.synthetic(evil), () => dicom.csv('x.csv', evil), () => dicom.receiver(evil), () => console.log(evil),
  () => dicom.peer({ route: '__proto__' }), () => dicom.peer({ connect: '__proto__@127.0.0.1:1', timeouts: evil }),
  () => new (require('k6/metrics').Counter)('__proto__'), () => k6.check(1, { __proto__: () => true, ['__proto__']: () => true })]) attempt('use', use);
exports.options.__proto__ = evil;
Object.assign(__vu__.env, evil);`,
  },
];

export const ATTACKS: readonly Attack[] = [...REACHABLE, ...ERRORS, ...PROMISES, ...BUILTINS];
