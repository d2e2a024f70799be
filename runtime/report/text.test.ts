import { beforeAll, describe, expect, it } from 'vitest';
import type { Summary } from '../metrics/summary.ts';
import { sampleRun } from '../tests/sample-run.ts';
import { widthOf } from './paint.ts';
import { renderText } from './text.ts';

const PLAIN = { colour: false, ascii: false };
let summary: Summary;
beforeAll(async () => {
  ({ summary } = await sampleRun({ seconds: 20 }));
});

/** 30 instances lost, 20 of them named. */
function lossy(whole: Summary): Summary {
  const missing = Array.from({ length: 20 }, (_, i) => ({
    instance: `…12000000000${(i + 1) % 10}`,
    study: '…120000000000',
    route: 'HTM_GI',
  }));
  const routes = whole.delivery.routes.map((route) => ({ ...route, missing: 30 }));
  return { ...whole, delivery: { ...whole.delivery, routes, missing } };
}

describe('the text report', () => {
  it('has its sections in order, each starting a line', () => {
    const text = renderText(summary, PLAIN);
    const starts = text.split('\n').map((line) => line.split(/\s/)[0]);
    const order = [
      'PASS',
      'THRESHOLDS',
      'CHECKS',
      'OPERATIONS',
      'ASSOCIATIONS',
      'DELIVERY',
      'ERRORS',
      'CUSTOM',
      'EXECUTION',
      'FILES',
      'next:',
    ];
    expect(starts.filter((word) => order.includes(word ?? ''))).toEqual(order);
  });

  it('says the numbers', () => {
    const text = renderText(summary, PLAIN);
    expect(text).toContain(
      'PASS  400 images and 400 queries by 20 clients in 20 s, 8 not accepted, 1,000 expected at a receiver, all arrived\n      all 4 thresholds hold\n',
    );
    expect(text).toMatch(/✓ {2}dicom_req_failed +rate<=0\.02 +1 %\n/);
    expect(text).toMatch(/C-STORE +400 +20 +2 % +/);
    expect(text).toMatch(/ASSOCIATIONS {2}101 requested, 100 accepted, 1 rejected, 0 failed/);
    expect(text).toContain('called AE title not recognized (permanent, source 1, reason 7)');
    expect(text).toMatch(/HTM_GI +1,000 +1,000 +1,000 +0 +\d/);
    expect(text).toContain('\n  none late, duplicated, corrupted, unexpected\n');
    expect(text).toMatch(/8 × \(2 %\) C-STORE status A700 ROUTER {2}00:00:02 → 00:00:19/);
    expect(text).toContain('hint: the peer has no room');
    expect(text).toMatch(/✗ {2}pixels untouched +99\.5 % +398 passed, 2 failed/);
  });

  it('begins with FAIL, the reason and the exit code when a threshold is crossed', async () => {
    const failed = await sampleRun({
      seconds: 5,
      thresholds: {
        dicom_req_duration: [{ threshold: 'p(95)<10' }],
        dicom_commit_duration: [{ threshold: 'p(95)<10' }],
      },
    });
    const lines = renderText(failed.summary, PLAIN).split('\n');
    expect(lines[0]).toMatch(
      /^FAIL {2}p95 of all requests was 12\d ms, not below 10 ms \(exit 99\)$/,
    );
    expect(lines[1]).toContain('threshold dicom_commit_duration p(95)<10: no data');
    expect(lines[2]).toBe('      100 images and 100 queries by 5 clients in 5 s');
    expect(lines[3]).toMatch(
      /^ {6}0 of 2 thresholds hold, 2 crossed: dicom_req_duration p\(95\)<10 \(12\d ms\); /,
    );
    expect(renderText(failed.summary, PLAIN)).toContain('no data, counts as failed');
  });

  it('warns of points that an output has not, unless they are the reason', () => {
    const counts = { written: 10, rejected: 1, unwritten: 560 };
    const outputs = [{ name: 'influxdb', destination: 'there', ...counts }];
    const lost = 'output influxdb: 561 points not stored';
    expect(renderText({ ...summary, outputs }, PLAIN)).toContain(`! warning  ${lost}\n`);
    const verdict = { ...summary.verdict, reason: lost, reasons: [lost] };
    expect(renderText({ ...summary, verdict, outputs }, PLAIN)).not.toContain('! warning');
  });

  it('holds each service of a replayed recording against what it was', () => {
    const stored = {
      ...{ service: 'C-STORE', count: 90, ratePerSecond: 18, failedShare: 0, bytes: 524_288 },
      duration: { med: 20.5, p95: 44, max: 61 },
    };
    const moved = { service: 'C-MOVE', count: 3, ratePerSecond: 0.6, failedShare: 1, bytes: 120 };
    const recorded = [stored, moved];
    expect(renderText(summary, PLAIN)).not.toContain('THEN AND NOW');
    const text = renderText({ ...summary, recorded }, PLAIN);
    const lines = text.slice(text.indexOf('THEN AND NOW')).split('\n');
    expect(lines[1]).toMatch(
      /^ {2}C-STORE +recorded +90 +18 +0 % +524 kB +20\.5 ms +44 ms +61 ms$/,
    );
    expect(lines[2]).toMatch(/^ +replayed +400 +20 +2 % +131 kB +55\.1 ms +99\.7 ms +105 ms$/);
    expect(lines[3]).toMatch(/^ {2}C-MOVE +recorded +3 +0\.6 +100 % +120 B +– +– +–$/);
    expect(lines[4]).toMatch(/^ +replayed +0 +0 +0 % +0 B +– +– +–$/);
  });

  it('is the same text with and without colours', () => {
    const coloured = renderText(summary, { colour: true, ascii: false });
    expect(coloured).toContain('\u001b[');
    expect(coloured.replace(/\u001b\[[0-9;]*m/g, '')).toBe(renderText(summary, PLAIN));
    expect(widthOf('\u001b[32mok\u001b[39m')).toBe(2);
  });

  it('names the first instances that are missing, and how many more there are', () => {
    const text = renderText(lossy(summary), PLAIN);
    expect(text).toContain('  missing …120000000001 (route HTM_GI) of study …120000000000\n');
    expect(text.match(/^ {2}missing …/gm)).toHaveLength(5);
    expect(text).toContain('\n  and 25 more\n');
    expect(renderText(summary, PLAIN)).not.toContain('missing …');
  });

  it('names an instance that failed', () => {
    expect(renderText(summary, PLAIN)).toMatch(
      /answered C-STORE with A700.*\n +e\.g\. instance …120001000003\n/,
    );
  });

  it('uses only ASCII where the console has no UTF-8', () => {
    expect(renderText(lossy(summary), { colour: false, ascii: true })).toMatch(/^[\n -~]*$/);
  });

  it('does not let a peer move the cursor', () => {
    const [group] = summary.errors.groups;
    if (group === undefined) throw new Error('no error group');
    const evil = { ...group, message: 'a\u001b[2J\r\nPASS\u2028b' };
    const text = renderText({ ...summary, errors: { ...summary.errors, groups: [evil] } }, PLAIN);
    expect(text).toContain('a [2J PASS b');
  });
});

describe('tables of the text report', () => {
  /** Large numbers, two routes of unlike names, and each fault that there is. */
  function busy(whole: Summary): Summary {
    const duration = {
      avg: 800,
      min: 1,
      med: 812,
      p90: 1_100,
      p95: 1_240,
      p99: 2_100,
      max: 61_000,
    };
    const [operation] = whole.operations;
    const [route] = whole.delivery.routes;
    if (operation === undefined || route === undefined) throw new Error('the sample has both');
    const count = 12_028_000;
    const operations = ['C-STORE', 'POST /studies'].map((service) => ({
      ...operation,
      ...{ service, count, ratePerSecond: 40_093.3, failed: 12, failedShare: 0.12345 },
      ...{ duration: { ...operation.duration, ...duration }, sentBytesPerSecond: 412e6 },
    }));
    const routes = ['GI', 'ORTHOPAEDICS_02'].map((name) => ({
      ...route,
      ...{ route: name, accepted: count, arrived: count, unique: count - 1, missing: 30 },
      ...{ late: 4, duplicated: 1_200, corrupted: 3, unexpected: 999 },
      duration: { ...route.duration, ...duration },
    }));
    return { ...whole, operations, delivery: { ...whole.delivery, routes } } as Summary;
  }

  function tablesAt(width: number, whole: Summary): string {
    const text = renderText(whole, { ...PLAIN, width });
    const part = (title: string): string => new RegExp(`${title}[^]*?\\n\\n`).exec(text)?.[0] ?? '';
    return part('OPERATIONS') + part('DELIVERY');
  }

  it.each([80, 120])('fit %d columns, and nothing is cut', (width) => {
    for (const whole of [summary, busy(summary)]) {
      const tables = tablesAt(width, whole);
      expect(tables).toMatchSnapshot();
      const lines = tables.split('\n');
      expect(Math.max(...lines.map(widthOf))).toBeLessThanOrEqual(width);
      for (const word of ['count', 'MB/s', 'p99', 'accepted', 'missing', 'unexpected', '…']) {
        expect(tables.includes(word)).toBe(word !== '…');
      }
    }
  });

  it('are as wide as they are where no terminal cuts them', () => {
    expect(Math.max(...tablesAt(Infinity, busy(summary)).split('\n').map(widthOf))).toBeGreaterThan(
      110,
    );
  });
});
