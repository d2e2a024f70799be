import { describe, expect, it } from 'vitest';
import { TimerWheel, type WheelEntry } from './timer-wheel.ts';

class Entry implements WheelEntry {
  dueAt = 0;
  previous: WheelEntry | null = null;
  next: WheelEntry | null = null;
  slot = -1;
  fired: number[] = [];
  then: (() => void) | null = null;

  onDue(now: number): void {
    this.fired.push(now);
    this.then?.();
  }
}

/** A clock that only moves when told. */
class Clock {
  time = 1000;
  #call: (() => void) | null = null;
  #at = 0;
  armed = 0;

  now(): number {
    return this.time;
  }

  after(ms: number, call: () => void): void {
    this.#call = call;
    this.#at = this.time + ms;
    this.armed += 1;
  }

  advance(to: number): void {
    while (this.#call !== null && this.#at <= to) {
      const call = this.#call;
      this.#call = null;
      this.time = this.#at;
      call();
    }
    this.time = to;
  }

  get idle(): boolean {
    return this.#call === null;
  }
}

describe('timer wheel', () => {
  it('is never early and at most a tick late', () => {
    const clock = new Clock();
    const wheel = new TimerWheel(clock);
    const entries = Array.from({ length: 500 }, (_, i) => ({
      entry: new Entry(),
      ms: (i * 37) % 20_000,
    }));
    for (const { entry, ms } of entries) wheel.set(entry, ms);
    clock.advance(1000 + 20_100);
    for (const { entry, ms } of entries) {
      expect(entry.fired).toHaveLength(1);
      const late = (entry.fired[0] ?? 0) - 1000 - ms;
      expect(late).toBeGreaterThanOrEqual(0);
      expect(late).toBeLessThanOrEqual(2 * wheel.tickMs);
    }
    expect(clock.idle).toBe(true);
    expect(wheel.size).toBe(0);
  });

  it('forgets what was removed and moves what is set again', () => {
    const clock = new Clock();
    const wheel = new TimerWheel(clock);
    const removed = new Entry();
    const moved = new Entry();
    wheel.set(removed, 50);
    wheel.set(moved, 50);
    wheel.remove(removed);
    wheel.remove(removed);
    wheel.set(moved, 30_000);
    clock.advance(2000);
    expect([removed.fired.length, moved.fired.length, wheel.size]).toEqual([0, 0, 1]);
    clock.advance(31_100);
    expect(moved.fired).toHaveLength(1);
  });

  it('lets an entry set itself again, and remove another that is due', () => {
    const clock = new Clock();
    const wheel = new TimerWheel(clock);
    const again = new Entry();
    const first = new Entry();
    const second = new Entry();
    again.then = () => {
      if (again.fired.length < 3) wheel.set(again, 10);
    };
    first.then = () => wheel.remove(second);
    second.then = () => wheel.remove(first);
    wheel.set(again, 10);
    wheel.set(first, 10);
    wheel.set(second, 10);
    clock.advance(1200);
    expect(again.fired).toHaveLength(3);
    expect(first.fired.length + second.fired.length).toBe(1);
  });

  it('serves everything once after a stall', () => {
    const clock = new Clock();
    const wheel = new TimerWheel(clock);
    const entries = Array.from({ length: 100 }, () => new Entry());
    entries.forEach((entry, i) => wheel.set(entry, i * 300));
    clock.time = 100_000;
    wheel.turn();
    expect(entries.every((entry) => entry.fired.length === 1)).toBe(true);
  });
});
