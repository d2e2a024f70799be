import { describe, expect, it } from 'vitest';
import type { Scenario } from '../executors/index.ts';
import { stageChanges } from './stages.ts';

const COMMON = { exec: 'default', startTimeNs: 0, gracefulStopNs: 0, env: {}, tags: {} };
const VUS: Scenario = {
  ...COMMON,
  name: 'vus',
  executor: 'ramping-vus',
  startVUs: 0,
  gracefulRampDownNs: 0,
  stages: [
    { durationNs: 120e9, target: 50 },
    { durationNs: 60e9, target: 50 },
    { durationNs: 0, target: 1 },
  ],
};
const RATE: Scenario = {
  ...COMMON,
  name: 'rate',
  executor: 'ramping-arrival-rate',
  startTimeNs: 10e9,
  startRate: 10,
  timeUnitNs: 60e9,
  preAllocatedVUs: 1,
  maxVUs: 1,
  arrival: 'regular',
  stages: [{ durationNs: 30e9, target: 5 }],
};

describe('stageChanges', () => {
  it('says when each stage of each scenario begins, in order of time', () => {
    expect(stageChanges([VUS, RATE])).toEqual([
      { atMs: 0, scenario: 'vus', stage: 0, text: 'ramp up to 50 VUs in 2m' },
      { atMs: 10_000, scenario: 'rate', stage: 0, text: 'ramp down to 5 per 1m in 30s' },
      { atMs: 120_000, scenario: 'vus', stage: 1, text: 'hold 50 VUs for 1m' },
      { atMs: 180_000, scenario: 'vus', stage: 2, text: 'jump to 1 VU' },
    ]);
  });

  it('leaves out what has no stages, and what starts after another', () => {
    const flat: Scenario = {
      ...COMMON,
      name: 'flat',
      executor: 'constant-vus',
      vus: 1,
      durationNs: 1e9,
    };
    expect(stageChanges([flat, { ...RATE, after: 'flat' }])).toEqual([]);
  });
});
