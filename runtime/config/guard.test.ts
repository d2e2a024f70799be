import { describe, expect, it } from 'vitest';
import { resolve } from '../tests/config-fixture.ts';
import { guardHeavyLoad, heavyLoad } from './guard.ts';

const why = (flags: Record<string, string>): string | null =>
  heavyLoad(resolve({ flags }).scenarios);

describe('heavy load', () => {
  it.each([
    [{ vus: '10', duration: '5m' }, null],
    [{ vus: '11', duration: '5s' }, '11 VUs (more than 10)'],
    [{ duration: '301s' }, '5m1s (more than 5m)'],
    [{ iterations: '6000' }, null],
    [{ iterations: '6001' }, '10m (more than 5m)'],
  ])('%o: %s', (flags, reason) => {
    expect(why(flags)).toBe(reason);
  });

  it('is a rate above 20 a second', () => {
    const at = (rate: number, timeUnit: string) =>
      heavyLoad(
        resolve({
          scriptOptions: {
            scenarios: {
              r: {
                executor: 'constant-arrival-rate',
                ...{ rate, timeUnit, duration: '10s', preAllocatedVUs: 5 },
              },
            },
          },
        }).scenarios,
      );
    expect(at(20, '1s')).toBeNull();
    expect(at(1260, '1m')).toBe('21 iterations/s (more than 20)');
  });

  it('goes to loopback, to hosts named outside the script, and nowhere else', () => {
    const flags = { vus: '50', duration: '10s' };
    const at = (hosts: string[], more: object = {}) => {
      const options = resolve({ flags, ...more });
      return guardHeavyLoad(options, hosts).map((problem) => problem.message.split(':')[0]);
    };
    expect(at(['127.0.0.1', 'localhost', '::1'])).toEqual([]);
    expect(at(['10.0.0.7'])).toEqual(['heavy load at 10.0.0.7']);
    const file = (value: object) => ({ configFile: { name: 'dicomrun.config.ts', value } });
    expect(at(['10.0.0.7'], file({ allowedTargets: ['10.0.0.7'] }))).toEqual([]);
    expect(at(['10.0.0.7'], file({ target: 'A@10.0.0.7:104' }))).toEqual([]);
    expect(() => at([], { scriptOptions: { target: 'A@10.0.0.7:104' } })).toThrow('heavy load at');
  });

  it('is not permitted by the script itself', () => {
    const scriptOptions = { allowedTargets: ['10.0.0.7'] };
    expect(() =>
      resolve({
        flags: { vus: '50', duration: '10s' },
        scriptOptions,
        scriptHosts: ['10.0.0.7'],
      }),
    ).toThrow('heavy load at 10.0.0.7');
  });
});
