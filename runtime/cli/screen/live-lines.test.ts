import { describe, expect, it } from 'vitest';
import type { Progress } from '../../conductor/screen.ts';
import { clip, liveBlock, progressLine } from './live-lines.ts';

const progress: Progress = {
  atMs: 70_400,
  vusMax: 50,
  counts: {
    activeVUs: 27,
    iterationsStarted: 2_500,
    iterationsDone: 2_473,
    interrupted: 0,
    associationsOpen: 27,
    dropped: 0,
  },
  generator: { cpu: 61, loopLagMs: 4, rssBytes: 1e8 },
  live: {
    services: [
      {
        service: 'C-ECHO',
        count: 30,
        failed: 0,
        ratePerSecond: 1,
        failedShare: 0,
        p50: 1,
        p95: 2,
      },
      {
        service: 'C-STORE',
        count: 9_990,
        failed: 31,
        ratePerSecond: 412,
        failedShare: 0.0031,
        p50: 38,
        p95: 121,
      },
    ],
    associations: { accepted: 27, failed: 2, aborted: 0 },
    delivery: { expected: 9_990, arrived: 9_812 },
    sentBytesPerSecond: 86e6,
    receivedBytesPerSecond: 0,
    iterations: 2_473,
    dropped: 0,
    thresholds: [],
  },
};

const frame = {
  progress,
  name: 'gi-routing',
  plannedMs: 190_000,
  stage: '',
  failures: ['31x C-STORE A700'],
  columns: 100,
  style: (_: string, text: string) => text,
};

describe('liveBlock', () => {
  it('shows load, busiest service first, deliveries, failures and the generator', () => {
    expect(liveBlock(frame)).toEqual([
      'gi-routing [======>-------------] 1m10s/3m10s  VUs 27/50  assoc 27 open, 2 failed',
      '  C-STORE 412/s  p50 38 ms  p95 121 ms  fail 0.31%  (10 s)  9 990 in all',
      '  C-ECHO 1/s  p50 1 ms  p95 2 ms  fail 0%  (10 s)  30 in all',
      '  sent 86 MB/s  delivered 9 812/9 990',
      '  ! 31x C-STORE A700',
      '  generator cpu 61%  loop lag 4 ms',
    ]);
  });

  it('never has more than six lines nor a line wider than the terminal', () => {
    const lines = liveBlock({ ...frame, columns: 40 });
    expect(lines.length).toBeLessThanOrEqual(6);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(39);
  });

  it('names a saturated generator', () => {
    const generator = { cpu: 198, loopLagMs: 120, rssBytes: 1e8 };
    const busy = { ...frame, progress: { ...progress, generator } };
    expect(liveBlock(busy).at(-1)).toContain('SATURATED');
    expect(progressLine(busy.progress)).toContain('generator=SATURATED(cpu 198%)');
  });
});

describe('progressLine', () => {
  it('is one line for a log', () => {
    expect(progressLine(progress)).toBe(
      '00:01:10 vus=27 iterations=2473 C-STORE/s=412 p95=121ms fail=0.31% C-ECHO/s=1 p95=2ms ' +
        'fail=0% sent=86 MB/s assoc_failed=2 aborted=0 delivered=9812/9990',
    );
  });
});

describe('clip', () => {
  it('counts visible characters only', () => {
    expect(clip('\u001b[31mred\u001b[39m and more', 5)).toBe('\u001b[31mred\u001b[39m a');
  });
});
