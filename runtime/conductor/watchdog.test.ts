import { describe, expect, it } from 'vitest';
import { Worker } from 'node:worker_threads';
import { WORKER_SLOTS, WorkerSlot } from '../threads.ts';
import { terminateScript } from './terminate.ts';
import { judgePulse } from './watchdog.ts';

const limits = { hangMs: 5_000, graceMs: 1_000 };

function worker() {
  const state = new Int32Array(new SharedArrayBuffer(WORKER_SLOTS * 4));
  const pulse = { beat: 0, movedAt: 0, terminatedAt: null };
  state[WorkerSlot.TERMINABLE] = 1;
  return { state, judge: (now: number) => judgePulse(pulse, state, now, limits) };
}

describe('judgePulse', () => {
  it('leaves a worker alone whose heart beats', () => {
    const { state, judge } = worker();
    state[WorkerSlot.IN_GUEST] = 3;
    for (let now = 0; now < 60_000; now += 250) {
      state[WorkerSlot.HEARTBEAT] = now + 1;
      expect(judge(now)).toBe('none');
    }
  });

  it('ends the script once when guest code stalls, then the thread', () => {
    const { state, judge } = worker();
    state[WorkerSlot.IN_GUEST] = 3;
    const actions = [];
    for (let now = 250; now <= 6_750; now += 250) actions.push([now, judge(now)] as const);
    expect(actions.filter(([, action]) => action !== 'none')).toEqual([
      [5_250, 'terminate-script'],
      [6_500, 'kill-thread'],
      [6_750, 'kill-thread'],
    ]);
  });

  it('ends the thread at once where ending the script would end the process', () => {
    const { state, judge } = worker();
    state[WorkerSlot.IN_GUEST] = 3;
    state[WorkerSlot.TERMINABLE] = 0;
    expect(judge(5_000)).toBe('none');
    expect(judge(5_250)).toBe('kill-thread');
  });

  it('never acts on a stall outside guest code', () => {
    const { judge } = worker();
    for (let now = 250; now < 60_000; now += 250) expect(judge(now)).toBe('none');
  });
});

describe('terminateScript', () => {
  it('breaks an endless loop and leaves the thread alive', async () => {
    const worker = new Worker(
      `const { parentPort } = require('node:worker_threads');
       parentPort.on('message', (m) => {
         if (m === 'loop') { parentPort.postMessage('looping'); for (;;) {} }
         parentPort.postMessage('alive');
       });`,
      { eval: true },
    );
    try {
      const looping = new Promise((resolve) => worker.once('message', resolve));
      worker.postMessage('loop');
      await looping;
      const { done, stack } = await terminateScript(worker.threadId);
      expect(done).toBe(true);
      expect(stack).toMatch(/at \[worker eval\]:3:\d+|at .*\(\[worker eval\]:3:\d+\)/);
      const alive = new Promise((resolve) => worker.once('message', resolve));
      worker.postMessage('ping');
      expect(await alive).toBe('alive');
    } finally {
      await worker.terminate();
    }
  });

  it('says so when there is no such thread', async () => {
    expect(await terminateScript(987_654)).toEqual({ done: false, stack: '' });
  });
});
