// A simulated router: takes everything, applies its rules, forwards. Its mistakes are on purpose.
import { EMBEDDED_STATION } from '../../threads/state.ts';
import { resolve } from 'node:path';
import { Room } from '../../dicom/collected.ts';
import { REPLY_LATER, type ResponseFields } from '../../dicom/dimse/incoming.ts';
import { Status } from '../../dicom/dimse/status.ts';
import type { AssociateDecision, AssociateIndication } from '../../dicom/scp/acceptor-types.ts';
import type { FileMeta } from '../../dicom/file/part10.ts';
import { DatasetTap } from '../../dicom/scp/dataset-tap.ts';
import { delays, share } from '../../dicom/scp/draw.ts';
import { chance } from '../stations/chance.ts';
import { delayTurns } from '../stations/fault-words.ts';
import { mustBeWord, mustHaveKeys } from '../stations/spec-words.ts';
import { Looks } from '../patterns/pattern.ts';
import { WaitingLine } from '../patterns/waiting-line.ts';
import type { StowTaker } from '../stations/stow.ts';
import { StoreStation } from '../stations/store-station.ts';
import type { Stored } from '../stations/store-station.ts';
import { BodyBag } from './body.ts';
import type { Body, Onward } from './body.ts';
import { AssociationPool } from './association-pool.ts';
import { Destination, type DestinationOptions } from './destination.ts';
import type { QueueItem } from './queue.ts';
import { RouteTable } from './route-table.ts';
import { BUILT_IN_RULES, RuleTable } from './rules.ts';
import { ROUTER_DEFAULTS } from './spec.ts';
import type { RouterSpec } from './spec.ts';
import { NO_HEADER, Signpost } from './signpost.ts';
import type { Came, Passing } from './signpost.ts';
import { Spool } from './spool.ts';
import { StableStudies } from './stable-studies.ts';
import { WebConnections } from './web-connections.ts';

/** A-ASSOCIATE-RJ (PS3.8 Table 9-21). */
const CALLING_AET_UNKNOWN = { kind: 'reject', result: 1, source: 1, reason: 3 } as const;

/** What went through the router. */
export interface Forwarding {
  unrouted: number;
  forwarded: number;
  /** Given up: by a destination, or as a header that routes look at cannot be read. */
  dead: number;
  /** Went on by their routes, but without the rules: those could not be read or written. */
  unruled: number;
  /** Injected, as SOP Instance UIDs: the truth that an account is compared with. */
  readonly dropped: string[];
  readonly duplicated: string[];
  readonly corrupted: string[];
}

/** Data set of one store while it arrives. */
interface Taking {
  readonly bag: BodyBag;
  readonly tap: DatasetTap;
  /** Those of the association whose patterns are tried, and those that came after them. */
  readonly line: WaitingLine;
}

/** What waits for its patterns, and its turn. */
interface Waiting extends Came {
  /** Behind those it came after. */
  readonly line: WaitingLine;
}

/** What waits is timed by this: time since t0 jumps when the run begins. */
const evenly = (): number => performance.now();

/** Different reasons that are told. */
const MOST_TOLD = 20;

function newSpool({ spoolFolder }: RouterSpec, folder: string): Spool {
  return new Spool(spoolFolder === undefined ? undefined : resolve(folder, spoolFolder));
}

function destinationsOf(
  { destinations }: RouterSpec,
  options: DestinationOptions,
): ReadonlyMap<string, Destination> {
  const made = Object.entries(destinations).map(([name, spec]) => {
    const Out = spec.web === undefined ? AssociationPool : WebConnections;
    const out = new Destination({ name, spec, options }, (to, tell) => new Out(to, tell));
    return [name, out] as const;
  });
  return new Map(made);
}

function checkWords({ mode, retry = {} }: RouterSpec): void {
  mustBeWord('router: mode', mode, ['immediate', 'stable']);
  mustHaveKeys('router: retry', retry, ['retries', 'backoffMs', 'factor']);
}

/** The router: one station, several destinations. */
export class Router extends StoreStation<Taking> {
  readonly id = EMBEDDED_STATION.ROUTER;
  readonly aets: readonly string[];
  readonly forwarding: Forwarding = {
    unrouted: 0,
    forwarded: 0,
    dead: 0,
    unruled: 0,
    dropped: [],
    duplicated: [],
    corrupted: [],
  };
  /** Hears what could not be done as the specification says, each reason once. */
  onNote: ((message: string) => void) | null = null;
  /** Why the last one that had no destination to fail at was given up. */
  lastDead = '';
  readonly destinations: ReadonlyMap<string, Destination>;
  readonly #spec: RouterSpec;
  readonly #signpost: Signpost;
  readonly #spool: Spool;
  /** What has not come whole yet; what has counts as queued. */
  readonly #arriving: Room;
  readonly #studies: StableStudies | null;
  readonly #told = new Set<string>();
  /** What waits for patterns. */
  readonly #deciding = { instances: 0, bytes: 0 };
  #closed = false;
  readonly #drops: () => boolean;
  readonly #duplicates: () => boolean;
  readonly #corrupts: () => boolean;
  readonly #forwardDelay: () => number;

  /**
   * @param now time that faults are planned by, ms since t0
   * @param folder what file names in the specification are relative to
   * @throws DataError for a rule about an unknown keyword, SpecError for an unknown destination or word
   */
  constructor(spec: RouterSpec, now: () => number, folder = '.') {
    const faults = spec.faults ?? {};
    super(faults, now);
    checkWords(spec);
    const seed = faults.seed ?? 1;
    this.#spec = spec;
    this.aets = spec.aets ?? [];
    this.#arriving = new Room(Math.min(ROUTER_DEFAULTS.arrivingBytes, spec.queueBytes ?? Infinity));
    const rules = new RuleTable(spec.rules ?? BUILT_IN_RULES);
    this.#drops = share(faults.drop, chance(seed));
    this.#duplicates = share(faults.duplicate, chance(seed + 1));
    this.#corrupts = share(faults.corrupt, chance(seed + 2));
    this.#forwardDelay = delays(delayTurns(faults.forwardDelay), chance(seed + 8));
    const callingAET = spec.callingAET ?? ROUTER_DEFAULTS.callingAET;
    const retry = spec.retry ?? {};
    this.#spool = newSpool(spec, folder);
    const onDone = ({ body }: QueueItem, delivered: boolean): void => {
      body.release();
      if (delivered) this.forwarding.forwarded++;
      else this.forwarding.dead++;
    };
    this.destinations = destinationsOf(spec, { folder, callingAET, retry, now: evenly, onDone });
    const names = new Set(this.destinations.keys());
    const routes = new RouteTable(spec.routes, names, spec.mode === 'stable');
    this.#signpost = new Signpost(rules, routes);
    this.#studies =
      spec.mode === 'stable'
        ? new StableStudies(spec.stableMs ?? ROUTER_DEFAULTS.stableMs, evenly, (items) => {
            for (const { item, to } of items) this.destinations.get(to)?.push(item);
          })
        : null;
  }

  /** Instances that have not reached their destination yet. */
  outstanding(): number {
    let sum = (this.#studies?.size ?? 0) + this.#deciding.instances;
    for (const destination of this.destinations.values()) sum += destination.outstanding;
    return sum;
  }

  /** Bytes held for forwarding, in memory. */
  queuedBytes(): number {
    let sum = (this.#studies?.bytes ?? 0) + this.#deciding.bytes;
    for (const { queue } of this.destinations.values()) sum += queue.bytes;
    return sum;
  }

  override accept(indication: AssociateIndication): AssociateDecision {
    const { allow } = this.#spec;
    if (allow !== undefined && !allow.includes(indication.rq.callingAET)) {
      this.counts.rejected++;
      return CALLING_AET_UNKNOWN;
    }
    return super.accept(indication);
  }

  override close(): void {
    super.close();
    this.#closed = true;
    this.#studies?.close();
    for (const destination of this.destinations.values()) destination.close();
    this.#spool.close();
  }

  protected begin(): Taking {
    const limit = this.#spec.spoolBytes ?? ROUTER_DEFAULTS.spoolBytes;
    const tap = new DatasetTap({ header: true, pixels: false, room: this.room });
    const bag = new BodyBag({ spool: this.#spool, limit, room: this.#arriving });
    return { bag, tap, line: new WaitingLine() };
  }

  protected starts({ tap }: Taking, { transferSyntax }: Pick<Stored, 'transferSyntax'>): void {
    tap.begin(transferSyntax);
  }

  protected piece({ bag, tap }: Taking, buffer: Buffer, start: number, end: number): void {
    bag.add(buffer, start, end);
    tap.push(buffer, start, end);
  }

  protected override spoilt({ bag, tap }: Taking): void {
    bag.discard();
    tap.drop();
  }

  protected complete(taking: Taking, stored: Stored): number {
    const { association, request, transferSyntax } = stored;
    const { calledAET, callingAET } = association;
    const [sopClass, sopInstance] = [request.sopClass(), request.sopInstance()];
    const passing = { calledAET, callingAET, sopClass, sopInstance, transferSyntax };
    const answer = (fields: ResponseFields): void => this.answer(stored, fields);
    return this.#pass(taking, passing, answer);
  }

  /**
   * Takes instances that come by STOW-RS, one after the other, and routes them as if they had come to
   * that AE title. Their Failure Reasons are those of PS3.18 Table I.2-2.
   */
  intake(calledAET: string): StowTaker {
    const taking = this.begin();
    const end = ({ sopClass, sopInstance, transferSyntax }: FileMeta): number => {
      this.counts.instances++;
      this.counts.bytes += taking.tap.bytes;
      const passing = { calledAET, callingAET: '', sopClass, sopInstance, transferSyntax };
      let refused = 0;
      const status = this.#pass(taking, passing, (fields) => (refused = fields.status));
      // why: what only waits for its patterns has been taken
      return status === REPLY_LATER ? refused : status;
    };
    return {
      begin: (meta) => this.starts(taking, meta),
      data: (bytes) => this.piece(taking, bytes, 0, bytes.length),
      end,
      drop: () => this.spoilt(taking),
    };
  }

  /** On its way, or refused: the status, or `REPLY_LATER` and then an answer. */
  #pass(taking: Taking, passing: Passing, answer: (fields: ResponseFields) => void): number {
    const { bag, tap, line } = taking;
    const body = bag.take();
    tap.finish();
    const limit = this.#spec.queueBytes ?? ROUTER_DEFAULTS.queueBytes;
    const full = this.queuedBytes() + body.bytes > limit;
    const why = full ? 'the router holds all it may (queueBytes)' : body.error;
    if (why === null) {
      const came = { found: tap.header, damage: tap.damage, passing, line };
      return this.#decide(body, came, () => answer({ status: Status.SUCCESS }));
    }
    body.release();
    answer({ status: Status.OUT_OF_RESOURCES, errorComment: why });
    return REPLY_LATER;
  }

  /** Takes it, now or when the patterns of routes and rules have been tried. */
  #decide(body: Body, came: Waiting, decided: () => void): number {
    const looks = new Looks();
    const go = (): void => {
      if (!this.#closed) this.#take(body, came, looks);
      body.release();
    };
    if (!this.#signpost.hasPatterns) {
      go();
      return Status.SUCCESS;
    }
    let ran = false;
    let later = false;
    const inTurn = came.line.enter();
    const run = (): void => {
      ran = true;
      go();
      if (!later) return;
      this.#deciding.instances--;
      this.#deciding.bytes -= body.bytes;
      decided();
    };
    // why: what it counts and tells it may only do once, so what it will ask is asked before
    looks.settle(
      () => this.#signpost.ask(came, looks),
      () => inTurn(run),
    );
    if (ran) return Status.SUCCESS;
    later = true;
    this.#deciding.instances++;
    this.#deciding.bytes += body.bytes;
    return REPLY_LATER;
  }

  /** Rules, routes, mistakes, queue. */
  #take(body: Body, came: Came, looks: Looks): void {
    const { calledAET: route, sopClass, sopInstance, transferSyntax } = came.passing;
    if (this.#drops()) {
      this.forwarding.dropped.push(sopInstance);
      return;
    }
    const way = this.#signpost.direct(came, looks);
    if ('why' in way) return this.#giveUp(way.why);
    if (way.unruled !== null) {
      this.forwarding.unruled++;
      this.#tell(way.unruled);
    }
    const { header, ruled, renamed, to, study } = way;
    if (to.length === 0) {
      this.forwarding.unrouted++;
      return;
    }
    const whole = ruled === header ? body.onward(NO_HEADER, 0) : body.onward(ruled, header.length);
    const { parts, tail } = this.#corrupts() ? this.#damaged(body, whole, sopInstance) : whole;
    const item = {
      sopInstance: renamed ?? sopInstance,
      ...{ sopClass, transferSyntax, body, parts, tail, route, study },
      bytes: parts.reduce((sum, part) => sum + part.length, 0),
      due: evenly() + this.#forwardDelay(),
      attempts: 0,
    };
    const twice = this.#duplicates();
    if (twice) this.forwarding.duplicated.push(sopInstance);
    for (const name of twice ? [...to, ...to] : to) this.#forward({ ...item }, name);
  }

  #giveUp(why: string): void {
    this.forwarding.dead++;
    this.lastDead = why;
    this.#tell(why);
  }

  /** Each reason once: a thousand of a kind are one finding. */
  #tell(why: string): void {
    if (this.#told.size >= MOST_TOLD || this.#told.has(why)) return;
    this.#told.add(why);
    this.onNote?.(`router: ${why}`);
  }

  #damaged(body: Body, whole: Onward, sopInstance: string): Onward {
    const damaged = body.damaged(whole);
    if (damaged !== null) this.forwarding.corrupted.push(sopInstance);
    return damaged ?? whole;
  }

  #forward(item: QueueItem, to: string): void {
    item.body.retain();
    if (this.#studies !== null) this.#studies.add(item, to);
    else this.destinations.get(to)?.push(item);
  }
}
