// Who of the agents is still there: asked all the time, told when one falls silent, lost when it is gone.
import { awayLimits, journalName } from '../protocol.ts';
import type { Bus } from '../bus.ts';
import type { Remote } from '../remote.ts';
import type { Crowd } from './crowd.ts';

const WATCH_MS = 1_000;
/** Nobody who listens for so long is a loss. */
const GONE_MS = 10_000;
/** An agent that says nothing for so long is named. */
export const SILENT_SAID_MS = 3_000;

export interface RollCallSettings {
  readonly bus: Bus;
  readonly run: string;
  readonly remotes: readonly Remote[];
  readonly crowd: Crowd;
  /** Agents stop by themselves when they hear nothing for so long. */
  readonly orphanMs: number;
  readonly say: (level: 'info' | 'warn', text: string) => void;
  /** Number of the last entry of the journal that was read. */
  readonly readTo: () => number;
  readonly lose: (one: Remote, why: string) => void;
}

export class RollCall {
  readonly #settings: RollCallSettings;
  #timer: NodeJS.Timeout | undefined;
  #awaySince: number | null = null;

  constructor(settings: RollCallSettings) {
    this.#settings = settings;
  }

  start(): void {
    this.#timer = setInterval(() => this.#lookOut(), WATCH_MS);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #lookOut(): void {
    const now = performance.now();
    const { bus, remotes, crowd, say } = this.#settings;
    if (!bus.connected) return this.#withoutEngine(now);
    this.#awaySince = null;
    for (const one of remotes) {
      if (!one.live) continue;
      void one.ping();
      const why = this.#missed(one, now);
      if (why !== null) void this.#judge(one, why);
    }
    for (const text of crowd.news(now, SILENT_SAID_MS)) say('warn', text);
  }

  /** Why it is to be given up; null: it is there, or may come back. */
  #missed(one: Remote, now: number): string | null {
    if (one.goneSince !== null && now - one.goneSince > GONE_MS) return 'it is gone';
    // A host whose cable is out: the engine keeps its place. By then it has ended its load itself.
    const { stopMs } = awayLimits(this.#settings.orphanMs);
    if (one.silentSince === null || one.said('ready') === null) return null;
    const silentMs = now - one.silentSince;
    return silentMs > stopMs ? `it said nothing for ${Math.round(silentMs / 1000)} s` : null;
  }

  /** Nobody can say anything; after a while nobody will. */
  #withoutEngine(now: number): void {
    const { remotes, orphanMs, lose } = this.#settings;
    this.#awaySince ??= now;
    const awayMs = now - this.#awaySince;
    const isOver = awayMs > awayLimits(orphanMs).giveUpMs;
    for (const one of remotes) {
      one.goneSince = null;
      one.silentSince = null;
      if (isOver) lose(one, `the engine is away for ${Math.round(awayMs / 1000)} s`);
    }
  }

  /** Gone for good, once all that it had said is read. */
  async #judge(one: Remote, why: string): Promise<void> {
    const { bus, run, readTo, lose } = this.#settings;
    const last = await bus.lastEntry(journalName(run));
    const isBack = one.goneSince === null && one.silentSince === null;
    if (last === null || readTo() < last || isBack) return;
    lose(one, why);
  }
}
