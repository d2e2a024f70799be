import { describe, expect, it } from 'vitest';
import { ScatterCollector } from './scatter.ts';

const points = (kind: 'ok' | 'failure', n: number, second: number) => ({
  ...{ k: 'points' as const, at: second },
  points: [
    {
      ...{ service: 'C-STORE', kind, seen: n * 10 },
      time: Array.from({ length: n }, (_, at) => second * 1000 + at),
      value: Array.from({ length: n }, () => 12.3456),
    },
  ],
});

describe('ScatterCollector', () => {
  it('shows all of a short run, in the order of time', () => {
    const collector = new ScatterCollector();
    collector.take(points('ok', 3, 1));
    collector.take(points('ok', 2, 0));
    expect(collector.build()).toEqual([
      {
        ...{ service: 'C-STORE', kind: 'ok', seen: 50 },
        time: [0, 0.001, 1, 1.001, 1.002],
        value: [12.3, 12.3, 12.3, 12.3, 12.3],
      },
    ]);
  });

  it('shows a part of a long run, from all of it', () => {
    const collector = new ScatterCollector();
    for (let second = 0; second < 10_000; second++) collector.take(points('ok', 4, second));
    for (let second = 0; second < 50; second++) collector.take(points('failure', 20, second));
    const [ok, failed] = collector.build();
    expect(ok?.seen).toBe(400_000);
    expect(ok?.time).toHaveLength(1200);
    const late = ok?.time.filter((at) => at >= 5000).length ?? 0;
    expect(late).toBeGreaterThan(450);
    expect(late).toBeLessThan(750);
    expect(failed?.time).toHaveLength(1000);
  });
});
