// How the machine that makes the load is doing: CPU, memory, loop lag; host counters on Linux.
import { readFileSync } from 'node:fs';
import { cpus, freemem } from 'node:os';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { GeneratorSummary } from '../metrics/summary.ts';
import type { GeneratorNow } from './screen.ts';

/** One metric of this second. */
export type GeneratorSample = readonly [metric: string, value: number];

interface HostCounters {
  readonly busyMs: number;
  readonly totalMs: number;
  readonly netRx: number;
  readonly netTx: number;
  readonly diskRead: number;
  readonly diskWrite: number;
}

const SECTOR_BYTES = 512;
const RESOLUTION_MS = 10;
/** Above these for a share of the run the generator may be what limits the numbers. */
const BUSY_CORE_SHARE = 0.9;
const LAG_LIMIT_MS = 50;

export class GeneratorMonitor {
  readonly #delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  readonly #cores: number;
  readonly #threads: number;
  #cpu = process.cpuUsage();
  #at = performance.now();
  #host = readHost();
  #now: GeneratorNow = { cpu: 0, loopLagMs: 0, rssBytes: 0, saturated: false };
  #seconds = 0;
  #busySeconds = 0;
  #lagSeconds = 0;
  #cpuSum = 0;
  #cpuMax = 0;
  #lagMax = 0;
  #rssMax = 0;

  /** `threads`: how many busy threads this process can have (workers, acceptors, main). */
  constructor(cores: number, threads: number) {
    this.#cores = cores;
    this.#threads = threads;
    this.#delay.enable();
  }

  get now(): GeneratorNow {
    return this.#now;
  }

  /** Reads everything since the last call. Once a second. */
  sample(): readonly GeneratorSample[] {
    const at = performance.now();
    const seconds = Math.max(0.001, (at - this.#at) / 1000);
    const used = process.cpuUsage(this.#cpu);
    this.#cpu = process.cpuUsage();
    this.#at = at;
    const cpu = (used.user + used.system) / 1e4 / seconds;
    const lag = this.#delay.max / 1e6 - RESOLUTION_MS;
    const loopLagMs = Number.isFinite(lag) ? Math.max(0, lag) : 0;
    this.#delay.reset();
    const busy = this.#isBusy(cpu);
    const saturated = busy && loopLagMs > LAG_LIMIT_MS;
    this.#now = { cpu, loopLagMs, rssBytes: rss(), saturated };
    this.#remember(busy);
    const host = readHost();
    const before = this.#host;
    this.#host = host;
    return [
      ['generator_cpu', cpu],
      ['generator_loop_lag', this.#now.loopLagMs],
      ['generator_rss', this.#now.rssBytes],
      ...hostSamples(before, host, seconds),
    ];
  }

  summary(): GeneratorSummary {
    const reasons: string[] = [];
    const seconds = Math.max(1, this.#seconds);
    if (this.#busySeconds / seconds > 0.2) {
      const share = Math.round((100 * this.#busySeconds) / seconds);
      reasons.push(`CPU of the generator was exhausted in ${share}% of the seconds`);
    }
    if (this.#lagSeconds / seconds > 0.2) {
      reasons.push(`event loop lag was above ${LAG_LIMIT_MS} ms in ${this.#lagSeconds} seconds`);
    }
    return {
      saturated: reasons.length > 0,
      reasons,
      cpuMean: this.#cpuSum / seconds,
      cpuMax: this.#cpuMax,
      loopLagMaxMs: this.#lagMax,
      rssMaxBytes: this.#rssMax,
    };
  }

  stop(): void {
    this.#delay.disable();
  }

  #isBusy(cpu: number): boolean {
    return cpu / 100 > BUSY_CORE_SHARE * Math.min(this.#cores, this.#threads);
  }

  #remember(busy: boolean): void {
    const { cpu, loopLagMs, rssBytes } = this.#now;
    this.#seconds += 1;
    this.#cpuSum += cpu;
    if (busy) this.#busySeconds += 1;
    if (loopLagMs > LAG_LIMIT_MS) this.#lagSeconds += 1;
    this.#cpuMax = Math.max(this.#cpuMax, cpu);
    this.#lagMax = Math.max(this.#lagMax, loopLagMs);
    this.#rssMax = Math.max(this.#rssMax, rssBytes);
  }
}

function rss(): number {
  return process.memoryUsage.rss();
}

function hostSamples(
  before: HostCounters,
  host: HostCounters,
  seconds: number,
): readonly GeneratorSample[] {
  if (process.platform !== 'linux') return [];
  const total = Math.max(1, host.totalMs - before.totalMs);
  return [
    ['generator_host_cpu', (100 * (host.busyMs - before.busyMs)) / total],
    ['generator_host_free', freemem()],
    ['generator_net_rx', (host.netRx - before.netRx) / seconds],
    ['generator_net_tx', (host.netTx - before.netTx) / seconds],
    ['generator_disk_read', (host.diskRead - before.diskRead) / seconds],
    ['generator_disk_write', (host.diskWrite - before.diskWrite) / seconds],
  ];
}

function readHost(): HostCounters {
  let busyMs = 0;
  let totalMs = 0;
  for (const { times } of cpus()) {
    const busy = times.user + times.nice + times.sys + times.irq;
    busyMs += busy;
    totalMs += busy + times.idle;
  }
  return { busyMs, totalMs, ...readNetwork(), ...readDisks() };
}

function readNetwork(): { netRx: number; netTx: number } {
  let netRx = 0;
  let netTx = 0;
  for (const line of readProc('/proc/net/dev')) {
    const [name, values] = line.split(':');
    if (values === undefined || name?.trim() === 'lo') continue;
    const fields = values.trim().split(/\s+/);
    netRx += Number(fields[0]);
    netTx += Number(fields[8]);
  }
  return { netRx, netTx };
}

function readDisks(): { diskRead: number; diskWrite: number } {
  let diskRead = 0;
  let diskWrite = 0;
  for (const line of readProc('/proc/diskstats')) {
    const fields = line.trim().split(/\s+/);
    // Whole disks only: a partition's sectors are counted in its disk.
    if (!/^(sd[a-z]+|vd[a-z]+|xvd[a-z]+|nvme\d+n\d+)$/.test(fields[2] ?? '')) continue;
    diskRead += Number(fields[5]) * SECTOR_BYTES;
    diskWrite += Number(fields[9]) * SECTOR_BYTES;
  }
  return { diskRead, diskWrite };
}

function readProc(file: string): readonly string[] {
  if (process.platform !== 'linux') return [];
  try {
    return readFileSync(file, 'utf8').split('\n');
  } catch {
    return []; // not mounted in some containers: then there is nothing to say
  }
}
