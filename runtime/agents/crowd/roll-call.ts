// Who of the agents is still there: asked all the time, told when one falls silent, lost when it is gone.
import { awayLimits, journalName } from '../protocol.ts';
import type { Bus } from '../bus.ts';
import type { Remote } from '../remote.ts';
import type { Crowd } from './crowd.ts';

const WATCH_MS = 500;
/** Nobody who listens for so long is a loss. */
const GONE_MS = 10_000;
/** After the engine was away agents come back one by one: so long none of them is called gone. */
const RETURN_MS = 3_000;
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
  /** `performance.now()` since when the engine is there again. */
  #backAt = -Infinity;

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
    if (this.#awaySince !== null) this.#backAt = now;
    this.#awaySince = null;
    for (const one of remotes) if (one.live) void this.#ask(one);
    for (const text of crowd.news(now, SILENT_SAID_MS)) say('warn', text);
  }

  async #ask(one: Remote): Promise<void> {
    await one.ping();
    const now = performance.now();
    const why = this.#missed(one, now);
    if (why !== null) return this.#judge(one, why);
    if (one.goneSince === null || now - this.#backAt < RETURN_MS) return;
    // One that has done its part may end before its last word is read.
    if (!(await this.#hasReadAll())) return;
    const { crowd, say } = this.#settings;
    for (const text of crowd.goneNews(one, GONE_MS)) say('warn', text);
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
    const hasReadAll = await this.#hasReadAll();
    const isBack = one.goneSince === null && one.silentSince === null;
    if (hasReadAll && !isBack) this.#settings.lose(one, why);
  }

  /** All that agents had said by now is read. */
  async #hasReadAll(): Promise<boolean> {
    const { bus, run, readTo } = this.#settings;
    const last = await bus.lastEntry(journalName(run));
    return last !== null && readTo() >= last;
  }
}
