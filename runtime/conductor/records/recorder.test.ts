import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Scenario } from '../../executors/index.ts';
import { createEngine } from '../../metrics/engine.ts';
import type { ThresholdConfig } from '../../metrics/engine-types.ts';
import { Discretion } from './discretion.ts';
import { epochNow } from './epoch.ts';
import { Recorder } from './recorder.ts';
import type { Screen } from '../screen.ts';
import { Stopper } from '../stopper.ts';
import { noCounts } from '../fleet/worker-state.ts';

const RAMP: Scenario = {
  ...{ exec: 'default', startTimeNs: 0, gracefulStopNs: 0, env: {}, tags: {} },
  name: 'ramp',
  executor: 'ramping-vus',
  startVUs: 0,
  gracefulRampDownNs: 0,
  stages: [
    { durationNs: 2e9, target: 5 },
    { durationNs: 20e9, target: 9 },
  ],
};

/** A recorder at t0 whose thresholds are these; the clock is the test's. */
function running(thresholds: ThresholdConfig = {}) {
  const stopper = new Stopper();
  const stages: string[] = [];
  const events: string[] = [];
  const nothing = (): void => undefined;
  const screen: Screen = {
    ...{ plan: nothing, stage: nothing, progress: nothing, log: nothing },
    ...{ failure: nothing, threshold: nothing, problem: nothing },
    planStage: (_atMs, text) => stages.push(text),
  };
  const engine = createEngine({ thresholds, onWarning: nothing });
  const log = {
    append: (record: { readonly k: string; readonly type?: string }) =>
      void (record.k === 'event' && events.push(record.type ?? '')),
    appendTick: nothing,
    appendTotals: nothing,
    flush: nothing,
  };
  const recorder = new Recorder({
    sinks: { engine, log, errorDetail: nothing, ledger: nothing, console: null },
    ...{
      screen,
      stopper,
      placeOf: () => null,
      discretion: new Discretion(true, '1'),
      cores: 2,
      title: null,
    },
    ...{ threads: () => [], scenarios: [RAMP], counts: noCounts },
    ...{ takePeakVUs: () => 0, tellInstance: nothing },
  });
  recorder.start(epochNow(), []);
  return { recorder, engine, stopper, stages, events };
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] });
  const from = Date.now();
  vi.spyOn(performance, 'now').mockImplementation(() => Date.now() - from);
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

describe('events', () => {
  it('tell the start, the stages and the end, so that a panel can mark them', () => {
    const { recorder, events } = running();
    vi.advanceTimersByTime(1000);
    recorder.ended(1000);
    recorder.finish(1000);
    expect(events).toEqual(['start', 'stage', 'end']);
  });
});

describe('after the end of a run', () => {
  const RATE = { dicom_reqs: [{ threshold: 'rate>9', abortOnFail: true }] };

  it('a rate that held over the run is not lost while deliveries are waited for', () => {
    const { recorder, engine, stopper } = running(RATE);
    for (let second = 0; second < 6; second++) {
      engine.sample('dicom_reqs', {}, 10);
      vi.advanceTimersByTime(1000);
    }
    recorder.ended(6000);
    vi.advanceTimersByTime(30_000);
    expect(stopper.end).toBeNull();
    recorder.finish(6000);
    expect(engine.thresholds()).toMatchObject([{ verdict: 'ok', observed: 10 }]);
  });

  it('a rate that does not hold while the run goes on ends it', () => {
    const { engine, stopper } = running(RATE);
    for (let second = 0; second < 6; second++) {
      engine.sample('dicom_reqs', {}, 8);
      vi.advanceTimersByTime(1000);
    }
    expect(stopper.end?.reason).toBe('threshold crossed: dicom_reqs rate>9');
  });

  it('the last second of a window is judged, and is no reason to abort any more', () => {
    const failed = { threshold: 'count<5', window: 2000, abortOnFail: true };
    const { recorder, engine, stopper } = running({ dicom_reqs: [failed] });
    for (let second = 0; second < 4; second++) {
      engine.sample('dicom_reqs', {}, 1);
      vi.advanceTimersByTime(1000);
    }
    engine.sample('dicom_reqs', {}, 10);
    vi.advanceTimersByTime(500);
    recorder.ended(4500);
    vi.advanceTimersByTime(30_000);
    expect(stopper.end).toBeNull();
    recorder.finish(4500);
    expect(engine.thresholds()).toMatchObject([{ verdict: 'failed', observed: 11 }]);
  });

  it('tells no stage that the run did not come to', () => {
    const { recorder, stages } = running();
    vi.advanceTimersByTime(1500);
    recorder.ended(1500);
    vi.advanceTimersByTime(10_000);
    recorder.finish(1500);
    expect(stages).toEqual(['ramp: stage 0, ramp up to 5 VUs in 2s']);
  });
});
