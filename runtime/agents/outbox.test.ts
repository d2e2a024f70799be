// What an agent keeps while the engine is away, what it gives up, and what it never does.
import { expect, it } from 'vitest';
import { NO_BUCKETS } from '../metrics/distribution/buckets.ts';
import { decodeFrame } from './frame.ts';
import type { Frame } from './frame.ts';
import { FrameOutbox } from './outbox.ts';
import { decodeJson } from './protocol.ts';
import type { UpRecord } from './protocol.ts';

/** Takes nothing until it is told to. */
class Engine {
  away = true;
  readonly taken: { readonly subject: string; readonly data: Uint8Array }[] = [];

  append(subject: string, data: Uint8Array): Promise<void> {
    if (this.away) return Promise.reject(new Error('away'));
    this.taken.push({ subject, data });
    return Promise.resolve();
  }

  get frames(): readonly Frame[] {
    return this.taken.filter(({ subject }) => subject.endsWith('frame')).map(decoded);
  }

  get records(): readonly UpRecord[] {
    const letters = this.taken.filter(({ subject }) => subject.endsWith('record'));
    return letters.flatMap(({ data }) => decodeJson<readonly UpRecord[]>(data));
  }
}

const decoded = ({ data }: { readonly data: Uint8Array }): Frame => decodeFrame(data);

const COUNTS = {
  ...{
    activeVUs: 1,
    vusMade: 1,
    iterationsStarted: 1,
    iterationsDone: 1,
    interrupted: 0,
  },
  ...{ associationsOpen: 0, dropped: 0 },
};

/** The frame of a second, which declares a series of that number. */
function frameOf(at: number): Frame {
  const interval = {
    id: at,
    n: 1,
    sum: 1,
    min: 1,
    max: 1,
    last: 0,
    lastTime: -Infinity,
  };
  return {
    ...{
      at,
      counts: COUNTS,
      peakVUs: 1,
      cpu: 0,
      loopLagMs: 0,
      rssBytes: 0,
      saturated: false,
    },
    ...{ points: [], series: [{ id: at, metric: `m${at}`, tags: {} }] },
    intervals: [{ ...interval, type: 'counter', buckets: NO_BUCKETS }],
  };
}

it('within its limits keeps everything, in order', async () => {
  const engine = new Engine();
  const outbox = new FrameOutbox(engine, 'run', 0);
  for (let at = 0; at < 5; at++) outbox.frame(frameOf(at));
  expect(await outbox.drain(30)).toBe(false);
  engine.away = false;
  expect(await outbox.drain(5_000)).toBe(true);
  expect(engine.frames.map(({ at }) => at)).toEqual([0, 1, 2, 3, 4]);
  expect(outbox.lost).toBe(0);
});

it('beyond them gives up the oldest seconds, and counts them', async () => {
  const engine = new Engine();
  const outbox = new FrameOutbox(engine, 'run', 0, { ms: 60_000, bytes: 600 });
  for (let at = 0; at < 20; at++) outbox.frame(frameOf(at));
  engine.away = false;
  expect(await outbox.drain(5_000)).toBe(true);
  const seconds = engine.frames.map(({ at }) => at);
  expect(outbox.lost).toBeGreaterThan(5);
  expect(seconds.length).toBe(20 - outbox.lost);
  // The first may have been on its way.
  expect(seconds).toEqual([
    0,
    ...Array.from({ length: seconds.length - 1 }, (_, i) => 20 - seconds.length + 1 + i),
  ]);
});

it('declares what a second declared that was given up, before it is used', async () => {
  const engine = new Engine();
  const outbox = new FrameOutbox(engine, 'run', 0, { ms: 60_000, bytes: 900 });
  for (let at = 0; at < 20; at++) outbox.frame(frameOf(at));
  engine.away = false;
  await outbox.drain(5_000);
  const declared = engine.frames.flatMap(({ series }) => series.map(({ id }) => id));
  expect(outbox.lost).toBeGreaterThan(0);
  expect(declared).toEqual(Array.from({ length: 20 }, (_, at) => at));
});

it('what the coordinator waits for is never given up; errors and lines are', async () => {
  const engine = new Engine();
  const outbox = new FrameOutbox(engine, 'run', 0, { ms: 60_000, bytes: 0 });
  const flush = async (): Promise<unknown> => outbox.drain(0);
  outbox.frame(frameOf(0));
  outbox.record({ k: 'ready' });
  await flush();
  outbox.record({ k: 'failTest', message: 'bad' });
  await flush();
  outbox.record({
    k: 'log',
    message: { kind: 'log', level: 'info', message: 'line' },
  });
  await flush();
  outbox.record({ k: 'done', durationMs: 5 });
  await flush();
  outbox.frame(frameOf(1));
  outbox.frame(frameOf(2));
  engine.away = false;
  expect(await outbox.drain(5_000)).toBe(true);
  expect(engine.records.map(({ k }) => k)).toEqual(['ready', 'failTest', 'done']);
  expect(engine.frames.map(({ at }) => at)).toEqual([0]);
  expect(outbox.lost).toBe(3);
});

it('records of any length go out in letters that the engine takes, and long texts in part', async () => {
  const engine = new Engine();
  engine.away = false;
  const outbox = new FrameOutbox(engine, 'run', 0);
  const line = (message: string): UpRecord => ({
    k: 'log',
    message: { kind: 'log', level: 'info', message },
  });
  outbox.record(line('x'.repeat(9e6)));
  for (let i = 0; i < 60; i++) outbox.record(line('y'.repeat(60_000)));
  outbox.record({ k: 'failTest', message: 'z'.repeat(9e6) });
  expect(await outbox.drain(5_000)).toBe(true);
  const sizes = engine.taken.map(({ data }) => data.length);
  expect(sizes.length).toBeGreaterThan(3);
  expect(Math.max(...sizes)).toBeLessThan(1.2e6);
  const { records } = engine;
  expect(records).toHaveLength(62);
  expect(JSON.stringify(records[0])).toContain('xxx… 8934464 characters more');
  expect(outbox.lost).toBe(0);
});
