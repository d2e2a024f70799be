import { expect, it } from 'vitest';
import { createEngine } from '../engine.ts';
import { summarise } from '../summarise.ts';
import type { Verdict } from '../summary.ts';
import { plainFacts } from '../../tests/facts-fixture.ts';

type Second = readonly [metric: string, value: number, tags?: Record<string, string>][];
const OK: Second = [
  ['dicom_req_failed', 0],
  ['dicom_assoc_failed', 0],
  ['iterations', 1],
];
const DEAD: Second = [['dicom_assoc_failed', 1]];
const QUIET: Second = [];

/** The verdict of a run of these seconds, of which a threshold holds. */
function verdictOf(seconds: readonly Second[], mode: 'run' | 'smoke' = 'run'): Verdict {
  const thresholds = {
    iterations: [{ threshold: 'count>0' }],
    dicom_assoc_failed: [{ threshold: 'rate<0.9' }],
  };
  const engine = createEngine({ thresholds, onWarning: () => undefined });
  seconds.forEach((second, at) => {
    for (const [metric, value, tags = {}] of second) engine.sample(metric, tags, value);
    if (at < seconds.length - 1) engine.tick((at + 1) * 1000);
  });
  const durationMs = seconds.length * 1000;
  engine.finish(durationMs, durationMs);
  const silence = engine.silence();
  const { run, ...rest } = plainFacts(durationMs, silence === null ? {} : { silence });
  const facts = { ...rest, run: { ...run, mode } };
  return summarise(engine.totals(), engine.thresholds(), facts).verdict;
}

const times = (n: number, second: Second): Second[] => Array.from({ length: n }, () => second);

it('a peer that dies in the middle, for good, fails the run whose thresholds hold', () => {
  const { state, exitCode, reasons } = verdictOf([...times(7, OK), ...times(5, DEAD)]);
  expect([state, exitCode]).toEqual(['fail', 99]);
  expect(reasons).toEqual([
    'nothing succeeded from 00:00:07 until the end, 00:00:12: all 5 associations failed',
  ]);
});

it('a peer that hangs leaves one failure, after its timeout, and fails the run too', () => {
  const hang: Second[] = [...times(3, OK), ...times(29, QUIET), DEAD];
  expect(verdictOf(hang).reasons).toEqual([
    'nothing succeeded from 00:00:03 until the end, 00:00:33: the one association failed',
  ]);
});

it('so does one that hangs longer than the run waits for its end', () => {
  const cut: Second = [['dicom_req_failed', 0, { outcome: 'interrupted' }]];
  expect(verdictOf([...times(3, OK), ...times(29, QUIET), cut]).reasons).toEqual([
    'nothing succeeded from 00:00:03 until the end, 00:00:33: 1 request had no answer',
  ]);
  expect(verdictOf([...times(20, OK), ...times(4, QUIET), cut]).reasons).toEqual([]);
});

it.each([
  ['fails with the last of two', [OK, ...times(8, QUIET), DEAD]],
  ['comes back', [...times(7, OK), ...times(5, DEAD), OK]],
  ['fails with its last second', [...times(7, OK), DEAD]],
  ['fails in a small part of a long run', [...times(57, OK), ...times(3, DEAD)]],
  ['failed twice', [...times(7, OK), DEAD, QUIET, DEAD]],
  ['is not asked any more', [...times(7, OK), ...times(5, QUIET)]],
])('not one that %s', (_, seconds) => {
  expect(verdictOf(seconds).reasons).toEqual([]);
});

it('a smoke test has its cases for it', () => {
  expect(verdictOf([...times(7, OK), ...times(5, DEAD)], 'smoke').reasons).not.toContain(
    'nothing succeeded from 00:00:07 until the end, 00:00:12: all 5 associations failed',
  );
});
