import { describe, expect, it } from 'vitest';
import { drawSteps } from './chart.ts';
import { describe as planLine } from './describe.ts';
import { formatNs, NS_PER_S as S } from './duration.ts';
import { requirements, vusOverTime } from './requirements.ts';
import type { Scenario } from './index.ts';

const BASE = {
  name: 'gi',
  exec: 'default',
  startTimeNs: 0,
  gracefulStopNs: 30 * S,
  env: {},
  tags: {},
};
const RAMP: Scenario = {
  ...BASE,
  executor: 'ramping-vus',
  startVUs: 0,
  gracefulRampDownNs: 30 * S,
  stages: [
    { durationNs: 120 * S, target: 50 },
    { durationNs: 60 * S, target: 50 },
  ],
};
const RATE: Scenario = {
  ...BASE,
  name: 'rate',
  executor: 'constant-arrival-rate',
  rate: 150,
  timeUnitNs: S,
  durationNs: 300 * S,
  preAllocatedVUs: 8,
  maxVUs: 20,
  arrival: 'poisson',
};

describe('the plan line', () => {
  it.each<[Scenario, string]>([
    [RAMP, '0→50 VUs over 2m, hold 50 for 1m'],
    [RATE, '150 iterations/s for 5m, Poisson arrivals, 8 to 20 VUs'],
    [
      { ...BASE, executor: 'constant-vus', vus: 1, durationNs: 90 * S, after: 'x', exec: 'send' },
      '1 VU for 1m30s, after "x", exec send',
    ],
    [
      {
        ...BASE,
        executor: 'shared-iterations',
        vus: 4,
        iterations: 100,
        maxDurationNs: 3600 * S,
        paceOverNs: 1800 * S,
      },
      '100 iterations shared by 4 VUs paced over 30m (at most 1h)',
    ],
    [
      {
        ...BASE,
        executor: 'per-vu-iterations',
        vus: 2,
        iterations: 1,
        maxDurationNs: 600 * S,
        startTimeNs: 5 * S,
      },
      '1 iteration for each of 2 VUs (at most 10m), starting at 5s',
    ],
    [
      {
        ...BASE,
        executor: 'ramping-arrival-rate',
        startRate: 10,
        timeUnitNs: 60 * S,
        stages: [
          { durationNs: 0, target: 20 },
          { durationNs: 60 * S, target: 20 },
          { durationNs: 60 * S, target: 5 },
        ],
        preAllocatedVUs: 3,
        maxVUs: 3,
        arrival: 'regular',
      },
      'jump 10→20 iterations per 1m, hold 20 for 1m, 20→5 over 1m, 3 VUs',
    ],
  ])('%#', (scenario, line) => {
    expect(planLine(scenario)).toBe(line);
  });
});

describe('durations', () => {
  it('are written as people write them', () => {
    const values = [0, 250, 1_500, 250e6, 1.5e9, 60e9, 3661e9, 90_061e9];
    expect(values.map(formatNs)).toEqual([
      '0s',
      '250ns',
      '1.5µs',
      '250ms',
      '1.5s',
      '1m',
      '1h1m1s',
      '1d1h1m1s',
    ]);
  });
});

describe('requirements', () => {
  it('add up scenarios that overlap and chain those that follow another', () => {
    const second: Scenario = { ...RATE, name: 'second', after: 'gi', startTimeNs: 10 * S };
    const needs = requirements([second, RAMP]);
    expect(needs.startNs).toEqual({ gi: 0, second: 220 * S });
    expect(needs).toMatchObject({
      maxVUs: 50,
      durationNs: 550 * S,
      regularDurationNs: 520 * S,
    });
    expect(requirements([RAMP, RATE]).maxVUs).toBe(70);
  });

  it('count slots in their graceful ramp-down', () => {
    // slot 1 stops at 10 s and is held to 40 s; a second scenario of 5 VUs runs from 20 s to 25 s
    const down: Scenario = {
      ...BASE,
      executor: 'ramping-vus',
      startVUs: 2,
      gracefulRampDownNs: 30 * S,
      stages: [
        { durationNs: 10 * S, target: 1 },
        { durationNs: 60 * S, target: 1 },
      ],
    };
    const burst: Scenario = {
      ...BASE,
      name: 'burst',
      executor: 'constant-vus',
      vus: 5,
      durationNs: 5 * S,
      gracefulStopNs: 0,
      startTimeNs: 20 * S,
    };
    expect(requirements([down, burst]).maxVUs).toBe(7);
    expect(requirements([{ ...down, gracefulRampDownNs: 5 * S }, burst]).maxVUs).toBe(6);
  });
});

describe('the chart of VUs over time', () => {
  it('draws ramps and ends on the axis', () => {
    const ascii = drawSteps(vusOverTime([RAMP]), { width: 12, height: 2, ascii: true });
    expect(ascii).toEqual([
      '50 |    .:#@@@@@',
      '   |.:#@@@@@@@@@',
      ' 0 +------------',
      '    0s        3m',
    ]);
  });

  it('has no more lines than VUs, and says when the end is the latest possible one', () => {
    const steps = [
      { atNs: 0, vus: 1 },
      { atNs: 5_000_000, vus: 0 },
    ];
    expect(drawSteps(steps, { width: 12, ascii: true, atMost: true })).toEqual([
      '1 |@@@@@@@@@@@@',
      '0 +------------',
      '   0s at most 5ms',
    ]);
  });

  it('shows a spike that is shorter than a column', () => {
    const steps = [
      { atNs: 0, vus: 1 },
      { atNs: 550, vus: 2 },
      { atNs: 551, vus: 1 },
      { atNs: 1200, vus: 0 },
    ];
    expect(drawSteps(steps, { width: 12, ascii: true })).toEqual([
      '2 |     @',
      '  |@@@@@@@@@@@@',
      '0 +------------',
      '   0s     1.2µs',
    ]);
  });

  it('is empty without VUs', () => {
    expect(drawSteps([])).toEqual([]);
  });
});
