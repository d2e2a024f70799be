import { describe, expect, it } from 'vitest';
import { resolve } from '../tests/config-fixture.ts';
import { configLines, describeConfig, withoutPassword } from './describe-config.ts';
import { OPTION_TABLE } from './option-table.ts';

describe('the table of effective values', () => {
  it('names every option with its origin', () => {
    const rows = describeConfig(resolve({ flags: { settle: '90s' } }));
    const paths = rows.map((row) => row.path);
    expect(paths).toEqual(expect.arrayContaining(OPTION_TABLE.map((option) => option.path)));
    expect(rows.find((row) => row.path === 'settle')).toEqual({
      path: 'settle',
      value: '1m30s',
      origin: 'flag --settle',
    });
    expect(rows.find((row) => row.path === 'wireCache')?.value).toBe('256MB');
    expect(rows.find((row) => row.path === 'workers')?.value).toBe('-');
  });

  it('shows what a route changes, load, tags and thresholds; and no secret', () => {
    const options = resolve({
      dotenv: [
        'COMPASS_HOST=10.0.0.1',
        'REMOTE_AE_GI=LB-GI',
        'LOCAL_AE_GI=GI',
        'COMPASS_ROUTE=GI',
        'DICOMRUN_TARGET_TLS_PASSPHRASE=canary-1',
        'DICOMRUN_INFLUXDB_PASSWORD=canary-2',
        'DICOMRUN_INFLUXDB_TOKEN=canary-5',
      ].join('\n'),
      flags: {
        vus: '5',
        ramp: '5s',
        tag: ['site=A'],
        out: ['influxdb=http://u:canary-3@127.0.0.1:8086/x'],
        scrape: ['router=http://u:canary-4@10.0.0.5/metrics'],
      },
      scriptOptions: { thresholds: { checks: 'rate>0.9' } },
    });
    const lines = configLines(describeConfig(options, true), { arrow: '←', width: Infinity });
    const text = lines.join('\n').replace(/ +/g, ' ');
    expect(text).not.toContain('canary');
    for (const line of [
      'scenarios.default 0→5 VUs over 5s, hold 5 for 1m ← flag --vus, flag --ramp',
      'target.host 10.0.0.1 ← .env COMPASS_HOST',
      'target.calledAET LB-GI ← route GI (.env REMOTE_AE_GI)',
      'target.tls.passphrase *** ← .env DICOMRUN_TARGET_TLS_PASSPHRASE',
      'influxdb.password *** ← .env DICOMRUN_INFLUXDB_PASSWORD',
      'influxdb.token *** ← .env DICOMRUN_INFLUXDB_TOKEN',
      'routes.GI GI → LB-GI ← .env REMOTE_AE_GI',
      'thresholds.checks rate>0.9 ← script',
      'tags.site A ← flag --tag',
      'outputs influxdb=http://127.0.0.1:8086/x ← flag --out',
      'scrape router=http://u:***@10.0.0.5/metrics ← flag --scrape',
    ]) {
      expect(text).toContain(line);
    }
    expect(text).not.toContain('← default\n');
  });

  it('masks passwords in URLs', () => {
    expect(withoutPassword('http://u:p@h:1/x')).toBe('http://u:***@h:1/x');
    expect(withoutPassword('http://h:1/x')).toBe('http://h:1/x');
  });
});

describe('lines of a configuration', () => {
  const rows = [
    { path: 'scenarios.endoscopy', value: '1→50 VUs over 2m, hold 50 for 5m', origin: 'script' },
    { path: 'embedded', value: 'true', origin: '/srv/somebody/tests/dicomrun.config.ts' },
    { path: 'timeouts.associate', value: '30s', origin: 'default' },
  ];
  const linesOf = (width: number) => configLines(rows, { arrow: '←', width });

  it('stand in columns, and go on below where these have no room', () => {
    expect(linesOf(Infinity).map((line) => line.indexOf('←'))).toEqual([55, 55, 55]);
    expect(linesOf(70)).toEqual([
      'scenarios.endoscopy  1→50 VUs over 2m, hold 50 for 5m  ← script',
      'embedded  true  ← /srv/somebody/tests/dicomrun.config.ts',
      'timeouts.associate   30s                               ← default',
    ]);
    expect(linesOf(40)).toEqual([
      'scenarios.endoscopy',
      '    1→50 VUs over 2m, hold 50 for 5m',
      '    ← script',
      'embedded  true  ←',
      '    /srv/somebody/tests/dicomrun.config.ts',
      'timeouts.associate  30s  ← default',
    ]);
  });

  it('lose nothing, and are wider than asked for only where a word is', () => {
    for (let width = 20; width < 80; width++) {
      const words = linesOf(width).join(' ').split(/\s+/);
      expect(words).toEqual(linesOf(Infinity).join(' ').split(/\s+/));
      for (const line of linesOf(width)) {
        expect(line.length <= width || !line.trim().includes(' ')).toBe(true);
      }
    }
  });
});
