// A simulated router: takes everything, applies its rules, forwards. Its mistakes are on purpose.
import { CommandField } from '../../dicom/dimse/elements.ts';
import { Status } from '../../dicom/dimse/status.ts';
import type { IncomingRequest } from '../../dicom/dimse/incoming.ts';
import { REPLY_LATER } from '../../dicom/dimse/incoming.ts';
import type { AssociateDecision, AssociateIndication } from '../../dicom/scp/acceptor-types.ts';
import type { Association } from '../../dicom/ul/association.ts';
import { answerContexts, STORE_ANYTHING } from '../contexts.ts';
import type { Station } from '../ports.ts';
import { Destination } from './destination.ts';
import { FaultDice } from './fault-dice.ts';
import type { QueueItem } from './queue.ts';
import { RouteTable } from './route-table.ts';
import { BUILT_IN_RULES, RuleTable } from './rules.ts';
import { ROUTER_DEFAULTS } from './spec.ts';
import type { RouterSpec } from './spec.ts';
import { StableStudies } from './stable-studies.ts';

/** A-ASSOCIATE-RJ (PS3.8 Table 9-21). */
const CALLING_AET_UNKNOWN = { kind: 'reject', result: 1, source: 1, reason: 3 } as const;
const LOCAL_LIMIT = { kind: 'reject', result: 2, source: 3, reason: 2 } as const;

/** What went through the router. */
export interface RouterCounts {
  associations: number;
  rejected: number;
  received: number;
  bytes: number;
  unrouted: number;
  forwarded: number;
  dead: number;
  /** Injected, as SOP Instance UIDs: the truth that an account is compared with. */
  readonly dropped: string[];
  readonly duplicated: string[];
  readonly corrupted: string[];
}

/** Data set of one store while it arrives. */
interface Taking {
  pieces: Buffer[];
  bytes: number;
}

/** The router: one station, several destinations. */
export class Router implements Station {
  readonly aets: readonly string[];
  readonly counts: RouterCounts = {
    associations: 0,
    rejected: 0,
    received: 0,
    bytes: 0,
    unrouted: 0,
    forwarded: 0,
    dead: 0,
    dropped: [],
    duplicated: [],
    corrupted: [],
  };
  readonly destinations: ReadonlyMap<string, Destination>;
  private readonly spec: RouterSpec;
  private readonly rules: RuleTable;
  private readonly routes: RouteTable;
  private readonly dice: FaultDice;
  private readonly now: () => number;
  private readonly started: number;
  private readonly studies: StableStudies | null;
  private readonly timers = new Set<NodeJS.Timeout>();

  /** @throws DataError for a rule about an unknown keyword, Error for an unknown destination */
  constructor(spec: RouterSpec, now: () => number) {
    this.spec = spec;
    this.aets = spec.aets ?? [];
    this.now = now;
    this.started = now();
    this.rules = new RuleTable(spec.rules ?? BUILT_IN_RULES);
    this.dice = new FaultDice(spec.faults ?? {}, spec.seed ?? 1);
    const callingAET = spec.callingAET ?? ROUTER_DEFAULTS.callingAET;
    const retry = spec.retry ?? {};
    const onDone = (_item: QueueItem, delivered: boolean): void => {
      if (delivered) this.counts.forwarded++;
      else this.counts.dead++;
    };
    this.destinations = new Map(
      Object.entries(spec.destinations).map(([name, to]) => [
        name,
        new Destination(name, to, { callingAET, retry, now, onDone }),
      ]),
    );
    this.routes = new RouteTable(
      spec.routes,
      new Set(this.destinations.keys()),
      spec.mode === 'stable',
    );
    this.studies =
      spec.mode === 'stable'
        ? new StableStudies(spec.stableMs ?? ROUTER_DEFAULTS.stableMs, now, (items) => {
            for (const { item, to } of items) this.destinations.get(to)?.push(item);
          })
        : null;
  }

  /** Instances that have not reached their destination yet. */
  outstanding(): number {
    let sum = this.studies?.size ?? 0;
    for (const destination of this.destinations.values()) sum += destination.outstanding;
    return sum;
  }

  /** Bytes held for forwarding. */
  queuedBytes(): number {
    let sum = 0;
    for (const { queue } of this.destinations.values()) sum += queue.bytes;
    return sum;
  }

  accept(indication: AssociateIndication): AssociateDecision {
    const { allow, associations, faults } = this.spec;
    const calling = indication.rq.callingAET;
    if (allow !== undefined && !allow.includes(calling)) return this.reject(CALLING_AET_UNKNOWN);
    const elapsed = this.now() - this.started;
    const down = faults?.down?.some(({ fromMs, toMs }) => elapsed >= fromMs && elapsed < toMs);
    const full = associations !== undefined && indication.open >= associations;
    if (down === true || full || this.dice.rejects()) return this.reject(LOCAL_LIMIT);
    this.counts.associations++;
    const contexts = answerContexts(indication.rq.contexts, STORE_ANYTHING);
    const taking: Taking = { pieces: [], bytes: 0 };
    return { kind: 'accept', contexts, handler: this, data: taking };
  }

  onStore(association: Association): void {
    const taking = association.data as Taking;
    taking.pieces = [];
    taking.bytes = 0;
  }

  // eslint-disable-next-line max-params -- why: the wire's signature, an object per piece would cost
  onStoreData(
    association: Association,
    _request: IncomingRequest,
    buffer: Buffer,
    start: number,
    end: number,
  ): void {
    const taking = association.data as Taking;
    taking.pieces.push(Buffer.from(buffer.subarray(start, end)));
    taking.bytes += end - start;
  }

  onStoreEnd(association: Association, request: IncomingRequest): number {
    const taking = association.data as Taking;
    this.counts.received++;
    this.counts.bytes += taking.bytes;
    if (this.dice.aborts()) {
      association.abort();
      return REPLY_LATER;
    }
    const status = this.dice.status() ?? this.take(association, request, taking);
    taking.pieces = [];
    const delay = this.dice.responseDelay();
    if (delay === 0) return status;
    this.later(delay, () => {
      if (association.open) association.respond(request, { status });
    });
    return REPLY_LATER;
  }

  onRequest(association: Association, request: IncomingRequest): void {
    const status =
      request.commandField === CommandField.C_ECHO_RQ
        ? Status.SUCCESS
        : Status.UNRECOGNIZED_OPERATION;
    association.respond(request, { status });
  }

  close(): void {
    for (const timer of this.timers) clearTimeout(timer);
    this.studies?.close();
    for (const destination of this.destinations.values()) destination.close();
  }

  private reject<T extends AssociateDecision>(decision: T): T {
    this.counts.rejected++;
    return decision;
  }

  /** Rules, routes, mistakes, queue. */
  private take(association: Association, request: IncomingRequest, taking: Taking): number {
    if (this.queuedBytes() + taking.bytes > (this.spec.queueBytes ?? ROUTER_DEFAULTS.queueBytes)) {
      return Status.OUT_OF_RESOURCES;
    }
    const sopInstance = request.sopInstance();
    if (this.dice.drops()) {
      this.counts.dropped.push(sopInstance);
      return Status.SUCCESS;
    }
    const transferSyntax = association.context(request.contextId)?.transferSyntax ?? '';
    const { calledAET, callingAET } = association;
    const [first] = taking.pieces;
    const whole =
      taking.pieces.length === 1 && first !== undefined ? first : Buffer.concat(taking.pieces);
    const { to, study } = this.routes.find({ calledAET, callingAET, transferSyntax, bytes: whole });
    if (to.length === 0) {
      this.counts.unrouted++;
      return Status.SUCCESS;
    }
    let dataset = this.rules.apply(whole, transferSyntax, calledAET);
    if (this.dice.corrupts() && dataset.length > 16) {
      dataset = corrupted(dataset);
      this.counts.corrupted.push(sopInstance);
    }
    const twice = this.dice.duplicates();
    if (twice) this.counts.duplicated.push(sopInstance);
    const item = {
      sopClass: request.sopClass(),
      sopInstance: this.routes.sopInstanceAfter(dataset, whole, transferSyntax) ?? sopInstance,
      transferSyntax,
      parts: [dataset],
      bytes: dataset.length,
      route: calledAET,
      study,
      due: this.now() + this.dice.forwardDelay(),
      attempts: 0,
    };
    for (const name of twice ? [...to, ...to] : to) this.forward({ ...item }, name);
    return Status.SUCCESS;
  }

  private forward(item: QueueItem, to: string): void {
    if (this.studies !== null) this.studies.add(item, to);
    else this.destinations.get(to)?.push(item);
  }

  private later(ms: number, run: () => void): void {
    const timer = setTimeout(() => {
      this.timers.delete(timer);
      run();
    }, ms);
    this.timers.add(timer);
  }
}

/** A copy with one byte flipped, near the end: pixel data, where there is any. */
function corrupted(dataset: Buffer): Buffer {
  const copy = Buffer.from(dataset);
  const at = copy.length - 9;
  copy[at] = (copy[at] ?? 0) ^ 0xff;
  return copy;
}
