// What one agent has done, added up from its frames: its row in the table of agents.
import { plural } from '../metrics/numbers.ts';
import type { AgentSummary } from '../metrics/summary.ts';
import type { Frame } from './frame.ts';
import type { Remote } from './remote.ts';

const STORES = ['C-STORE', 'STOW-RS'];

export class AgentTally {
  #stores = 0;
  #vus = 0;
  #lagMaxMs: number | null = null;
  #cpuMax = 0;
  #rssMaxBytes = 0;
  readonly #storeIds = new Set<number>();
  readonly #lagIds = new Set<number>();

  take({ series, intervals, peakVUs, cpu, rssBytes }: Frame): void {
    for (const { id, metric, tags } of series) {
      if (metric === 'dicom_reqs' && STORES.includes(tags['service'] ?? '')) this.#storeIds.add(id);
      if (metric === 'iteration_lag') this.#lagIds.add(id);
    }
    for (const { id, sum, max } of intervals) {
      if (this.#storeIds.has(id)) this.#stores += sum;
      if (this.#lagIds.has(id)) this.#lagMaxMs = Math.max(this.#lagMaxMs ?? 0, max);
    }
    this.#vus = Math.max(this.#vus, peakVUs);
    this.#cpuMax = Math.max(this.#cpuMax, cpu);
    this.#rssMaxBytes = Math.max(this.#rssMaxBytes, rssBytes);
  }

  summary({ name, info, counts, clock, durationMs, lastAt, lost }: Remote): AgentSummary {
    const ms = durationMs ?? (lastAt + 1) * 1_000;
    return {
      name,
      host: info.host,
      vus: this.#vus,
      iterations: counts.iterationsDone,
      dropped: counts.dropped,
      stores: this.#stores,
      storesPerSecond: ms > 0 ? (this.#stores * 1_000) / ms : 0,
      ...(this.#lagMaxMs === null ? {} : { lagMaxMs: this.#lagMaxMs }),
      cpuMax: this.#cpuMax,
      rssMaxBytes: this.#rssMaxBytes,
      clockOffsetMs: clock.offsetMs,
      clockBoundMs: clock.boundMs,
      ...(lost === null ? {} : { lost: `${lost}, after ${plural(lastAt + 1, 'second')}` }),
    };
  }
}
