// All agents of a run together: waited for, added up, and how they are doing.
import type { Generator } from '../../conductor/crew.ts';
import type { GeneratorNow } from '../../conductor/screen.ts';
import type { GeneratorSummary } from '../../metrics/summary.ts';
import { IDLE_GENERATOR } from '../../metrics/facts.ts';
import type { Remote } from '../remote.ts';

export class Crowd implements Generator {
  readonly #remotes: readonly Remote[];
  /** Whose absence was told, and as what. */
  readonly #told = new Map<Remote, 'silent' | 'gone'>();

  constructor(remotes: readonly Remote[]) {
    this.#remotes = remotes;
  }

  all<T>(what: (one: Remote) => Promise<T>): Promise<T[]> {
    return Promise.all(this.#remotes.map(what));
  }

  wake(): void {
    for (const one of this.#remotes) one.wake();
  }

  takePeakVUs(): number {
    let sum = 0;
    for (const one of this.#remotes) {
      sum += one.peakVUs;
      one.peakVUs = one.counts.activeVUs;
    }
    return sum;
  }

  worstClock(): { readonly boundMs: number } {
    return { boundMs: Math.max(0, ...this.#remotes.map(({ clock }) => clock.boundMs)) };
  }

  shown(now: number, silentMs: number): string {
    const of = this.#remotes.length;
    const here = this.#remotes.filter(({ lost }) => lost === null).length;
    const silent = this.#remotes.flatMap((one) => {
      const since = silence(one);
      const told = this.#told.get(one);
      if (since === null || (told === undefined && now - since < silentMs)) return [];
      return [` (${one.name} ${told ?? 'silent'} ${Math.round((now - since) / 1000)} s)`];
    });
    return `${here}/${of}${silent.join('')}`;
  }

  /** Who has fallen silent, and who is heard of again. */
  news(now: number, silentMs: number): string[] {
    return this.#remotes.flatMap((one) => {
      const since = silence(one);
      if (since !== null && now - since > silentMs && !this.#told.has(one)) {
        this.#told.set(one, 'silent');
        return [`agent ${one.shown} says nothing, it may come back`];
      }
      if (since !== null || !this.#told.delete(one) || !one.live) return [];
      return [`agent ${one.shown} is there again`];
    });
  }

  /** That nobody listens for it any more, once. */
  goneNews(one: Remote, waitMs: number): string[] {
    if (!one.live || one.goneSince === null || this.#told.get(one) === 'gone') return [];
    this.#told.set(one, 'gone');
    return [`agent ${one.shown} is gone; it is waited for, ${waitMs / 1000} s`];
  }

  // ---------------------------------------------------------------- Generator

  get now(): GeneratorNow {
    const frames = this.#remotes.flatMap(({ last }) => (last === null ? [] : [last]));
    return {
      cpu: Math.max(0, ...frames.map(({ cpu }) => cpu)),
      loopLagMs: Math.max(0, ...frames.map(({ loopLagMs }) => loopLagMs)),
      rssBytes: Math.max(0, ...frames.map(({ rssBytes }) => rssBytes)),
      saturated: frames.some(({ saturated }) => saturated),
    };
  }

  /** The agents' own come with their frames. */
  sample(): readonly [] {
    return [];
  }

  /** Of the worst of them; what was saturated is named. */
  summary(): GeneratorSummary {
    const all = this.#remotes.flatMap(({ name, end }) =>
      end === null ? [] : [{ name, ...end.generator }],
    );
    const agents = this.#remotes.map(({ summary }) => summary);
    if (all.length === 0) return { ...IDLE_GENERATOR, agents };
    const most = (of: (one: GeneratorSummary) => number): number => Math.max(...all.map(of));
    return {
      saturated: all.some(({ saturated }) => saturated),
      ...crowdedOf(all),
      reasons: all.flatMap(({ name, reasons }) => reasons.map((why) => `agent ${name}: ${why}`)),
      cpuMean: most(({ cpuMean }) => cpuMean),
      cpuMax: most(({ cpuMax }) => cpuMax),
      loopLagMaxMs: most(({ loopLagMaxMs }) => loopLagMaxMs),
      rssMaxBytes: most(({ rssMaxBytes }) => rssMaxBytes),
      agents,
    };
  }

  rest(): void {
    // Agents know when their load is over.
  }

  stop(): void {
    // Nothing of its own runs.
  }
}

function crowdedOf(all: readonly (GeneratorSummary & { readonly name: string })[]) {
  const said = all.flatMap(({ name, crowded }) =>
    crowded === undefined ? [] : [`agent ${name}: ${crowded}`],
  );
  return said.length === 0 ? {} : { crowded: said.join('; ') };
}

/** Since when an agent that still has something to say says nothing. */
function silence(one: Remote): number | null {
  if (!one.live) return null;
  if (one.goneSince === null) return one.silentSince;
  return Math.min(one.goneSince, one.silentSince ?? Infinity);
}
