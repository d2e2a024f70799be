import { describe, expect, it } from 'vitest';
import { EXECUTORS } from '../executors/index.ts';
import { messages, ONE, resolve } from '../tests/config-fixture.ts';

const WITH_VUS = EXECUTORS.filter(({ keys }) => keys.includes('vus')).map(({ name }) => name);

describe('a plan that has nothing to do', () => {
  it('is refused: no scenarios, and a part without a VU', () => {
    expect(messages({ scriptOptions: { scenarios: {} } })).toEqual([
      expect.stringContaining('option scenarios: is empty, so nothing would be tested'),
    ]);
    const scriptOptions = { vus: 2, iterations: 7 };
    const part = (segment: string) => ({ scriptOptions, flags: { 'execution-segment': segment } });
    expect(messages(part('2/3:1'))).toEqual([
      expect.stringContaining('part 3 of 3 of the plan has no VU: it would do nothing'),
    ]);
    expect(resolve(part('1/3:2/3')).part).toHaveLength(1);
  });
});

describe('what is wrong', () => {
  it('is said all at once, each with a suggestion', () => {
    const all = messages({
      scriptOptions: {
        setupTimout: '3s',
        settle: 'soon',
        scenarios: {
          gi: {
            executor: 'ramping-vu',
            stages: [],
          },
          mr: { executor: 'ramping-vus', stages: [{ duration: '5s', target: 'ten' }], vus: 3 },
          'c t': { executor: 'constant-vus' },
        },
      },
      flags: { connect: 'AN_AE_TITLE_TOO_LONG@h:104', workers: '0', duration: '30' },
      env: { DICOMRUN_VUSS: '3', DICOMRUN_WIRE_CACHE: 'lots' },
    });
    expect(all).toEqual([
      'options: unknown key "setupTimout" — did you mean "setupTimeout"?',
      'option settle: must be a duration, got "soon" — e.g. "30s", "2m", "1h30m"; a number is ms',
      'option scenarios.gi.executor: must be an executor, got "ramping-vu" — did you mean "ramping-vus"?',
      `option scenarios.mr: unknown key "vus" — that is for ${WITH_VUS.join(', ')}; ` +
        'ramping-vus has startVUs, stages, gracefulRampDown',
      'option scenarios.mr.stages[0].target: must be an integer ≥ 0, got "ten"',
      "option scenarios.c t: a scenario's name has letters, digits, _ and -",
      'option scenarios.c t.duration: is missing',
      'DICOMRUN_VUSS: no option of that name — did you mean DICOMRUN_VUS?',
      'DICOMRUN_WIRE_CACHE: must be a size, got "lots" — e.g. 256MB, 1GiB, or a number of bytes',
      'flag --connect: AE title must be at most 16 characters, has 20: "AN_AE_TITLE_TOO_LONG" — ' +
        'PS3.5 §6.2: at most 16 characters, e.g. GI_ARCHIVE',
      'flag --duration: must be a duration, got "30" — with a unit: 30s, 2m, 1h30m',
      'flag --workers: must be an integer ≥ 1, got "0"',
    ]);
  });

  it('a key of a scenario outside of one is shown its place', () => {
    expect(messages({ scriptOptions: { gracefulStop: '5s', preAllocatedVUs: 3 } })).toEqual([
      'options: unknown key "gracefulStop" — it belongs into a scenario: ' +
        "scenarios: { default: { executor: 'constant-vus', gracefulStop: …, … } }",
      'options: unknown key "preAllocatedVUs" — it belongs into a scenario: ' +
        "scenarios: { default: { executor: 'constant-arrival-rate', preAllocatedVUs: …, … } }",
    ]);
  });

  it.each<[string, Parameters<typeof resolve>[0], string]>([
    ['a missing default export', { exports: [] }, 'the script has no default export'],
    [
      'a missing exec',
      { scriptOptions: ONE, exports: ['sent'] },
      'the script does not export "send", which scenario gi runs — did you mean "sent"?',
    ],
    [
      'half a route',
      { dotenv: 'REMOTE_AE_OPH=X' },
      'route OPH: LOCAL_AE_OPH is missing, REMOTE_AE_OPH is set — ' +
        'a route is a pair: the AE title called and the one that calls',
    ],
    [
      'an unknown route',
      { dotenv: 'REMOTE_AE_OPH=X\nLOCAL_AE_OPH=Y', flags: { route: 'OPV' } },
      'route "OPV": not configured — did you mean "OPH"?',
    ],
    ['an unknown profile', { flags: { profile: 'x' } }, 'profile "x": not configured'],
    ['a bad output', { flags: { out: ['influx=http://x'] } }, 'did you mean "influxdb"?'],
    ['k6’s rps', { scriptOptions: { rps: 5 } }, 'use the executor constant-arrival-rate'],
    [
      'externally-controlled',
      { scriptOptions: { scenarios: { a: { executor: 'externally-controlled' } } } },
      'k6 has dropped it too',
    ],
    [
      'a circle',
      {
        env: { MAX_P95_LATENCY_MS_SHORT: '1500' },
        scriptOptions: {
          scenarios: {
            a: { executor: 'constant-vus', duration: '1s', after: 'b' },
            b: { executor: 'constant-vus', duration: '1s', after: 'a' },
          },
        },
      },
      'option scenarios.a.after: waits for itself in a circle',
    ],
    [
      'a variable that finds files',
      { env: { DICOMRUN_CONFIG: 'x' } },
      'DICOMRUN_CONFIG: no option',
    ],
    ['more VUs than fit', { flags: { vus: '2000000', duration: '5s' } }, '≥ 1 and ≤ 1000000'],
    ['a bad number in .env', { dotenv: 'COMPASS_PORT=eleven' }, 'must be a port from 1 to 65535'],
    ['a bad error rate', { dotenv: 'MAX_ERROR_RATE=2%' }, 'MAX_ERROR_RATE: must be a number ≥ 0'],
    ['a tag without value', { flags: { tag: ['site'] } }, 'flag --tag: must be KEY=VALUE'],
    [
      'a trend statistic',
      { flags: { 'summary-trend-stats': 'avg,p(101)' } },
      'option summaryTrendStats: must be of avg, min, med, max, count, p(N), got "p(101)"',
    ],
    [
      'heavy load at a host of the script only',
      { flags: { vus: '50', duration: '10s' }, scriptHosts: ['10.9.9.9', '127.0.0.1'] },
      'heavy load at 10.9.9.9: 50 VUs (more than 10), and the host is named only in the script',
    ],
    [
      'a backslash in an AE title',
      { flags: { bind: 'A\\B' } },
      'must be plain ASCII without backslash',
    ],
    ['options that are no object', { scriptOptions: [1] }, 'options: must be an object, got [1]'],
  ])('names %s', (_, input, text) => {
    expect(messages(input).join('\n')).toContain(text);
  });

  it('is k6’s and concerns HTTP: named, not refused', () => {
    expect(resolve({ scriptOptions: { batch: 3 } }).warnings).toEqual([
      'option batch has no effect: it concerns HTTP',
    ]);
  });

  it('does not guard hosts named outside the script', () => {
    const flags = { vus: '50', duration: '10s', connect: 'A@10.9.9.9:104' };
    expect(resolve({ flags, scriptHosts: ['10.9.9.9'] }).target?.host).toBe('10.9.9.9');
  });
});
