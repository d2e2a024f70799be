import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatNs } from '../../executors/duration.ts';
import { ownedCount, segmentOf } from '../../executors/segments/segment.ts';
import { resolve, messages } from '../../tests/config-fixture.ts';
import { aeTitleFault, isLoopback } from './address.ts';
import { isTooLong, parseDuration, parseDurationOrMs } from '../../../api/duration.ts';
import { variableOf } from '../option-table.ts';
import { editDistance, nearest } from '../../metrics/distribution/nearest.ts';

describe('durations', () => {
  it.each([
    ['30s', 30e9],
    ['1m30s', 90e9],
    ['1.5h', 5400e9],
    ['250ms', 250e6],
    ['1d2h', 93_600e9],
    ['100us', 100e3],
    ['.5s', 500e6],
    ['7ns', 7],
    ['0', 0],
    [' 2m ', 120e9],
  ])('reads %s', (text, ns) => {
    expect(parseDuration(text)).toBe(ns);
  });

  it.each(['', '30', '-1s', '1 s', '5x', 's', '1m30', '2m garbage', '1e3s', '999999999d'])(
    'refuses %j',
    (text) => {
      expect(parseDuration(text)).toBeNull();
    },
  );

  it('takes bare numbers as ms in objects and variables', () => {
    expect([30, '30', '1.5', -1, NaN, null, true].map(parseDurationOrMs)).toEqual([
      30e6,
      30e6,
      1.5e6,
      null,
      null,
      null,
      null,
    ]);
  });

  it('tells a duration that is too long from what is none', () => {
    expect(['105d', '3000h', 1e10].map(isTooLong)).toEqual([true, true, true]);
    expect(['104d', '1000h', 'soon', '105', null, 1e9].some(isTooLong)).toBe(false);
  });

  it('reads back what the plan line writes', () => {
    const wholeMs = fc.nat({ max: 10 ** 9 }).map((ms) => ms * 1e6);
    fc.assert(
      fc.property(wholeMs, (ns) => {
        expect(parseDuration(formatNs(ns))).toBe(ns);
      }),
    );
  });
});

describe('AE titles', () => {
  it.each([
    ['GI_ARCHIVE', null],
    ['A B.C-D*', null],
    ['  PADDED TO 16  ', null],
    ['', 'must not be empty'],
    ['   ', 'must not be empty'],
    ['ABCDEFGHIJKLMNOPQ', 'must be at most 16 characters, has 17'],
    ['A\\B', 'must be plain ASCII without backslash and control characters'],
    ['Ä', 'must be plain ASCII without backslash and control characters'],
    ['A\tB', 'must be plain ASCII without backslash and control characters'],
  ])('%j', (title, fault) => {
    expect(aeTitleFault(title)).toBe(fault);
  });

  it('live on loopback or not', () => {
    expect(['127.0.0.1', '127.9.9.9', '::1', 'localhost'].every(isLoopback)).toBe(true);
    expect(['10.0.0.1', '127.example.org.evil', 'pacs'].filter(isLoopback)).toEqual([]);
  });
});

describe('views', () => {
  it('are lists of tags, in a variable too', () => {
    const views = [['vu'], ['service', 'vu']];
    expect(resolve({ scriptOptions: { views } }).views).toEqual(['vu', 'service+vu']);
    const env = { DICOMRUN_VIEWS: 'vu, service+vu' };
    expect(resolve({ env }).views).toEqual(['vu', 'service+vu']);
  });

  it.each([[[[]]], [['a b']], [5], [Array.from({ length: 9 }, (_, i) => [`t${i}`])]])(
    'refuses %j',
    (views) => {
      expect(messages({ scriptOptions: { views } })).toContainEqual(
        expect.stringMatching(/views.*at most 8 lists of 1 to 4 tags/),
      );
    },
  );
});

describe('suggestions', () => {
  it('are the nearest name, or nothing', () => {
    const names = ['duration', 'iterations', 'stages'];
    expect(nearest('druation', names)).toBe('duration');
    expect(nearest('Stage', names)).toBe('stages');
    expect(nearest('qqqqqq', names)).toBeNull();
  });

  it('measure a metric: symmetric, 0 only for equal words', () => {
    const word = fc.string({ maxLength: 8 });
    fc.assert(
      fc.property(word, word, (a, b) => {
        expect(editDistance(a, b)).toBe(editDistance(b, a));
        expect(editDistance(a, b) === 0).toBe(a === b);
        expect(editDistance(a, b)).toBeLessThanOrEqual(Math.max(a.length, b.length));
      }),
    );
  });
});

describe('names of variables', () => {
  it('follow from paths', () => {
    expect(['settle', 'target.calledAET', 'target.maxPdu', 'wireCache'].map(variableOf)).toEqual([
      'DICOMRUN_SETTLE',
      'DICOMRUN_TARGET_CALLED_AET',
      'DICOMRUN_TARGET_MAX_PDU',
      'DICOMRUN_WIRE_CACHE',
    ]);
  });
});

describe('execution segments', () => {
  const part = (segment: string, sequence?: string) =>
    resolve({
      scriptOptions: { vus: 10, iterations: 10 },
      flags: {
        'execution-segment': segment,
        ...(sequence === undefined ? {} : { 'execution-segment-sequence': sequence }),
      },
    }).part;

  it('without a sequence are equal parts', () => {
    expect(part('1/4:1/2')).toEqual([{ widths: [1, 1, 1, 1], index: 1 }]);
    expect(part('2/4:1')).toEqual([{ widths: [1, 1], index: 1 }]);
    expect(part('0.5')).toEqual([{ widths: [1, 1], index: 0 }]);
    expect(part('50%:100%')).toEqual([{ widths: [1, 1], index: 1 }]);
    expect(part('0:1')).toEqual([]);
    expect(messages({ flags: { 'execution-segment': '1/4:3/4' } })[0]).toContain('its sequence');
    expect(messages({ flags: { 'execution-segment': '1/2:1/4' } })[0]).toContain('ascending');
  });

  it('of a sequence know all its parts, so that together they own everything', () => {
    const sequence = '0,1/2,2/3,1';
    const parts = ['0:1/2', '1/2:2/3', '2/3:1'].map((segment) => part(segment, sequence));
    expect(parts[1]).toEqual([{ widths: [3, 1, 2], index: 1 }]);
    const counts = parts.map((own) => ownedCount(segmentOf(own), 100));
    expect(counts.reduce((a, b) => a + b)).toBe(100);
  });

  it.each([
    ['0:1/3', '0,1/2,2/3,1', 'one of the parts of its sequence'],
    ['0:2/3', '0,1/2,2/3,1', 'one of the parts of its sequence'],
    ['0:1/2', '0,2/3,1/2,1', 'ascending from 0 to 1'],
    ['0:1/2', '0,1/2,x,1', 'ascending from 0 to 1'],
  ])('%s of %s: refused', (segment, sequence, why) => {
    const flags = { 'execution-segment': segment, 'execution-segment-sequence': sequence };
    expect(messages({ flags })[0]).toContain(why);
  });

  it('that are too many are refused', () => {
    expect(part('0:1/1000')[0]?.widths.length).toBe(1000);
    expect(messages({ flags: { 'execution-segment': '0:1/1001' } })[0]).toContain('1000 parts');
    expect(messages({ flags: { 'execution-segment': '0:1/999999999' } })[0]).toContain('parts');
  });
});
