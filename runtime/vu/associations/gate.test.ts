import { describe, expect, it } from 'vitest';
import { TimerQueue, type Timed } from '../timer-queue.ts';
import { Gate, shareOf } from './gate.ts';

/** Timers that are due when the test says so. */
class Timers {
  readonly items = new Set<Timed>();
  add(item: Timed): void {
    item.index = 0;
    this.items.add(item);
  }
  remove(item: Timed): void {
    item.index = -1;
    this.items.delete(item);
  }
  fire(): void {
    for (const item of [...this.items]) {
      this.remove(item);
      item.due();
    }
  }
}

/** A peer that answers when the test says so. */
class Peer {
  readonly asked: (() => void)[] = [];
  aborted = 0;
  most = 0;
  under = 0;
  readonly begin = (answered: () => void): { abort(): void } => {
    this.under++;
    this.most = Math.max(this.most, this.under);
    this.asked.push(() => {
      this.under--;
      answered();
    });
    return {
      abort: () => {
        this.under--;
        this.aborted++;
      },
    };
  };
}

const never = (): never => {
  throw new Error('it was not to fail');
};

describe('the gate of a peer', () => {
  it('lets in no more than its backlog, and the next with each answer', () => {
    const peer = new Peer();
    const waits: number[] = [];
    const gate = new Gate({ backlog: 50, perSecond: null }, new Timers(), (ms) => waits.push(ms));
    for (let i = 0; i < 5000; i++) gate.enter(peer.begin, never);
    expect([peer.asked.length, peer.under, waits.length]).toEqual([50, 50, 0]);
    for (let i = 0; i < 5000; i++) peer.asked[i]?.();
    expect([peer.most, peer.under, waits.length]).toEqual([50, 0, 4950]);
  });

  it('holds nobody up for a peer that thinks: its connection was taken', () => {
    const peer = new Peer();
    const timers = new Timers();
    const gate = new Gate({ backlog: 2, perSecond: null }, timers, () => undefined);
    for (let i = 0; i < 6; i++) gate.enter(peer.begin, never);
    expect(peer.asked.length).toBe(2);
    timers.fire();
    expect(peer.asked.length).toBe(4);
    // An answer after that frees nothing twice.
    peer.asked[0]?.();
    peer.asked[1]?.();
    expect(peer.asked.length).toBe(4);
    timers.fire();
    expect(peer.asked.length).toBe(6);
    for (const answered of peer.asked) answered();
    expect(timers.items.size).toBe(0);
  });

  it('forgets who gives up, in the queue or under way', () => {
    const peer = new Peer();
    const gate = new Gate({ backlog: 1, perSecond: null }, new Timers(), () => undefined);
    const first = gate.enter(peer.begin, never);
    const second = gate.enter(peer.begin, never);
    gate.enter(peer.begin, never);
    second.abort();
    expect([peer.asked.length, peer.aborted]).toEqual([1, 0]);
    first.abort();
    first.abort();
    expect([peer.asked.length, peer.aborted, peer.most]).toEqual([2, 2, 1]);
  });

  it('begins so many a second where that is asked for', async () => {
    const gate = new Gate({ backlog: 1000, perSecond: 200 }, new TimerQueue(), () => undefined);
    const at: number[] = [];
    const began = performance.now();
    await new Promise<void>((resolve) => {
      for (let i = 0; i < 20; i++) {
        gate.enter((answered) => {
          at.push(performance.now() - began);
          queueMicrotask(answered);
          if (at.length === 20) resolve();
          return { abort: () => undefined };
        }, never);
      }
    });
    // Two may come early: the first, and what makes up for 5 ms.
    at.forEach((ms, i) => expect(ms).toBeGreaterThanOrEqual((i - 2) * 5));
  });

  it('throws what cannot be begun at once, tells it later, and goes on', () => {
    const peer = new Peer();
    const gate = new Gate({ backlog: 1, perSecond: null }, new Timers(), () => undefined);
    const impossible = (): never => {
      throw new Error('port 70000');
    };
    expect(() => gate.enter(impossible, never)).toThrow('port 70000');
    gate.enter(peer.begin, never);
    const told: unknown[] = [];
    gate.enter(impossible, (thrown) => told.push(thrown));
    gate.enter(peer.begin, never);
    peer.asked[0]?.();
    expect(told).toEqual([new Error('port 70000')]);
    expect(peer.asked.length).toBe(2);
  });

  it('is shared by the workers of a process', () => {
    const limits = { backlog: 50, perSecond: 100 };
    expect(shareOf(limits, 4)).toEqual({ backlog: 12, perSecond: 25 });
    expect(shareOf({ backlog: 2, perSecond: null }, 4)).toEqual({ backlog: 1, perSecond: null });
  });
});
