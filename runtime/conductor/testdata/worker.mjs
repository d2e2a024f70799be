// A thread that follows the contract of runtime/threads/vu.ts and does what its plan's `options` say.
import { threadId } from 'node:worker_threads';
import { runInThisContext } from 'node:vm';

const HEARTBEAT = 0;
const IN_GUEST = 1;
const STARTED = 3;
const DONE = 4;
const THREAD = 9;
const TERMINABLE = 10;

/** What an author wrote, by its place in the bundle. */
const script = runInThisContext('() => { for (;;); }', 'script.js');

/** Where the script says so, in its bundle; anywhere in one that does not. */
function placeOf(text, bundle) {
  const before = bundle.split(text)[0].split('\n');
  return before.length === 1
    ? 'script.js:3:7'
    : `script.js:${before.length}:${before.at(-1).length}`;
}

/** Three iterations, one of which failed. */
function sendSamples(port, place) {
  const series = [
    { id: 0, metric: 'iterations', tags: { scenario: 'default' } },
    { id: 1, metric: 'iteration_failed', tags: { scenario: 'default' } },
  ];
  port.postMessage({ kind: 'series', series });
  const columns = {
    n: 6,
    series: Uint32Array.of(0, 1, 0, 1, 0, 1),
    value: Float64Array.of(1, 0, 1, 0, 1, 1),
    time: Float64Array.of(1, 1, 2, 2, 3, 3),
  };
  port.postMessage({ kind: 'samples', columns });
  port.postMessage({
    kind: 'error',
    group: 'iteration boom',
    operation: 'iteration',
    code: 'SCRIPT_EXCEPTION',
    message: 'boom',
    stack: `Error: boom\n    at ${place}`,
    time: 3,
    count: 1,
  });
}

/** True the first time only, over all threads; without a counter always. */
function isFirst(counter) {
  return counter === undefined || Atomics.add(new Int32Array(counter), 0, 1) === 0;
}

export default function worker({ port, worker, state }) {
  const slots = new Int32Array(state);
  slots[THREAD] = threadId;
  let plan = {};
  let timer;
  const beat = setInterval(() => Atomics.add(slots, HEARTBEAT, 1), 20);
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      Atomics.store(slots, DONE, slots[STARTED]);
      port.postMessage({ kind: 'ended' });
    };
    port.on('message', (message) => {
      switch (message.kind) {
        case 'load': {
          if (message.env.SAYS !== undefined) {
            port.postMessage({ kind: 'log', level: 'info', message: message.env.SAYS });
          }
          // What it exports: a name in place of a bundle, or beside a real one in the environment.
          const { EXPORTS: exports = message.bundle, OPTIONS: optionsJson = null } = message.env;
          if (exports === 'throw') {
            const fault = { code: 'SCRIPT_INIT', name: 'TypeError', message: 'boom' };
            port.postMessage({ kind: 'failed', phase: 'init', fault });
          } else if (exports !== 'silent') {
            port.postMessage({
              kind: 'loaded',
              optionsJson,
              exports: exports.split(','),
              declarations: [],
              peers: [],
              webServers: [],
              customMetrics: [],
              notes: [],
            });
          }
          break;
        }
        case 'prepare':
          plan = message;
          for (const far of message.mesh) far?.postMessage(worker);
          port.postMessage({ kind: 'ready', createdMs: 1 });
          break;
        case 'setup':
          if (plan.env?.SETUP === 'throw') {
            const fault = { code: 'SCRIPT_SETUP', name: 'Error', message: 'no database' };
            port.postMessage({ kind: 'failed', phase: 'setup', fault });
          } else if (plan.env?.SETUP !== 'silent') {
            port.postMessage({ kind: 'hook', hook: 'setup', json: '{"a":1}' });
          }
          break;
        case 'teardown':
          port.postMessage({ kind: 'log', level: 'info', message: `down ${message.setupJson}` });
          port.postMessage({ kind: 'hook', hook: 'teardown', json: null });
          break;
        case 'handleSummary':
          port.postMessage({ kind: 'hook', hook: 'handleSummary', json: '{"stdout":"mine"}' });
          break;
        case 'start':
          Atomics.add(slots, STARTED, 5);
          Atomics.add(slots, DONE, 3);
          port.postMessage({ kind: 'log', level: 'info', message: `start ${worker}` });
          sendSamples(port, placeOf('boom', plan.bundle ?? ''));
          if (plan.env?.ABORT !== undefined) {
            port.postMessage({ kind: 'abortTest', message: plan.env.ABORT });
          }
          if (plan.options.dieOnce === worker && isFirst(plan.options.counter)) {
            throw new Error('out of luck');
          }
          if (plan.options.hang === worker && isFirst(plan.options.hangOnce)) {
            Atomics.store(slots, IN_GUEST, 7);
            Atomics.store(slots, TERMINABLE, plan.options.terminable);
            timer = setTimeout(end, 50);
            script();
          } else timer = setTimeout(end, plan.options.runMs ?? 30);
          break;
        case 'stop':
          end();
          break;
        case 'exit':
          clearInterval(beat);
          resolve();
          break;
      }
    });
  });
}
