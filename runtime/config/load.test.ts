import { describe, expect, it } from 'vitest';
import { NS_PER_S as S } from '../executors/duration.ts';
import { lines, messages, ONE, resolve } from '../tests/config-fixture.ts';

describe('load', () => {
  it('is one iteration of one VU when nobody says more', () => {
    expect(lines(resolve())).toEqual(['default: 1 iteration for each of 1 VU (at most 10m)']);
  });

  it.each([
    [{ vus: '50', ramp: '2m' }, '0→50 VUs over 2m, hold 50 for 1m'],
    [{ vus: '5', ramp: '5s', duration: '5s' }, '0→5 VUs over 5s, hold 5 for 5s'],
    [{ vus: '5', duration: '30s' }, '5 VUs for 30s'],
    [{ duration: '30s' }, '1 VU for 30s'],
    [{ iterations: '100', vus: '4' }, '100 iterations shared by 4 VUs (at most 10m)'],
    [{ iterations: '9', duration: '1m' }, '9 iterations shared by 1 VU (at most 1m)'],
    [{ stage: ['10s:20', '1m:20'] }, '1→20 VUs over 10s, hold 20 for 1m'],
    [{ vus: '7' }, '7 iterations shared by 7 VUs (at most 10m)'],
  ])('from flags %o', (flags, line) => {
    expect(lines(resolve({ flags }))).toEqual([`default: ${line}`]);
  });

  it('keeps exec, env and tags of the one scenario that flags replace', () => {
    const options = resolve({
      scriptOptions: ONE,
      exports: ['send'],
      flags: { vus: '5', ramp: '5s', duration: '5s' },
    });
    expect(options.scenarios).toEqual([
      {
        name: 'gi',
        executor: 'ramping-vus',
        exec: 'send',
        startTimeNs: 0,
        gracefulStopNs: 30 * S,
        env: { SITE: 'A' },
        tags: { area: 'gi' },
        startVUs: 0,
        stages: [
          { durationNs: 5 * S, target: 5 },
          { durationNs: 5 * S, target: 5 },
        ],
        gracefulRampDownNs: 30 * S,
      },
    ]);
    expect(options.warnings).toEqual([
      'load from flag --vus, flag --ramp, flag --duration replaces that of scenario "gi" of the script',
    ]);
  });

  it('asks which of several scenarios the flags mean, and runs the chosen one alone', () => {
    const scriptOptions = {
      scenarios: {
        a: { executor: 'constant-vus', vus: 1, duration: '5s' },
        b: { executor: 'constant-vus', vus: 2, duration: '5s', startTime: '1m', after: 'a' },
      },
    };
    expect(messages({ scriptOptions, flags: { vus: '3', duration: '9s' } })).toEqual([
      'flag --vus, flag --duration: the script has several scenarios (a, b) — ' +
        'say which one is meant: --scenario a',
    ]);
    expect(lines(resolve({ scriptOptions, flags: { scenario: 'b', duration: '9s' } }))).toEqual([
      'b: 1 VU for 9s',
    ]);
    expect(lines(resolve({ scriptOptions, flags: { scenario: 'b' } }))).toEqual([
      'b: 2 VUs for 5s',
    ]);
    expect(messages({ scriptOptions, flags: { scenario: 'c' } })[0]).toContain('none of that name');
  });

  it('takes shortcuts of the script, and lets a flag change only the VUs', () => {
    const scriptOptions = { vus: 10, duration: '1m' };
    expect(lines(resolve({ scriptOptions }))).toEqual(['default: 10 VUs for 1m']);
    expect(lines(resolve({ scriptOptions, flags: { vus: '20' } }))).toEqual([
      'default: 20 VUs for 1m',
    ]);
  });

  it('refuses a ramp without VUs and contradicting flags', () => {
    expect(messages({ flags: { ramp: '2m' } })).toEqual([
      '--ramp needs --vus: how many virtual users to reach — --vus 50 --ramp 2m',
    ]);
    expect(messages({ flags: { stage: ['1m:5'], duration: '1m' } })).toEqual([
      'duration and stages together say two different loads — give one of them',
    ]);
    expect(messages({ scriptOptions: { ...ONE, duration: '1m' } })[0]).toBe(
      'duration and scenarios together say two different loads — give one of them',
    );
  });

  it('takes rates and VUs from the environment where the script asks for it', () => {
    const scriptOptions = {
      scenarios: {
        peak: {
          executor: 'constant-arrival-rate',
          rate: 'fromEnv',
          duration: 'fromEnv',
          preAllocatedVUs: 'fromEnv',
        },
      },
    };
    const dotenv = 'PEAK_IMAGES_PER_SECOND=10\nLOAD_MULTIPLIER=1.5\nLOAD_CONCURRENCY=4\n';
    expect(lines(resolve({ scriptOptions, dotenv }))).toEqual([
      'peak: 15 iterations/s for 5m, 4 VUs',
    ]);
    expect(lines(resolve({ scriptOptions }))).toEqual(['peak: 150 iterations/s for 5m, 8 VUs']);
  });

  it('uses the seed suite’s load where the script has none', () => {
    const dotenv = 'TEST_DURATION_SECONDS=10\nLOAD_CONCURRENCY=4';
    expect(lines(resolve({ dotenv }))).toEqual(['default: 4 VUs for 10s']);
    expect(lines(resolve({ dotenv, scriptOptions: { vus: 2, iterations: 2 } }))).toEqual([
      'default: 2 iterations shared by 2 VUs (at most 10m)',
    ]);
  });
});
