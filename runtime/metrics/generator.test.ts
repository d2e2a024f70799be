import { describe, expect, it } from 'vitest';
import { GeneratorMonitor } from './generator.ts';

const PROC: Record<string, string> = {
  '/proc/meminfo': 'MemTotal: 100 kB\nMemAvailable:   50 kB\n',
};

/** A machine whose counters the test moves. */
function machine() {
  const state = { now: 0, cpu: 0, busy: 0, lag: 1, idle: 0, total: 0, rx: 0, sectors: 0 };
  const monitor = new GeneratorMonitor({
    now: () => state.now,
    cpuMicros: () => state.cpu,
    rssBytes: () => 1e8,
    threads: () => [{ name: 'worker 0', busyMs: state.busy, loopLagMs: state.lag }],
    cores: 2,
    proc: (path) =>
      ({
        ...PROC,
        '/proc/stat': `cpu  ${state.total - state.idle} 0 0 ${state.idle} 0 0 0 0 99 0\ncpu0 1\n`,
        '/proc/net/dev': `x\n lo: 999 0 0 0 0 0 0 0 999 0\n eth0: ${state.rx} 0 0 0 0 0 0 0 ${state.rx * 2} 0\n`,
        '/proc/diskstats': `8 0 sda 1 2 ${state.sectors} 4 5 6 ${state.sectors} 8\n8 1 sda1 1 2 9999 4 5 6 9999 8\n`,
      })[path] ?? null,
  });
  const second = (busy: number): ReturnType<GeneratorMonitor['sample']> => {
    state.now += 1000;
    state.cpu += busy * 1e6;
    state.busy += busy * 1000;
    state.total += 200;
    state.idle += 150;
    state.rx += 3000;
    state.sectors += 4;
    return monitor.sample();
  };
  return { monitor, second, state };
}

describe('the generator', () => {
  it('is sampled in percent, bytes and bytes per second', () => {
    const { second } = machine();
    const values = second(0.5);
    const value = (metric: string, thread?: string): number | undefined =>
      values.find((one) => one.metric === metric && one.tags['thread'] === thread)?.value;
    expect(value('generator_cpu')).toBeCloseTo(50);
    expect(value('generator_cpu', 'worker 0')).toBeCloseTo(50);
    expect(value('generator_host_cpu')).toBeCloseTo(25);
    expect(value('generator_host_free')).toBe(51_200);
    expect(value('generator_net_rx')).toBe(3000);
    expect(value('generator_net_tx')).toBe(6000);
    expect(value('generator_disk_read')).toBe(2048);
  });

  it('does not call a few busy seconds saturation', () => {
    const { monitor, second } = machine();
    for (let i = 0; i < 60; i++) second(i < 2 ? 1 : 0.3);
    expect(monitor.summary()).toMatchObject({ saturated: false, reasons: [], cpuMax: 100 });
    expect(monitor.saturatedNow).toBe(false);
  });

  it('names the thread that had no idle time, and for how long', () => {
    const { monitor, second } = machine();
    for (let i = 0; i < 20; i++) second(i < 8 ? 0.99 : 0.3);
    expect(monitor.summary()).toMatchObject({
      saturated: true,
      reasons: ['worker 0 had no idle time (more --workers, or a second machine) in 8 of 20 s'],
    });
  });

  it('tells other programs on the host from itself', () => {
    const { monitor, second, state } = machine();
    for (let i = 0; i < 10; i++) {
      state.idle -= 150; // both CPUs busy
      state.lag = 250;
      second(0.08);
    }
    expect(monitor.summary()).toMatchObject({
      saturated: false,
      reasons: [],
      crowded: 'the host was busy with other programs in 10 of 10 s (this one 4 % of its CPUs)',
    });
    expect(monitor.saturatedNow).toBe(false);
  });

  it('is to blame when most of a busy host is its own', () => {
    const { monitor, second, state } = machine();
    for (let i = 0; i < 10; i++) {
      state.idle -= 150;
      second(1.2);
    }
    const { crowded, reasons } = monitor.summary();
    expect(crowded).toBeUndefined();
    expect(reasons).toContain('the CPUs of the host were all busy in 10 of 10 s');
  });

  it('does not judge what comes after the load', () => {
    const { monitor, second } = machine();
    for (let i = 0; i < 10; i++) second(0.2);
    monitor.rest();
    for (let i = 0; i < 30; i++) second(1);
    const { cpuMean, ...summary } = monitor.summary();
    expect(summary).toMatchObject({ saturated: false, reasons: [] });
    expect(cpuMean).toBeLessThanOrEqual(summary.cpuMax);
    expect(cpuMean).toBeCloseTo(20, 0);
  });

  it('says so at once for the live line', () => {
    const { monitor, second, state } = machine();
    state.lag = 250;
    second(0.1);
    expect(monitor.saturatedNow).toBe(true);
    state.lag = 1;
    second(0.1);
    expect(monitor.saturatedNow).toBe(false);
  });

  it('works where there is no /proc', () => {
    const monitor = new GeneratorMonitor({
      now: () => 0,
      cpuMicros: () => 0,
      rssBytes: () => 5,
      threads: () => [],
      cores: 1,
      proc: () => null,
    });
    expect(monitor.sample().map(({ metric }) => metric)).toEqual([
      'generator_cpu',
      'generator_rss',
    ]);
    expect(monitor.summary().rssMaxBytes).toBe(5);
  });
});
