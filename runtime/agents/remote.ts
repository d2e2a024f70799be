// One agent as the coordinator sees it: what it has reported, whether it is there, what its clock says.
import { setTimeout as delay } from 'node:timers/promises';
import { epochNow } from '../conductor/records/epoch.ts';
import type { FleetCounts } from '../conductor/records/events.ts';
import type { AgentSummary } from '../metrics/summary.ts';
import type { Bus } from './bus.ts';
import type { Frame } from './frame.ts';
import { agentSubject, decodeJson, encodeJson } from './protocol.ts';
import type { AgentEnd, AgentInfo, JoinAnswer, JoinCall, PlanStep, UpRecord } from './protocol.ts';
import { AgentTally } from './agent-tally.ts';
import { FarClock } from './far-clock.ts';
import type { ClockReading } from './far-clock.ts';
import type { OpenRecord } from '../runlog/format.ts';

type Kind = UpRecord['k'];
type Of<K extends Kind> = Extract<UpRecord, { readonly k: K }>;

const PING_MS = 250;
const ASK_MS = 2_000;
const RETRY_MS = 250;

const NO_COUNTS: FleetCounts = {
  ...{ activeVUs: 0, vusMade: 0, iterationsStarted: 0, iterationsDone: 0, interrupted: 0 },
  ...{ associationsOpen: 0, dropped: 0 },
};

export class Remote {
  readonly info: AgentInfo;
  readonly index: number;
  /** Frames that are not in the engine yet, in order. */
  readonly frames: Frame[] = [];
  /** What its account left open. */
  readonly open: OpenRecord[] = [];
  readonly farClock = new FarClock();
  /** Its slowest answer. */
  slowestMs = 0;
  /** Last second that was reported; -1 none. */
  lastAt = -1;
  last: Frame | null = null;
  peakVUs = 0;
  end: AgentEnd | null = null;
  durationMs: number | null = null;
  /** Why it takes no part any more. */
  lost: string | null = null;
  /** `performance.now()` since when nobody answers for it, and since when it says nothing. */
  goneSince: number | null = null;
  silentSince: number | null = null;
  /** The last that is in the engine. */
  #closed: Frame | null = null;
  readonly #bus: Bus;
  readonly #run: string;
  readonly #records = new Map<Kind, UpRecord>();
  readonly #tally = new AgentTally();
  #waiting: (() => void)[] = [];

  constructor(bus: Bus, run: string, info: AgentInfo, index: number) {
    this.#bus = bus;
    this.#run = run;
    this.info = info;
    this.index = index;
  }

  get name(): string {
    return this.info.name;
  }

  /** As people read it: `site-a (host ct1)`. */
  get shown(): string {
    const { name, host } = this.info;
    return name.startsWith(host) ? name : `${name} (host ${host})`;
  }

  /** It still has something to say. */
  get live(): boolean {
    return this.lost === null && this.end === null;
  }

  get counts(): FleetCounts {
    const counts = this.last?.counts ?? NO_COUNTS;
    if (!this.live && this.frames.length === 0) {
      return { ...counts, activeVUs: 0, associationsOpen: 0 };
    }
    // What goes on is shown as of the second that is closed; a resumed run closes old ones.
    const { activeVUs, associationsOpen } = this.#closed?.counts ?? counts;
    return { ...counts, activeVUs, associationsOpen };
  }

  // ---------------------------------------------------------------- what it reports

  takeFrame(frame: Frame): void {
    this.frames.push(frame);
    this.#tally.take(frame);
    this.lastAt = Math.max(this.lastAt, frame.at);
    this.last = frame;
  }

  /** Frames up to a second, each once. */
  framesUpTo(at: number): readonly Frame[] {
    const until = this.frames.findIndex((frame) => frame.at > at);
    const taken = this.frames.splice(0, until < 0 ? this.frames.length : until);
    this.#closed = taken.at(-1) ?? this.#closed;
    for (const { peakVUs } of taken) this.peakVUs = Math.max(this.peakVUs, peakVUs);
    return taken;
  }

  /** Its row in the table of agents. */
  get summary(): AgentSummary {
    return this.#tally.summary(this);
  }

  /** How far its clock is ahead of ours now. */
  get clock(): ClockReading {
    return this.farClock.now;
  }

  takeRecord(record: UpRecord): void {
    if (record.k === 'open') return void this.open.push(record.record);
    this.#records.set(record.k, record);
    if (record.k === 'end') this.end = record.end;
    if (record.k === 'done') this.durationMs = record.durationMs;
    this.wake();
  }

  said<K extends Kind>(kind: K): Of<K> | null {
    return (this.#records.get(kind) as Of<K> | undefined) ?? null;
  }

  /** The first of these that it reports; null when it is over with it first. */
  async says<K extends Kind>(kinds: readonly K[], over: () => boolean): Promise<Of<K> | null> {
    for (;;) {
      for (const kind of kinds) {
        const record = this.said(kind);
        if (record !== null) return record;
      }
      if (!this.live || over()) return null;
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  /** Whoever waits looks again. */
  wake(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resume of waiting) resume();
  }

  lose(why: string): void {
    if (!this.live) return;
    this.lost = why;
    this.wake();
  }

  // ---------------------------------------------------------------- what it is told

  async join(call: Omit<JoinCall, 'index' | 'name'>): Promise<JoinAnswer> {
    const subject = agentSubject(this.info.id, 'join');
    const full: JoinCall = { ...call, index: this.index, name: this.name };
    const answer = await this.#bus.ask(subject, encodeJson(full), ASK_MS);
    if (answer.kind === 'answer') return decodeJson(answer.data);
    return { ok: false, why: answer.kind === 'nobody' ? 'it is gone' : 'it does not answer' };
  }

  /** Again and again, until it says that it has it, or is lost. */
  async tell(step: PlanStep): Promise<void> {
    const data = encodeJson({ run: this.#run, step });
    while (this.live) {
      const answer = await this.#bus.ask(agentSubject(this.info.id, 'step'), data, ASK_MS);
      if (answer.kind === 'answer') return;
      await delay(RETRY_MS);
    }
  }

  /** One question, to know whether it is there and what its clock says. */
  async ping(): Promise<void> {
    const sent = epochNow();
    const subject = agentSubject(this.info.id, 'ping');
    const answer = await this.#bus.ask(subject, encodeJson({ run: this.#run }), PING_MS);
    const now = performance.now();
    if (answer.kind === 'answer') {
      const got = epochNow();
      const { now: theirs } = decodeJson<{ now: number }>(answer.data);
      this.farClock.take(sent, theirs, got);
      this.slowestMs = Math.max(this.slowestMs, got - sent);
      this.goneSince = null;
      this.silentSince = null;
    } else if (answer.kind === 'nobody') this.goneSince ??= now;
    else this.silentSince ??= now;
  }
}
