// How the generator itself fares: CPU, event loops, memory, and on Linux the host. Its verdict
// answers the first question of any dispute: was it the peer that was slow, or we?
import type { GeneratorSummary } from './summary.ts';

/** Everything is read through these, so that tests need no machine. */
export interface GeneratorReaders {
  /** Monotonic, ms. */
  readonly now: () => number;
  /** CPU time of the process, all threads, µs. */
  readonly cpuMicros: () => number;
  readonly rssBytes: () => number;
  /** Threads that carry load: busy ms since their start and the largest loop delay since the last call. */
  readonly threads: () => readonly ThreadReading[];
  /** Cores this process may use. */
  readonly cores: number;
  /** A file of /proc, or null where there is none. */
  readonly proc: (path: string) => string | null;
}

export interface ThreadReading {
  /** `main`, `worker 0`, `acceptor 0`, … */
  readonly name: string;
  readonly busyMs: number;
  readonly loopLagMs: number;
}

export interface GeneratorValue {
  readonly metric: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly value: number;
}

/** A second counts as saturated from here on. */
const THREAD_BUSY = 0.95;
const CPU_SHARE = 0.9;
const HOST_CPU_PERCENT = 97;
const LOOP_LAG_MS = 100;
/** Of the host's busy time; with less of it the others are to blame. */
const OWN_SHARE = 0.5;
/** /proc/stat counts in these, whatever the kernel (proc(5), USER_HZ). */
const TICK_MICROS = 10_000;
/** So many seconds, and this share of the run, have to be saturated before it is said. */
const MIN_SECONDS = 3;
const MIN_SHARE = 0.1;

interface Counters {
  readonly at: number;
  readonly cpuMicros: number;
  readonly threads: ReadonlyMap<string, number>;
  readonly host: HostCounters | null;
}

interface HostCounters {
  readonly idle: number;
  readonly total: number;
  readonly netRx: number;
  readonly netTx: number;
  readonly diskRead: number;
  readonly diskWrite: number;
}

export class GeneratorMonitor {
  readonly #readers: GeneratorReaders;
  #before: Counters;
  #seconds = 0;
  #cpuSum = 0;
  #cpuMax = 0;
  #lagMax = 0;
  #rssMax = 0;
  #saturatedNow = false;
  #resting = false;
  /** Seconds in which others had the CPUs, and our percent of them, added up. */
  #crowdedSeconds = 0;
  #crowdedShare = 0;
  /** Cause -> saturated seconds. */
  readonly #saturated = new Map<string, number>();

  constructor(readers: GeneratorReaders) {
    this.#readers = readers;
    this.#before = this.#counters(readers.threads());
  }

  /** Call once a second; the values go into the engine as gauges. */
  sample(): GeneratorValue[] {
    const threads = this.#readers.threads();
    const before = this.#before;
    const now = this.#counters(threads);
    this.#before = now;
    const ms = Math.max(1, now.at - before.at);
    const cpu = (now.cpuMicros - before.cpuMicros) / 10 / ms;
    const rss = this.#readers.rssBytes();
    if (!this.#resting) {
      this.#seconds++;
      this.#cpuSum += cpu;
    }
    this.#saturatedNow = false;
    this.#cpuMax = Math.max(this.#cpuMax, cpu);
    this.#rssMax = Math.max(this.#rssMax, rss);
    const values: GeneratorValue[] = [
      { metric: 'generator_cpu', tags: {}, value: cpu },
      { metric: 'generator_rss', tags: {}, value: rss },
    ];
    this.#judge(
      cpu >= CPU_SHARE * 100 * this.#readers.cores,
      'all cores were busy with this process',
    );
    const crowded = this.#judgeHost(before, now);
    for (const thread of threads) values.push(...this.#thread(thread, before, ms, crowded));
    return [...values, ...this.#host(before.host, now.host, ms)];
  }

  /** The load is over: nothing is judged from here on. */
  rest(): void {
    this.#resting = true;
  }

  /** True when the last second was saturated by this rule; for the live line. */
  get saturatedNow(): boolean {
    return this.#saturatedNow;
  }

  summary(): GeneratorSummary {
    const reasons = [...this.#saturated]
      .filter(([, seconds]) => this.#isMuch(seconds))
      .sort((a, b) => b[1] - a[1])
      .map(([cause, seconds]) => `${cause} in ${seconds} of ${this.#seconds} s`);
    return {
      saturated: reasons.length > 0,
      reasons,
      ...this.#crowded(),
      cpuMean: this.#seconds === 0 ? this.#cpuMax : this.#cpuSum / this.#seconds,
      cpuMax: this.#cpuMax,
      loopLagMaxMs: this.#lagMax,
      rssMaxBytes: this.#rssMax,
    };
  }

  #isMuch(seconds: number): boolean {
    return seconds >= MIN_SECONDS && seconds >= this.#seconds * MIN_SHARE;
  }

  #crowded(): { crowded?: string } {
    const seconds = this.#crowdedSeconds;
    if (!this.#isMuch(seconds)) return {};
    const share = `this one ${Math.round(this.#crowdedShare / seconds)} %`;
    return {
      crowded: `the host was busy with other programs in ${seconds} of ${this.#seconds} s (${share} of its CPUs)`,
    };
  }

  /** True when all CPUs were busy, and mostly with other programs. */
  #judgeHost({ host: before, cpuMicros }: Counters, now: Counters): boolean {
    if (before === null || now.host === null) return false;
    const total = now.host.total - before.total;
    const busy = total - (now.host.idle - before.idle);
    if (total <= 0 || (busy / total) * 100 < HOST_CPU_PERCENT) return false;
    const own = (now.cpuMicros - cpuMicros) / TICK_MICROS;
    if (own / busy >= OWN_SHARE) {
      this.#judge(true, 'the CPUs of the host were all busy');
      return false;
    }
    if (!this.#resting) {
      this.#crowdedSeconds++;
      this.#crowdedShare += (own / total) * 100;
    }
    return true;
  }

  #thread(thread: ThreadReading, before: Counters, ms: number, crowded: boolean): GeneratorValue[] {
    const busy = (thread.busyMs - (before.threads.get(thread.name) ?? thread.busyMs)) / ms;
    this.#lagMax = Math.max(this.#lagMax, thread.loopLagMs);
    const hint = thread.name.startsWith('worker') ? ' (more --workers, or a second machine)' : '';
    this.#judge(busy >= THREAD_BUSY, `${thread.name} had no idle time${hint}`);
    // A loop that other programs kept from its CPU is late without being busy.
    this.#judge(
      thread.loopLagMs >= LOOP_LAG_MS && (!crowded || busy >= OWN_SHARE),
      `the event loop of ${thread.name} was late by ${LOOP_LAG_MS} ms or more`,
    );
    const tags = { thread: thread.name };
    return [
      { metric: 'generator_cpu', tags, value: Math.max(0, busy) * 100 },
      { metric: 'generator_loop_lag', tags, value: thread.loopLagMs },
    ];
  }

  #host(before: HostCounters | null, now: HostCounters | null, ms: number): GeneratorValue[] {
    if (before === null || now === null) return [];
    const total = now.total - before.total;
    const cpu = total <= 0 ? 0 : (1 - (now.idle - before.idle) / total) * 100;
    const perSecond = (name: keyof HostCounters): number =>
      Math.max(0, ((now[name] - before[name]) * 1000) / ms);
    const free = /^MemAvailable:\s+(\d+)/m.exec(this.#readers.proc('/proc/meminfo') ?? '')?.[1];
    const gauges: readonly (readonly [string, number])[] = [
      ['generator_host_cpu', cpu],
      ['generator_net_rx', perSecond('netRx')],
      ['generator_net_tx', perSecond('netTx')],
      ['generator_disk_read', perSecond('diskRead')],
      ['generator_disk_write', perSecond('diskWrite')],
      ...(free === undefined ? [] : [['generator_host_free', Number(free) * 1024] as const]),
    ];
    return gauges.map(([metric, value]) => ({ metric, tags: {}, value }));
  }

  #judge(saturated: boolean, cause: string): void {
    if (!saturated || this.#resting) return;
    this.#saturated.set(cause, (this.#saturated.get(cause) ?? 0) + 1);
    this.#saturatedNow = true;
  }

  #counters(threads: readonly ThreadReading[]): Counters {
    return {
      at: this.#readers.now(),
      cpuMicros: this.#readers.cpuMicros(),
      threads: new Map(threads.map(({ name, busyMs }) => [name, busyMs])),
      host: hostCounters(this.#readers.proc),
    };
  }
}

function hostCounters(proc: GeneratorReaders['proc']): HostCounters | null {
  const stat = /^cpu\s+(.*)$/m.exec(proc('/proc/stat') ?? '')?.[1];
  if (stat === undefined) return null;
  const ticks = stat.trim().split(/\s+/).map(Number);
  // user nice system idle iowait irq softirq steal (guest is part of user)
  const total = ticks.slice(0, 8).reduce((sum, n) => sum + n, 0);
  const idle = (ticks[3] ?? 0) + (ticks[4] ?? 0);
  return { idle, total, ...network(proc('/proc/net/dev')), ...disks(proc('/proc/diskstats')) };
}

function network(text: string | null): { netRx: number; netTx: number } {
  let netRx = 0;
  let netTx = 0;
  for (const line of (text ?? '').split('\n')) {
    const [name, rest] = line.split(':');
    if (rest === undefined || name === undefined || name.trim() === 'lo') continue;
    const columns = rest.trim().split(/\s+/).map(Number);
    netRx += columns[0] ?? 0;
    netTx += columns[8] ?? 0;
  }
  return { netRx, netTx };
}

const SECTOR_BYTES = 512;

/** Whole disks only: partitions and mapped devices would count twice. */
function disks(text: string | null): { diskRead: number; diskWrite: number } {
  let diskRead = 0;
  let diskWrite = 0;
  for (const line of (text ?? '').split('\n')) {
    const columns = line.trim().split(/\s+/);
    if (!/^((s|v|xv)d[a-z]+|nvme\d+n\d+|mmcblk\d+)$/.test(columns[2] ?? '')) continue;
    diskRead += Number(columns[5] ?? 0) * SECTOR_BYTES;
    diskWrite += Number(columns[9] ?? 0) * SECTOR_BYTES;
  }
  return { diskRead, diskWrite };
}
