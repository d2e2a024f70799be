import { describe, expect, it } from 'vitest';
import { Uploading } from '../upload/delivery.ts';
import { cleanTags, PointMaker } from './points.ts';
import { describeTarget, parseInfluxTarget } from './target.ts';
import type { Point, UploadClient, WriteOutcome } from '../upload/client.ts';

describe('the target', () => {
  it('reads a URL and hides its secrets', () => {
    const target = parseInfluxTarget('https://me:p%40ss@db.local/influx/runs?mode=raw&token=abc');
    expect(target).toMatchObject({
      protocol: 'https',
      host: 'db.local',
      port: 443,
      path: '/influx',
      database: 'runs',
      password: 'p@ss',
      token: 'abc',
      mode: 'raw',
    });
    expect(describeTarget(target)).toBe('https://db.local:443/influx/runs (raw)');
    expect(describeTarget(parseInfluxTarget(''))).toBe('http://127.0.0.1:8086/dicomrun');
    expect(describeTarget(parseInfluxTarget('http://[::1]:1/x'))).toBe('http://[::1]:1/x');
  });

  it.each([
    ['nonsense', /"nonsense" is not a URL/],
    ['udp://h/db', /protocol udp/],
    ['http://h/db?mode=fast', /mode must be views, raw or samples, got "fast"/],
    ['http://h/db?retension=1d', /unknown parameter "retension"/],
    ['http://h/db?retention=1x', /retention must be like 30d/],
    ['http//u:secret@h', /^output influxdb: "http\/\/\*\*\*@h" is not a URL$/],
  ])('refuses %s', (text, message) => expect(() => parseInfluxTarget(text)).toThrow(message));
});

describe('points', () => {
  it('of two parts of one run are two series', () => {
    const point = (part: string) => {
      const maker = new PointMaker();
      maker.points({
        ...{ k: 'run', schema: 'dicomrun-log/1', id: 'x', part, t0: 1e12, script: '', version: '' },
        ...{ mode: 'run', embedded: false, tags: {}, thresholds: {}, trendStats: [] },
        timeUnit: 'ms',
      });
      return maker.points({ k: 'event', at: 1.5, type: 'end', title: 'a', text: 'b' })[0];
    };
    expect(point('1/2')?.tags).toEqual({ testid: 'x', part: '1/2', type: 'end' });
    expect(point('2/2')?.tags).toMatchObject({ part: '2/2' });
  });

  it('are the same for every reading, and stamped in whole seconds', () => {
    const read = (): Point[] => {
      const maker = new PointMaker();
      const key = { id: 3, metric: 'checks', contains: 'default', builtin: true } as const;
      return [
        maker.points({
          ...{ k: 'run', schema: 'dicomrun-log/1', id: 'x', t0: 1_700_000_000_999, script: '' },
          ...{ version: '', mode: 'run', embedded: false, tags: {}, thresholds: {} },
          ...{ trendStats: [], timeUnit: 'ms' },
        }),
        maker.points({ k: 'view', ...key, type: 'rate', view: 'check', tags: { check: 'a' } }),
        maker.points({ k: 'rows', at: -1, ms: 1000, rows: [[3, 3, 1]] }),
        maker.points({ k: 'totals', at: 9, ms: 1000, rows: [[3, 3, 1]] }),
        maker.points({ k: 'event', at: 1.5, type: 'end', title: 'a', text: 'b\nc' }),
        maker.points({ k: 'event', at: 1.5, type: 'end', title: 'a', text: 'b' }),
      ].flat();
    };
    const points = read();
    expect(points).toEqual(read());
    const fields = { passes: 3, fails: 1, rate: 0.75 };
    const tags = { check: 'a', testid: 'x', view: 'check' };
    expect(points).toEqual([
      { measurement: 'checks', tags, fields, timestamp: '1699999999000000000' },
      {
        measurement: 'dicomrun_total',
        tags: { ...tags, metric: 'checks' },
        fields,
        timestamp: '1700000009000000000',
      },
      {
        measurement: 'dicomrun_events',
        tags: { testid: 'x', type: 'end' },
        fields: { title: 'a', text: 'b c' },
        timestamp: '1700000001000000000',
      },
      expect.objectContaining({ timestamp: '1700000001000000001' }),
    ]);
  });

  it('leave out numbers that are none, and tags that InfluxDB refuses', () => {
    expect(cleanTags({ a: '', b: ' \\', time: 'x', c: 'two\nlines\\', 'k\n': '1' })).toEqual({
      time_: 'x',
      c: 'two lines',
      k: '1',
    });
  });
});

describe('delivery', () => {
  const points = Array.from({ length: 12_000 }, (_, i) => ({
    measurement: `m${i}`,
    tags: {},
    fields: { value: i },
    timestamp: String(i),
  }));

  function deliveryTo(write: (batch: readonly Point[], call: number) => WriteOutcome) {
    const log = {
      calls: 0,
      sleeps: [] as number[],
      refused: [] as string[],
      events: [] as string[],
    };
    let stopped = false;
    const client: UploadClient = {
      write: (batch) => Promise.resolve(write(batch, log.calls++)),
      prepare: () => Promise.resolve({ kind: 'written' }),
    };
    const delivery = new Uploading({
      client,
      sleep: (ms) => {
        log.sleeps.push(ms);
        return Promise.resolve();
      },
      stopped: () => stopped,
      onRefused: (point) => log.refused.push(point.measurement),
      onLeftOut: ({ count }) => log.events.push(`without ${count}`),
      onOutage: () => log.events.push('out'),
      onRecovered: () => log.events.push('back'),
    });
    return { delivery, log, stop: () => (stopped = true) };
  }

  it('sends at most 5,000 points at once', async () => {
    const sizes: number[] = [];
    const { delivery } = deliveryTo((batch) => (sizes.push(batch.length), { kind: 'written' }));
    expect(await delivery.deliver(points)).toEqual({ kind: 'done' });
    expect(sizes).toEqual([5000, 5000, 2000]);
    expect(delivery.written).toBe(12_000);
  });

  it('backs off from 0.2 to 5 s, and tells of outage and recovery once', async () => {
    const { delivery, log } = deliveryTo((_, call) =>
      call < 8 ? { kind: 'retry', why: 'ECONNREFUSED' } : { kind: 'written' },
    );
    await delivery.deliver(points.slice(0, 3));
    expect(log.sleeps).toEqual([200, 400, 800, 1600, 3200, 5000, 5000, 5000]);
    expect(log.events).toEqual(['out', 'back']);
    expect(delivery.written).toBe(3);
  });

  it('halves what is too large until it fits', async () => {
    const { delivery } = deliveryTo((batch) => ({
      kind: batch.length > 700 ? 'too-large' : 'written',
    }));
    expect(await delivery.deliver(points)).toEqual({ kind: 'done' });
    expect(delivery.written).toBe(12_000);
  });

  it('finds exactly the refused points', async () => {
    const bad = new Set(['m3', 'm4', 'm4999', 'm11999']);
    const { delivery, log } = deliveryTo((batch) =>
      batch.some((point) => bad.has(point.measurement))
        ? { kind: 'refused', why: 'partial write' }
        : { kind: 'written' },
    );
    await delivery.deliver(points);
    expect(log.refused).toEqual([...bad]);
    expect(delivery.written).toBe(11_996);
    expect(log.calls).toBeLessThan(150);
  });

  it('makes a missing database, stops when forbidden, and gives up when told to', async () => {
    const made = deliveryTo((_, call) => ({ kind: call === 0 ? 'no-database' : 'written' }));
    expect(await made.delivery.deliver(points.slice(0, 2))).toEqual({ kind: 'done' });
    const no = deliveryTo(() => ({ kind: 'forbidden', why: 'no' }));
    expect(await no.delivery.deliver(points)).toEqual({ kind: 'forbidden', why: 'no' });
    expect(no.log.calls).toBe(1);
    const gone = deliveryTo((_, call) => {
      if (call === 3) gone.stop();
      return { kind: 'retry', why: '' };
    });
    expect(await gone.delivery.deliver(points)).toEqual({ kind: 'stopped' });
    expect(gone.log.calls).toBe(4);
  });
});
