import { describe, expect, it } from 'vitest';
import { Worker } from 'node:worker_threads';
import { WORKER_SLOTS, WorkerSlot } from '../../threads/state.ts';
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
  /** A thread that answers 'loop' with an endless loop of `file` and all else with 'alive'. */
  async function withThread(file: string, use: (worker: Worker) => Promise<void>): Promise<void> {
    const worker = new Worker(
      `const { parentPort } = require('node:worker_threads');
       let beats = 0;
       setInterval(() => { for (let i = 0; i < 1000; i++) beats += Math.sqrt(i) > 0 ? 1 : 0; }, 5);
       parentPort.on('message', (m) => {
         if (m === 'loop') { parentPort.postMessage('looping'); for (;;) {} }
         parentPort.postMessage('alive');
       });
       //# sourceURL=${file}`,
      { eval: true },
    );
    try {
      await use(worker);
    } finally {
      await worker.terminate();
    }
  }

  async function heard(worker: Worker, message: string): Promise<unknown> {
    const answer = new Promise((resolve, reject) => {
      worker.once('message', resolve);
      worker.once('error', reject);
      worker.once('exit', reject);
    });
    worker.postMessage(message);
    return answer;
  }

  it('breaks an endless loop and leaves the thread alive', async () => {
    await withThread('script.js', async (worker) => {
      await heard(worker, 'loop');
      const { done, interrupted, stack } = await terminateScript(worker.threadId);
      expect({ done, interrupted }).toEqual({ done: true, interrupted: true });
      expect(stack).toMatch(/at script\.js:5:\d+|at .*\(script\.js:5:\d+\)/);
      expect(await heard(worker, 'ping')).toBe('alive');
    });
  });

  it('ends nothing in a thread in which no script runs any more', async () => {
    await withThread('ours.js', async (worker) => {
      expect(await heard(worker, 'ping')).toBe('alive');
      const ended = await terminateScript(worker.threadId);
      expect(ended).toEqual({ done: true, interrupted: false, stack: '' });
      expect(await heard(worker, 'ping')).toBe('alive');
    });
  });

  it('says so when there is no such thread', async () => {
    const ended = await terminateScript(987_654);
    expect(ended).toEqual({ done: false, interrupted: false, stack: '' });
  });
});
