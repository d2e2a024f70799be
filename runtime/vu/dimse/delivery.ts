// Towards the acceptor threads: what was accepted and is expected there, and questions about it.
import type { MessagePort } from 'node:worker_threads';
import { Answer } from '../../../api/bridge.ts';
import { memberNumber, sopUid, studyUid } from '../../dicom/pool/identity.ts';
import type {
  AcceptedColumns,
  AcceptedUid,
  AcceptorToVu,
  SentRecipe,
  VuToAcceptor,
} from '../../threads/delivery.ts';
import type { Operation } from '../sandbox/operation.ts';
import type { WorkerParts } from '../parts.ts';

const CAPACITY = 2048;

/** Whom an instance was stored at, as far as the account wants to know. */
interface StoredAt {
  /** Declaration id of the receiver that gets it. */
  readonly deliversTo: number;
  readonly route: string;
  readonly peer: { readonly calledAET: string };
}

/** A store that was accepted, in numbers. */
interface StoredInstance {
  readonly study: number;
  readonly member: number;
  readonly prototype: number;
  readonly slot: number;
  /** performance.now() of its first byte. */
  readonly sendStart: number;
}

/** Those being filled. */
type Columns = Omit<AcceptedColumns, 'n'> & { n: number };

const columns = (): Columns => ({
  n: 0,
  study: new Float64Array(CAPACITY),
  member: new Float64Array(CAPACITY),
  prototype: new Float64Array(CAPACITY),
  route: new Uint16Array(CAPACITY),
  time: new Float64Array(CAPACITY),
});

/** Rows and routes for one acceptor thread. */
interface Lane {
  readonly port: MessagePort;
  columns: Columns;
  uids: AcceptedUid[];
  readonly routes: { name: string; receiver: number; scenario: string }[];
  readonly routeNumbers: Map<string, number>;
  told: number;
}

interface Waiting {
  /** The port of an `expect()`; null for a report of commitment, which has a timeout of its own. */
  readonly at: MessagePort | null;
  readonly answer: (json: string) => void;
}

/** What is answered in place of a receiver whose thread ended. */
const GONE = JSON.stringify({
  error: 'the thread of this receiver has ended, see the log',
});

export class DeliveryPort {
  readonly #parts: WorkerParts;
  readonly #lanes: Lane[];
  readonly #acceptorOf = new Map<number, number>();
  /** Receivers that compare all elements with what was sent. */
  readonly #comparing = new Set<number>();
  /** By a number of their own: tickets are used again. */
  readonly #waiting = new Map<number, Waiting>();
  /** Ports of acceptor threads that ended. */
  readonly #gone = new Set<MessagePort>();
  #questions = 0;

  constructor(parts: WorkerParts) {
    this.#parts = parts;
    for (const { id, acceptor } of parts.plan.receivers) this.#acceptorOf.set(id, acceptor);
    for (const one of parts.plan.declarations) {
      if (one.kind === 'receiver' && one.spec.verify === 'full') this.#comparing.add(one.id);
    }
    this.#lanes = parts.plan.acceptors.map((port) => ({
      port,
      columns: columns(),
      uids: [],
      routes: [],
      routeNumbers: new Map(),
      told: 0,
    }));
    for (const { port } of this.#lanes) {
      port.on('message', (message: AcceptorToVu) => this.#answer(message));
      port.on('close', () => this.#ended(port));
      port.unref();
    }
  }

  uidOf(call: {
    readonly study: number;
    readonly series: number;
    readonly instance: number;
  }): string {
    return sopUid(this.#parts.plan.runNumber, call.study, memberNumber(call.series, call.instance));
  }

  studyUidOf(call: { readonly study: number }): string {
    return studyUid(this.#parts.plan.runNumber, call.study);
  }

  /** UIDs of a fresh instance that was sent. */
  uidsOf({
    study,
    member,
  }: Pick<StoredInstance, 'study' | 'member'>): Pick<AcceptedUid, 'uid' | 'studyUid'> {
    const { runNumber } = this.#parts.plan;
    return { uid: sopUid(runNumber, study, member), studyUid: studyUid(runNumber, study) };
  }

  #lane(receiver: number): Lane | undefined {
    return this.#lanes[this.#acceptorOf.get(receiver) ?? 0];
  }

  #route(lane: Lane, spec: StoredAt, slot: number): number {
    const key = `${spec.deliversTo}|${spec.route}|${this.#scenario(slot)}`;
    const known = lane.routeNumbers.get(key);
    if (known !== undefined) return known;
    const name = spec.route || spec.peer.calledAET;
    return this.#newRoute(lane, key, { name, receiver: spec.deliversTo, slot });
  }

  #newRoute(
    lane: Lane,
    key: string,
    route: { readonly name: string; readonly receiver: number; readonly slot: number },
  ): number {
    const { name, receiver, slot } = route;
    const number = lane.routes.length;
    lane.routeNumbers.set(key, number);
    lane.routes.push({ name, receiver, scenario: this.#scenario(slot) });
    return number;
  }

  #scenario(slot: number): string {
    return this.#parts.plan.scenarios[this.#parts.vu(slot).scenario]?.name ?? '';
  }

  /** A fresh instance was accepted and is expected at the peer's receiver. */
  accepted(spec: StoredAt, operation: StoredInstance): void {
    const lane = this.#lane(spec.deliversTo);
    if (lane === undefined) return;
    const { columns: rows } = lane;
    const n = rows.n++;
    rows.study[n] = operation.study;
    rows.member[n] = operation.member;
    rows.prototype[n] = operation.prototype;
    rows.route[n] = this.#route(lane, spec, operation.slot);
    rows.time[n] = this.#parts.clock.at(operation.sendStart);
    if (rows.n === CAPACITY) this.#flushLane(lane);
  }

  /** True when a receiver must know how an edited instance was made. */
  compares(receiver: number): boolean {
    return this.#comparing.has(receiver);
  }

  /** An instance whose numbers do not say all of it was accepted. */
  acceptedByUid(
    spec: StoredAt,
    operation: StoredInstance,
    sent: Pick<AcceptedUid, 'uid' | 'studyUid'> & { readonly recipe?: SentRecipe },
  ): void {
    const lane = this.#lane(spec.deliversTo);
    if (lane === undefined) return;
    const { prototype, slot } = operation;
    const time = this.#parts.clock.at(operation.sendStart);
    lane.uids.push({ ...sent, prototype, route: this.#route(lane, spec, slot), time });
    if (lane.uids.length === CAPACITY) this.#flushLane(lane);
  }

  /** An archive is asked to send these to a receiver: they are awaited there from now on. */
  awaited(
    at: { readonly receiver: number; readonly route: string; readonly slot: number },
    instances: readonly Expected[],
  ): void {
    const { receiver, route: name, slot } = at;
    const lane = this.#lane(receiver);
    if (lane === undefined) return;
    const key = `move ${receiver}|${name}|${this.#scenario(slot)}`;
    const route = lane.routeNumbers.get(key) ?? this.#newRoute(lane, key, { name, receiver, slot });
    const time = this.#parts.clock.now();
    for (const one of instances) lane.uids.push({ ...one, route, time });
    this.#flushLane(lane);
  }

  #flushLane(lane: Lane): void {
    const { port } = lane;
    if (lane.told < lane.routes.length) {
      this.#post(port, { kind: 'routes', routes: lane.routes });
      lane.told = lane.routes.length;
    }
    if (lane.columns.n > 0) {
      const sent = lane.columns;
      lane.columns = columns();
      const message: VuToAcceptor = { kind: 'accepted', columns: sent };
      port.postMessage(message, [
        sent.study.buffer,
        sent.member.buffer,
        sent.prototype.buffer,
        sent.route.buffer,
        sent.time.buffer,
      ]);
    }
    if (lane.uids.length > 0) {
      this.#post(port, { kind: 'acceptedByUid', rows: lane.uids });
      lane.uids = [];
    }
  }

  #post(port: MessagePort, message: VuToAcceptor): void {
    port.postMessage(message);
  }

  /** Every 50 ms at most. */
  flush(): void {
    for (const lane of this.#lanes) this.#flushLane(lane);
  }

  /** Asks the receiver's acceptor to judge; answered when all is there or at the timeout. */
  expect(operation: Operation, call: ExpectCall): void {
    const lane = this.#lane(call.receiver);
    if (lane === undefined) throw new Error('no acceptor thread');
    this.#flushLane(lane);
    const { receiver, study, member, accepted, timeoutMs, quietMs, tags } = call;
    const ticket = ++this.#questions;
    const answer = (json: string): void => this.#parts.host.settle(operation, Answer.JSON, 0, json);
    if (this.#gone.has(lane.port)) return void setImmediate(answer, GONE);
    this.#waiting.set(ticket, { at: lane.port, answer });
    operation.cancel = (): void => {
      this.#waiting.delete(ticket);
      this.#parts.host.settle(operation, Answer.INTERRUPTED, 0, '');
    };
    this.#post(lane.port, {
      kind: 'expect',
      ticket,
      receiver,
      study,
      ...(member === undefined ? {} : { member }),
      accepted,
      timeoutMs,
      quietMs,
      ...(tags === undefined ? {} : { tags }),
    });
  }

  /**
   * Waits for a report of storage commitment at a receiver; what it returns waits no longer.
   *
   * @param done gets the JSON of `CommitReport`, once
   */
  awaitReport(receiver: number, transactionUid: string, done: (json: string) => void): () => void {
    const lane = this.#lane(receiver);
    if (lane === undefined) throw new Error('no acceptor thread');
    const ticket = ++this.#questions;
    this.#waiting.set(ticket, { at: null, answer: done });
    this.#post(lane.port, { kind: 'awaitReport', ticket, transactionUid });
    return () => {
      if (this.#waiting.delete(ticket))
        this.#post(lane.port, { kind: 'forgetReport', transactionUid });
    };
  }

  /** The thread of the receivers is gone: nobody will answer, and who waits hears so. */
  #ended(port: MessagePort): void {
    this.#gone.add(port);
    for (const [ticket, { at, answer }] of [...this.#waiting]) {
      if (at !== port) continue;
      this.#waiting.delete(ticket);
      answer(GONE);
    }
  }

  #answer({ ticket, json }: AcceptorToVu): void {
    const waiting = this.#waiting.get(ticket);
    this.#waiting.delete(ticket);
    waiting?.answer(json);
  }
}

/** An instance by its UIDs, and what it was made of. */
export type Expected = Pick<AcceptedUid, 'uid' | 'studyUid' | 'prototype' | 'recipe'>;

export interface ExpectCall {
  readonly receiver: number;
  readonly study: number | string;
  readonly member?: number | string;
  readonly accepted: number;
  readonly timeoutMs: number;
  readonly quietMs: number;
  readonly tags?: Readonly<Record<string, unknown>>;
}
