// The timeouts of one association, by phase, through one entry in the thread's wheel. Nothing is set
// per operation: when the entry comes due it looks how long each request has really been waiting.
import type { Phase } from '../../errors.ts';
import type { Outstanding } from '../../dimse/outstanding.ts';
import type { Pending } from '../../dimse/pending.ts';
import type { Timeouts } from '../associate-request.ts';
import type { TimerWheel, WheelEntry } from '../timer-wheel.ts';

/** What the entry waits for. */
export type WatchMode = 'none' | 'artim' | 'associate' | 'established' | 'release' | 'close';

export interface WatchUser {
  readonly waiting: Outstanding;
  readonly chunkAt: number;
  /**
   * When the latest sub-operation ended, or 256 KiB of one had come: that keeps a C-GET waiting. Single
   * bytes do not, nor do those of a response: its time is from the last byte sent to the whole response, whatever drips in.
   */
  readonly inboundAt: number;
  readonly outbox: {
    readonly sending: boolean;
    readonly heldBack: boolean;
    readonly bytes: number;
    readonly backlog: number;
  };
  onArtim(): void;
  onTimeout(phase: Phase, ms: number): void;
  /** The transport would not close. */
  onCloseTimeout(): void;
}

/** While bytes leave, progress is looked at this often within a response timeout. */
const LOOKS = 4;

export class Watch implements WheelEntry {
  dueAt = 0;
  previous: WheelEntry | null = null;
  next: WheelEntry | null = null;
  slot = -1;
  readonly #user: WatchUser;
  readonly #wheel: TimerWheel;
  readonly #timeouts: Timeouts;
  #mode: WatchMode = 'none';
  #gone = 0;
  #progressAt = 0;

  constructor(user: WatchUser, wheel: TimerWheel, timeouts: Timeouts) {
    this.#user = user;
    this.#wheel = wheel;
    this.#timeouts = timeouts;
  }

  /** Waits for something else from now on; 0 ms = for ever. */
  arm(mode: WatchMode, ms: number): void {
    this.#mode = mode;
    if (ms > 0 && mode !== 'none') this.#wheel.set(this, ms);
    else this.#wheel.remove(this);
  }

  /** A request goes out: makes sure that somebody looks. Called per operation, nearly free. */
  wake(limitMs: number | undefined): void {
    if (this.#mode !== 'established') return;
    if (limitMs !== undefined && limitMs > 0) {
      this.#limit(limitMs);
      return;
    }
    if (this.slot >= 0) return;
    this.#progressAt = performance.now();
    this.#look();
  }

  /** A request with a limit of its own: somebody has to look no later than that. */
  #limit(ms: number): void {
    const now = performance.now();
    this.#progressAt = now;
    if (this.slot < 0 || this.dueAt > now + ms) this.#wheel.set(this, ms);
  }

  /** Established: waits for responses and, when nothing is outstanding, for the idle timeout. */
  established(): void {
    this.#mode = 'established';
    this.#wheel.remove(this);
    this.#look();
  }

  onDue(now: number): void {
    const user = this.#user;
    switch (this.#mode) {
      case 'artim':
        user.onArtim();
        break;
      case 'associate':
        user.onTimeout('associate', this.#timeouts.associateMs);
        break;
      case 'release':
        user.onTimeout('release', this.#timeouts.releaseMs);
        break;
      case 'close':
        user.onCloseTimeout();
        break;
      case 'established':
        this.#check(now);
        break;
      case 'none':
        break;
    }
  }

  #look(): void {
    const { responseMs, idleMs } = this.#timeouts;
    const ms = this.#user.waiting.count > 0 ? responseMs : idleMs;
    if (ms > 0) this.#wheel.set(this, ms);
  }

  #check(now: number): void {
    const { responseMs, idleMs } = this.#timeouts;
    if (this.#user.waiting.count === 0) {
      if (idleMs <= 0) return;
      const idle = now - Math.max(this.#user.chunkAt, this.#progressAt);
      if (idle >= idleMs) this.#user.onTimeout('idle', idleMs);
      else this.#wheel.set(this, idleMs - idle);
      return;
    }
    this.#noteProgress(now);
    let left = Infinity;
    let limit = responseMs;
    let phase: Phase = 'response';
    for (const pending of this.#user.waiting.list()) {
      const own = pending.responseMs ?? responseMs;
      const remains = own > 0 ? this.#waitingSince(pending) + own - now : Infinity;
      if (remains >= left) continue;
      left = remains;
      limit = own;
      phase = pending.sendEnd === 0 ? 'request' : 'response';
    }
    if (left === Infinity) return;
    if (left <= 0) this.#user.onTimeout(phase, limit);
    else this.#wheel.set(this, this.#user.outbox.sending ? Math.min(left, limit / LOOKS) : left);
  }

  /**
   * Bytes that have left since the last look are progress: an upload is not a timeout. Nor is a
   * pause that the sender makes on purpose, however long.
   */
  #noteProgress(now: number): void {
    const { outbox } = this.#user;
    const gone = outbox.bytes - outbox.backlog;
    if (gone !== this.#gone || outbox.heldBack) this.#progressAt = now;
    this.#gone = gone;
  }

  #waitingSince(pending: Pending): number {
    const { inboundAt } = this.#user;
    if (pending.sendEnd === 0) {
      return Math.max(pending.sendStart, this.#progressAt, inboundAt);
    }
    return Math.max(pending.sendEnd, pending.lastByte, inboundAt);
  }
}
