import { beforeAll, describe, expect, it } from 'vitest';
import { sampleRun } from '../tests/sample-run.ts';
import { LIVE_LINES, renderLive, renderLiveLine } from './live.ts';
import type { LiveState } from './live.ts';
import { widthOf } from './paint.ts';

const WIDE = { colour: false, ascii: false, width: 200 };
let state: LiveState;
beforeAll(async () => {
  const { engine, facts } = await sampleRun({ seconds: 20, killed: true }); // still going on
  state = {
    phase: 'running',
    elapsedMs: 20_000,
    plannedMs: 60_000,
    scenarios: [{ name: 'gi', progress: 0.33, state: 'running' }],
    vus: 20,
    vusMax: 50,
    openAssociations: 12,
    live: engine.live(),
    errors: facts.errors.groups,
    generator: { cpuPercent: 61.4, loopLagMs: 4, saturated: false },
  };
});

describe('the live view', () => {
  it('shows load, rates, latency, errors and judgement', () => {
    expect(renderLive(state, WIDE)).toEqual([
      'gi   [======>---------------] 20 s/60 s  VUs 20/50  assoc 12 open, 1 refused',
      '     C-STORE 20/s  5.24 MB/s  p50 55.7 ms  p95 99.6 ms (10 s)  fail 2 %',
      '     C-FIND 20/s  p50 85.8 ms  p95 130 ms (10 s)  fail 0 %',
      '     ! 8× C-STORE status A700 (500 ms ago)',
      '     thresholds ✓ 4  generator cpu 61 % lag 4 ms',
    ]);
  });

  it('never takes more lines or columns than it has', () => {
    const [service] = state.live.services;
    if (service === undefined) throw new Error('no service');
    const services = ['C-MOVE', 'C-GET', 'N-CREATE'].map((name) => ({ ...service, service: name }));
    const crowded = { ...state, live: { ...state.live, services: [...services, ...services] } };
    for (const width of [20, 40, 80]) {
      const lines = renderLive(crowded, { colour: true, ascii: false, width });
      expect(lines.length).toBeLessThanOrEqual(LIVE_LINES);
      for (const line of lines) expect(widthOf(line)).toBeLessThanOrEqual(width);
    }
  });

  it('leaves out whole fields where 80 columns are too few, and never what arrived', () => {
    const delivery = { expected: 19_990, arrived: 9812 };
    const [service] = state.live.services;
    if (service === undefined) throw new Error('no service');
    const fast = { ...service, ratePerSecond: 1243, p50: 1234, p95: 12_345 };
    const busy: LiveState = {
      ...state,
      phase: 'settling',
      settlesForMs: 23_000,
      elapsedMs: 3_723_000,
      live: { ...state.live, services: [fast], delivery, sentBytesPerSecond: 164e6 },
    };
    const lines = renderLive(busy, { ...WIDE, width: 80 });
    expect(lines.join('\n')).not.toContain('~');
    expect(lines[0]).toMatch(/settling, 23 s left .*1 refused$/);
    expect(lines[1]).toMatch(/p50 1.23 s {2}p95 .*fail 2 %$/);
    const narrow = renderLive(busy, { ...WIDE, width: 70 });
    expect(narrow[1]).toMatch(/MB\/s {2}p95 .*fail 2 %$/);
    expect(lines.at(-1)).toMatch(/^ {5}delivered 9,812\/19,990 {2}thresholds ✓ 4 {2}generator/);
  });

  it('says why a run goes on after its time', () => {
    const head = (elapsedMs: number) => renderLive({ ...state, elapsedMs }, WIDE)[0];
    expect(head(60_400)).not.toContain('graceful');
    expect(head(61_000)).toMatch(/61 s\/60 s graceful stop {2}VUs/);
  });

  it('names saturation, crossed thresholds and drops', () => {
    const [threshold] = state.live.thresholds;
    if (threshold === undefined) throw new Error('no threshold');
    const bad: LiveState = {
      ...state,
      phase: 'stopping',
      live: { ...state.live, dropped: 7, thresholds: [{ ...threshold, failed: true }] },
      generator: { cpuPercent: 199, loopLagMs: 300, saturated: true },
    };
    const text = renderLive(bad, WIDE).join('\n');
    expect(text).toContain(
      '7 dropped  generator cpu 199 % lag 300 ms SATURATED  ' +
        'thresholds ✗ dicom_req_duration{service:C-STORE} p(95)<2000',
    );
    expect(text).toContain('stopping');
    expect(renderLive(bad, { ...WIDE, ascii: true }).join('')).toMatch(/^[ -~]*$/);
    expect(renderLiveLine(bad)).toContain('thresholds=1 crossed generator=SATURATED');
  });

  it('is one line of fields elsewhere', () => {
    expect(renderLiveLine(state)).toBe(
      '00:00:20 vus=20 store/s=20 p95=99.6ms fail=2% find/s=20 p95=130ms fail=0% ' +
        'MB/s=5.24 assoc=12 refused=1 iterations=100',
    );
  });

  it('has something to show before the first request', () => {
    const live = { ...state.live, services: [], thresholds: [] };
    const lines = renderLive({ ...state, live, errors: [], plannedMs: null }, WIDE);
    expect(lines[1]).toBe('     iterations 100');
    expect(lines[2]).toContain('no thresholds');
  });
});
