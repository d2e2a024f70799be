// Associations to one peer are opened in turn: as many at a time as its listening socket holds before
// the peer takes them. What is over that the kernel drops, and comes again after a second or three.
import type { Associating } from '../../dicom/ul/associate.ts';
import type { ConnectLimits } from '../../threads/vu.ts';
import type { TimerQueue, Timed } from '../timer-queue.ts';
import type { WorkerParts } from '../parts.ts';
import { peerText, type PeerName } from './faults.ts';

/** A worker's share of what a process may do. */
export function shareOf({ backlog, perSecond }: ConnectLimits, workers: number): ConnectLimits {
  return {
    backlog: Math.max(1, Math.floor(backlog / workers)),
    perSecond: perSecond === null ? null : perSecond / workers,
  };
}

/**
 * A peer that has not answered by then has taken the connection, and thinks: it keeps nobody else
 * from connecting. So a test of slow answers has all its VUs waiting for them, not for each other.
 */
const TAKEN_AFTER_MS = 250;
/** A rate makes up for a late turn of the loop, not for a longer pause. */
const CATCH_UP_MS = 5;

/** Who waits longer for its turn is told of, once a peer. */
const LONG_WAIT_MS = 1000;

/** Begins to associate; `answered` is to be called with the answer, whatever it is. */
export type Begin = (answered: () => void) => Associating;

type Timers = Pick<TimerQueue, 'add' | 'remove'>;

/** The gates of a worker, one for each address. */
export class Gates {
  readonly #parts: WorkerParts;
  readonly #known = new Map<string, Gate>();

  constructor(parts: WorkerParts) {
    this.#parts = parts;
  }

  of(peer: PeerName): Gate {
    const address = `${peer.host}:${peer.port}`;
    let gate = this.#known.get(address);
    if (gate === undefined) {
      const { plan, timers, workers } = this.#parts;
      gate = new Gate(shareOf(plan.connect, workers), timers, this.#teller(peer));
      this.#known.set(address, gate);
    }
    return gate;
  }

  #teller(peer: PeerName): (ms: number) => void {
    let told = false;
    return (ms) => {
      if (told || ms < LONG_WAIT_MS) return;
      told = true;
      const { backlog, perSecond } = this.#parts.plan.connect;
      const rate = perSecond === null ? '' : `, ${perSecond} begun per second`;
      this.#parts.log(
        'info',
        `${peerText(peer)}: associations wait ${Math.round(ms)} ms for their turn to connect ` +
          `(--connect-backlog: at most ${backlog} not answered yet${rate}); the wait is in no time of requests`,
      );
    };
  }
}

export class Gate implements Timed {
  at = 0;
  index = -1;
  readonly #limits: ConnectLimits;
  readonly #timers: Timers;
  readonly #waited: (ms: number) => void;
  #queue: Place[] = [];
  #head = 0;
  #under = 0;
  /** performance.now() from which on the rate allows one more. */
  #nextAt = 0;

  /** @param waited told how long each that had to wait has waited */
  constructor(limits: ConnectLimits, timers: Timers, waited: (ms: number) => void) {
    this.#limits = limits;
    this.#timers = timers;
    this.#waited = waited;
  }

  /**
   * Begins now, or in turn.
   *
   * @param failed gets what `begin` throws when its turn comes later
   * @throws what `begin` throws when it is called at once
   */
  enter(begin: Begin, failed: (thrown: unknown) => void): Associating {
    const place = new Place(this, begin, failed);
    if (this.#head === this.#queue.length && this.#mayBegin()) {
      this.#begin(place);
      return place;
    }
    this.#queue.push(place);
    return place;
  }

  /** The rate allows one more. */
  due(): void {
    this.#advance();
  }

  /** A place is free again. */
  left(place: Place): void {
    this.#timers.remove(place);
    this.#under--;
    this.#advance();
  }

  #mayBegin(): boolean {
    if (this.#under >= this.#limits.backlog) return false;
    const wait = this.#nextAt - performance.now();
    if (wait <= 0) return true;
    if (this.index < 0) {
      this.at = this.#nextAt;
      this.#timers.add(this);
    }
    return false;
  }

  #begin(place: Place): void {
    const now = performance.now();
    const { perSecond } = this.#limits;
    if (perSecond !== null) {
      this.#nextAt = Math.max(this.#nextAt, now - CATCH_UP_MS) + 1000 / perSecond;
    }
    this.#under++;
    place.at = now + TAKEN_AFTER_MS;
    this.#timers.add(place);
    try {
      place.begin();
    } catch (thrown) {
      this.#timers.remove(place);
      this.#under--;
      throw thrown;
    }
  }

  #advance(): void {
    while (this.#head < this.#queue.length && this.#mayBegin()) {
      const place = this.#queue[this.#head++];
      if (place === undefined || place.over) continue;
      this.#waited(performance.now() - place.since);
      try {
        this.#begin(place);
      } catch (thrown) {
        place.fail(thrown);
      }
    }
    if (this.#head < this.#queue.length && this.#head < 4096) return;
    this.#queue = this.#queue.slice(this.#head);
    this.#head = 0;
  }
}

/** One that associates, or waits for its turn to. */
class Place implements Associating, Timed {
  at = 0;
  index = -1;
  /** Given up while it waited. */
  over = false;
  readonly since = performance.now();
  readonly #gate: Gate;
  readonly #begin: Begin;
  readonly #failed: (thrown: unknown) => void;
  #holds = false;
  #opening: Associating | null = null;

  constructor(gate: Gate, begin: Begin, failed: (thrown: unknown) => void) {
    this.#gate = gate;
    this.#begin = begin;
    this.#failed = failed;
  }

  /** @throws what it throws */
  begin(): void {
    this.#opening = this.#begin(() => this.#leave());
    this.#holds = true;
  }

  fail(thrown: unknown): void {
    this.#failed(thrown);
  }

  abort(): void {
    this.over = true;
    this.#opening?.abort();
    this.#leave();
  }

  /** The peer thinks. */
  due(): void {
    this.#leave();
  }

  #leave(): void {
    if (!this.#holds) return;
    this.#holds = false;
    this.#gate.left(this);
  }
}
