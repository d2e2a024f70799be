import { describe, expect, it } from 'vitest';
import type { ErrorGroup } from '../../metrics/summary.ts';
import type { ErrorRecord } from '../../runlog/format.ts';
import type { ErrorMessage } from '../../threads/samples.ts';
import { ErrorLog } from './error-log.ts';

function failure(time: number, more: Partial<ErrorMessage> = {}): ErrorMessage {
  return {
    kind: 'error',
    group: 'C-STORE status A700 PACS1',
    operation: 'C-STORE',
    code: 'status A700',
    message: 'PACS1: out of resources (A700)',
    time,
    count: 1,
    ...more,
  };
}

function newLog() {
  const records: ErrorRecord[] = [];
  const details: string[] = [];
  const said: { group: ErrorGroup; since: number }[] = [];
  let mapped = 0;
  const log = new ErrorLog({
    placeOf: (stack) => {
      mapped += 1;
      return stack.includes('script.js') ? { where: 'gi.ts:3:5', line: 'fail()' } : null;
    },
    discretion: {
      text: (text) => text.replaceAll('secret', '…'),
      uid: (uid) => `…${uid.slice(-3)}`,
    },
    record: (record) => records.push(record),
    detail: (line) => details.push(line),
    announce: (group, since) => said.push({ group, since }),
  });
  return { log, records, details, said, mapped: () => mapped };
}

describe('ErrorLog', () => {
  it('folds failures of one group with count, first and last time', () => {
    const { log } = newLog();
    log.add(failure(100));
    log.add(failure(890, { lastTime: 900, count: 30 }));
    log.add(failure(950, { group: 'other', code: 'TIMEOUT_RESPONSE' }));
    const summary = log.summary(10);
    expect(summary.total).toBe(32);
    expect(summary.groups.map((g) => [g.code, g.count, g.firstMs, g.lastMs])).toEqual([
      ['status A700', 31, 100, 900],
      ['TIMEOUT_RESPONSE', 1, 950, 950],
    ]);
  });

  it('tells in summary, run log, screen and errors.ndjson only what may be told', () => {
    const { log, records, details, said } = newLog();
    const text = 'Error: a secret';
    log.add(
      failure(1, { group: `iteration ${text}`, message: text, stack: `${text}\n at script.js:1` }),
    );
    log.flush();
    for (const told of [log.summary(1), records, details, said]) {
      expect(JSON.stringify(told)).toContain('a …');
      expect(JSON.stringify(told)).not.toContain('secret');
    }
  });

  it('names the first five instances, once in the run log', () => {
    const { log, records } = newLog();
    const of = (...numbers: number[]) => ({
      instances: numbers.map((n) => ({ instance: `1.2.3.40${n}`, atMs: n })),
    });
    log.add(failure(1, of(1, 2)));
    log.flush();
    log.add(failure(2, of(3, 4, 5, 6)));
    log.add(failure(3, of(7)));
    log.flush();
    const [group] = log.summary(1).groups;
    expect(group?.instances?.map(({ instance }) => instance)).toEqual(
      ['401', '402', '403', '404', '405'].map((end) => `…${end}`),
    );
    const logged = records.map(({ instances = [] }) => instances.map(({ atMs }) => atMs));
    expect(logged).toEqual([
      [1, 2],
      [3, 4, 5],
    ]);
  });

  it('announces the first of a group at once and then one line each ten seconds', () => {
    const { log, said } = newLog();
    for (let ms = 0; ms <= 25_000; ms += 100) log.add(failure(ms));
    expect(said.map((s) => s.since)).toEqual([1, 100, 100]);
  });

  it('maps each distinct stack once and names the author’s line', () => {
    const { log, details, mapped } = newLog();
    for (let i = 0; i < 5; i++) log.add(failure(i, { stack: 'at script.js:9:1' }));
    expect(mapped()).toBe(1);
    expect(log.summary(10).groups[0]?.where).toBe('gi.ts:3:5');
    expect(JSON.parse(details[0] ?? '{}')).toMatchObject({ where: 'gi.ts:3:5', line: 'fail()' });
  });

  it('writes one record a group and flush, carrying exact counts', () => {
    const { log, records } = newLog();
    log.add(failure(1, { count: 7 }));
    log.add(failure(2, { count: 5 }));
    log.flush();
    log.flush();
    log.add(failure(3));
    log.flush();
    expect(records.map((r) => r.count)).toEqual([12, 1]);
  });

  it('stays bounded: details and groups are capped, the total is not', () => {
    const { log, details } = newLog();
    for (let i = 0; i < 3_000; i++) log.add(failure(i, { group: `g${i}` }));
    for (let i = 0; i < 100; i++) log.add(failure(i, { group: 'g0' }));
    expect(log.summary(5)).toMatchObject({ total: 3_100, groupsOmitted: 496 });
    expect(details.length).toBe(519);
  });
});
