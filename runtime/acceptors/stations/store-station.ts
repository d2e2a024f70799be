// What every station that takes C-STOREs has in common: contexts, faults, C-ECHO, late answers.
import type { AcceptorFaults } from '../../../api/k6/simulate.ts';
import { StationWork } from '../../threads/state.ts';
import { atWork } from '../at-work.ts';
import { Room } from '../../dicom/collected.ts';
import { LongTimer } from '../../dicom/long-timer.ts';
import { CommandField } from '../../dicom/dimse/elements.ts';
import { REPLY_LATER } from '../../dicom/dimse/incoming.ts';
import type { IncomingRequest, ResponseFields } from '../../dicom/dimse/incoming.ts';
import type { TransportFailure } from '../../dicom/errors.ts';
import { Status } from '../../dicom/dimse/status.ts';
import type {
  AcceptorHandler,
  AssociateDecision,
  AssociateIndication,
} from '../../dicom/scp/acceptor-types.ts';
import type { AssociateRq } from '../../dicom/ul/pdu/pdu.ts';
import type { Association, RequestHandler } from '../../dicom/ul/association.ts';
import { type ContextRules, negotiateContexts } from '../../dicom/scp/contexts.ts';
import { cutAt } from '../../dicom/scp/draw.ts';
import { withFaults } from '../../dicom/scp/fault-handler.ts';
import { chance } from './chance.ts';
import { STORE_ANYTHING } from './contexts.ts';
import { FaultDice, UNHARMED } from './faults.ts';
import type { StoreFate } from './faults.ts';
import type { Station } from './ports.ts';
import { faultPolicy } from './request-faults.ts';

const HEADERS_MAX_BYTES = 256 * 1024 ** 2;

/** What an association carries between its callbacks; `taking` is the station's own. */
interface Carried<T> {
  readonly taking: T;
  fate: StoreFate;
  bytes: number;
}

/** Counts of a station. */
export interface StationCounts {
  associations: number;
  rejected: number;
  /** TLS handshakes that failed. */
  tlsFailed: number;
  /** Data sets that came in whole. */
  instances: number;
  bytes: number;
}

/** A handshake that failed, and the address it came from. */
export type TlsListener = (failure: TransportFailure, from: string) => void;

/** A C-STORE that came in whole. */
export interface Stored {
  readonly association: Association;
  readonly request: IncomingRequest;
  readonly transferSyntax: string;
  readonly fate: StoreFate;
}

/**
 * A subclass says what to do with the pieces and the whole; faults happen here, the same for all.
 * `T` is what it needs per association.
 */
export abstract class StoreStation<T> implements Station, RequestHandler {
  abstract readonly aets: readonly string[];
  /** Which of the thread's stations it is. */
  abstract readonly id: number;
  readonly counts: StationCounts = {
    ...{ associations: 0, rejected: 0, tlsFailed: 0, instances: 0, bytes: 0 },
  };
  /** Hears of failed handshakes, each time. */
  onTlsFailed: TlsListener | null = null;
  protected readonly dice: FaultDice;
  /** What headers may take up while they arrive, of all associations together. */
  protected readonly room = new Room(HEADERS_MAX_BYTES);
  readonly #timers = new Set<LongTimer>();

  /** Answers requests: this station, behind its rules where there are any. */
  readonly #handler: RequestHandler &
    Pick<AcceptorHandler, 'onAssociate'> &
    Partial<AcceptorHandler>;

  constructor(faults: AcceptorFaults, now: () => number) {
    this.dice = new FaultDice(faults, now);
    const policy = faultPolicy(faults);
    this.#handler =
      policy === null ? this : withFaults(policy, this, chance((faults.seed ?? 1) + 7));
  }

  /** A new association's own state. */
  protected abstract begin(): T;
  /** A data set begins. */
  protected abstract starts(taking: T, stored: Stored): void;
  /** A piece of it; valid during the call only. */
  protected abstract piece(taking: T, buffer: Buffer, start: number, end: number): void;
  /** It is complete. The status of the response, or `REPLY_LATER` and then {@link answer}. */
  protected abstract complete(taking: T, stored: Stored): number;
  /** What came of it is not to be kept: a fault was answered, or the association ended. */
  protected spoilt(_taking: T): void {}

  /** Contexts taken. */
  protected policy(_rq: AssociateRq): ContextRules {
    return STORE_ANYTHING;
  }

  tlsFailed(failure: TransportFailure, from: string): void {
    this.counts.tlsFailed++;
    this.onTlsFailed?.(failure, from);
  }

  accept(indication: AssociateIndication): AssociateDecision {
    const refusal = this.dice.refusal(indication);
    if (refusal !== null) {
      this.counts.rejected++;
      return refusal;
    }
    const decision = this.#handler.onAssociate(indication);
    if (decision.kind !== 'accept') this.counts.rejected++;
    return decision;
  }

  /** Lets in, where no rule says otherwise. */
  onAssociate(indication: AssociateIndication): AssociateDecision {
    this.counts.associations++;
    const contexts = this.dice.contexts(
      negotiateContexts(indication.rq, this.policy(indication.rq)),
    );
    const data: Carried<T> = { taking: this.begin(), fate: UNHARMED, bytes: 0 };
    return { kind: 'accept', contexts, handler: this.#handler, data };
  }

  onStore(association: Association, request: IncomingRequest): void {
    const carried = association.data as Carried<T>;
    carried.bytes = 0;
    carried.fate = this.dice.store();
    // why: a rule may have answered the one before, whose end the station then never saw
    this.spoilt(carried.taking);
    this.starts(carried.taking, stored(association, request, carried.fate));
  }

  // eslint-disable-next-line max-params -- why: the wire's signature, an object per piece would cost
  onStoreData(
    association: Association,
    _request: IncomingRequest,
    buffer: Buffer,
    start: number,
    end: number,
  ): void {
    const carried = association.data as Carried<T>;
    carried.bytes += end - start;
    const cut = cutAt(carried.fate, carried.bytes);
    if (cut === 'abort') association.abort();
    else if (cut === 'reset') association.destroy();
    else if (cut === 'close') association.close();
    else this.piece(carried.taking, buffer, start, end);
  }

  onStoreEnd(association: Association, request: IncomingRequest): number {
    const { taking, bytes, fate } = association.data as Carried<T>;
    this.counts.instances++;
    this.counts.bytes += bytes;
    atWork(StationWork.STORE, this.id);
    const whole = stored(association, request, fate);
    const fault = this.dice.status();
    if (fault !== 0) this.spoilt(taking);
    const status = fault === 0 ? this.complete(taking, whole) : fault;
    if (status === REPLY_LATER) return REPLY_LATER;
    const delay = this.#delay(fate);
    if (delay === 0) return status;
    this.#respond(delay, whole, { status });
    return REPLY_LATER;
  }

  /** The response of a store whose `complete` was `REPLY_LATER`: faults happen to it, too. */
  protected answer(whole: Stored, fields: ResponseFields): void {
    this.#respond(this.#delay(whole.fate), whole, fields);
  }

  /** How long a response waits by the dice, ms. */
  #delay(fate: StoreFate): number {
    return fate.answered ? this.dice.delay() : Infinity;
  }

  #respond(delay: number, { association, request }: Stored, fields: ResponseFields): void {
    const wait = delay + (request.holdMs ?? 0);
    if (wait === 0) association.respond(request, fields);
    else if (wait < Infinity) this.later(wait, () => association.respond(request, fields));
  }

  /** Nothing but C-ECHO is answered here, and that has no data set. */
  collects(_association: Association, _request: IncomingRequest): boolean {
    return false;
  }

  onRequest(association: Association, request: IncomingRequest, _dataset: Buffer | null): void {
    const isEcho = request.commandField === CommandField.C_ECHO_RQ;
    const status = isEcho ? Status.SUCCESS : Status.UNRECOGNIZED_OPERATION;
    association.respond(request, { status });
  }

  released(association: Association): boolean {
    return this.#handler.onRelease?.(association) ?? true;
  }

  closed(association: Association): void {
    const { closedBy } = association;
    if (closedBy !== null) this.#handler.onClosed?.(association, closedBy);
    this.spoilt((association.data as Carried<T>).taking);
  }

  close(): void {
    for (const timer of this.#timers) timer.clear();
    this.#timers.clear();
  }

  /** Runs something after `ms`, unless the station closes before. */
  protected later(ms: number, run: () => void): void {
    const timer = new LongTimer(() => {
      this.#timers.delete(timer);
      run();
    }, ms);
    this.#timers.add(timer);
  }
}

function stored(association: Association, request: IncomingRequest, fate: StoreFate): Stored {
  const transferSyntax = association.context(request.contextId)?.transferSyntax ?? '';
  return { association, request, transferSyntax, fate };
}
