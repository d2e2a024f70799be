import { describe, expect, it } from 'vitest';
import { planOf } from '../../executors/plan-of.ts';
import { vusWanted } from './vus-wanted.ts';

const S = 1e9;

/** A constant-vus scenario of 10 s and no graceful period. */
function scenario(name: string, vus: number, startS: number, after?: string) {
  return {
    name,
    exec: 'default',
    executor: 'constant-vus' as const,
    vus,
    durationNs: 10 * S,
    gracefulStopNs: 0,
    startTimeNs: startS * S,
    env: {},
    tags: {},
    ...(after === undefined ? {} : { after }),
  };
}

const wanted = (...scenarios: ReturnType<typeof scenario>[]): number =>
  vusWanted(
    scenarios,
    scenarios.map((one) => planOf(one, [], 0, 1)),
  );

describe('VUs made before the run', () => {
  it('are shared by scenarios that follow one another', () => {
    expect(wanted(scenario('a', 20, 0), scenario('b', 20, 10), scenario('c', 5, 20))).toBe(20);
  });

  it('are added where scenarios overlap', () => {
    expect(wanted(scenario('a', 20, 0), scenario('b', 4, 9), scenario('c', 5, 15))).toBe(24);
  });

  it('are handed on to scenarios that wait for another', () => {
    expect(wanted(scenario('a', 2, 0), scenario('b', 3, 0, 'a'), scenario('c', 1, 5, 'a'))).toBe(4);
  });

  it('are not taken from a chain that may still run', () => {
    expect(wanted(scenario('a', 2, 0), scenario('b', 2, 0, 'a'), scenario('c', 3, 15))).toBe(5);
    expect(wanted(scenario('a', 2, 0), scenario('b', 2, 0, 'a'), scenario('c', 3, 20))).toBe(3);
  });
});
