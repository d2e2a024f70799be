// Puts a fault policy in front of a handler that behaves.
import { serviceName } from '../dimse/services.ts';
import { REPLY_LATER, type IncomingRequest, type ResponseFields } from '../dimse/incoming.ts';
import type { Failure } from '../errors.ts';
import type { Association, RequestHandler } from '../ul/association.ts';
import type { AcceptorHandler, AssociateDecision, AssociateIndication } from './acceptor-types.ts';
import { negotiateContexts } from './contexts.ts';
import { cutAt } from './draw.ts';
import type { AssociateFault, FaultPolicy, RequestFault } from './fault-policy.ts';
import { FaultRules } from './fault-rules.ts';
import { later } from './later.ts';

/** Heard when a fault was committed: what, and on which association. */
export type OnFault = (fault: string, association: Association | null) => void;

/** A request with a fault on it. */
interface Marked {
  readonly fault: RequestFault;
  bytes: number;
  ended: boolean;
}

/** What a policy can stand before: without `onAssociate` every context is accepted. */
type Behaving = RequestHandler & Partial<AcceptorHandler>;

/**
 * Rules for single associations and requests, in front of whoever answers: he never sees what a rule
 * has answered, so it is not counted as his. What a station does to all that it takes and counts (it
 * is full, it is down, a share of its stores) is the station's own; both draw by `draw.ts`.
 */
class FaultHandler implements AcceptorHandler {
  readonly #policy: FaultPolicy;
  readonly #inner: Behaving;
  readonly #rules: FaultRules;
  readonly #onFault: OnFault;
  /** The C-STORE that is arriving with a fault on it: one an association. */
  readonly #marked = new Map<Association, Marked>();

  constructor(policy: FaultPolicy, inner: Behaving, random: () => number, onFault: OnFault) {
    this.#policy = policy;
    this.#inner = inner;
    this.#rules = new FaultRules(random);
    this.#onFault = onFault;
  }

  onAssociate(indication: AssociateIndication): AssociateDecision {
    const { rq } = indication;
    const fault = (this.#policy.associate ?? []).find((rule) => this.#rules.fits(rule, rq));
    return fault === undefined ? this.#accepted(indication) : this.#faulty(fault, indication);
  }

  #accepted(indication: AssociateIndication): AssociateDecision {
    const inner = this.#inner;
    if (inner.onAssociate !== undefined) return inner.onAssociate(indication);
    return { kind: 'accept', contexts: negotiateContexts(indication.rq) };
  }

  #faulty(fault: AssociateFault, indication: AssociateIndication): AssociateDecision {
    const delayMs = this.#rules.drawsOf(fault).delay();
    if (fault.neverAnswer === true) return this.#told('silence', { kind: 'silence' });
    if (fault.reset === true) return this.#told('reset', { kind: 'reset' });
    if (fault.abort !== undefined) return this.#told('abort', { kind: 'abort', ...fault.abort });
    if (fault.reject !== undefined) {
      return this.#told('reject', { kind: 'reject', ...fault.reject, delayMs });
    }
    const decision = this.#accepted(indication);
    if (decision.kind !== 'accept') return decision;
    return { ...decision, delayMs };
  }

  #told(what: string, decision: AssociateDecision): AssociateDecision {
    this.#onFault(`associate ${what}`, null);
    return decision;
  }

  onOpened(association: Association): void {
    this.#inner.onOpened?.(association);
  }

  onRelease(association: Association): boolean {
    if (this.#policy.neverRelease === true) return false;
    return this.#inner.onRelease?.(association) ?? true;
  }

  onClosed(association: Association, why: Failure): void {
    this.#marked.delete(association);
    this.#inner.onClosed?.(association, why);
  }

  onStore(association: Association, request: IncomingRequest): void {
    const fault = this.#faultFor(association, request);
    if (fault !== undefined) {
      const marked = { fault, bytes: 0, ended: false };
      this.#marked.set(association, marked);
      if (this.#cut(association, marked)) return;
    }
    this.#inner.onStore?.(association, request);
  }

  // eslint-disable-next-line max-params -- the shape of RequestHandler
  onStoreData(
    association: Association,
    request: IncomingRequest,
    buffer: Buffer,
    start: number,
    end: number,
  ): void {
    const marked = this.#marked.get(association);
    if (marked !== undefined) {
      marked.bytes += end - start;
      if (this.#cut(association, marked)) return;
    }
    this.#inner.onStoreData?.(association, request, buffer, start, end);
  }

  onStoreEnd(association: Association, request: IncomingRequest): number {
    const marked = this.#marked.get(association);
    this.#marked.delete(association);
    const inner = this.#inner;
    if (marked === undefined) return inner.onStoreEnd?.(association, request) ?? 0;
    const { fault } = marked;
    const draws = this.#rules.drawsOf(fault);
    const forced = draws.status();
    const silent = fault.neverAnswer === true;
    const delay = silent ? Infinity : draws.delay();
    request.holdMs = delay; // for who answers later
    const status = forced ?? inner.onStoreEnd?.(association, request) ?? 0;
    if (forced !== undefined) this.#onFault(`status ${forced.toString(16)}`, association);
    if (silent) {
      this.#onFault('silence', association);
      return REPLY_LATER;
    }
    if (status === REPLY_LATER || delay <= 0) return status;
    later(delay, () => association.respond(request, { status }));
    return REPLY_LATER;
  }

  collects(association: Association, request: IncomingRequest): boolean {
    return this.#inner.collects?.(association, request) ?? this.#inner.onRequest !== undefined;
  }

  onRequest(association: Association, request: IncomingRequest, dataset: Buffer | null): void {
    const fault = this.#faultFor(association, request);
    const inner = this.#inner;
    if (fault === undefined) {
      inner.onRequest?.(association, request, dataset);
      return;
    }
    const marked = { fault, bytes: dataset?.length ?? 0, ended: false };
    if (this.#cut(association, marked)) return;
    if (fault.neverAnswer === true) {
      this.#onFault('silence', association);
      return;
    }
    const draws = this.#rules.drawsOf(fault);
    const status = draws.status();
    later(draws.delay(), () => {
      if (status === undefined) inner.onRequest?.(association, request, dataset);
      else this.#answer(association, request, { status });
    });
  }

  onCancel(association: Association, messageId: number): void {
    this.#inner.onCancel?.(association, messageId);
  }

  #answer(association: Association, request: IncomingRequest, fields: ResponseFields): void {
    this.#onFault(`status ${fields.status.toString(16)}`, association);
    association.respond(request, fields);
  }

  /** Ends the association when the fault's point is reached. */
  #cut(association: Association, marked: Marked): boolean {
    const { fault, bytes } = marked;
    if (marked.ended) return true;
    const kind = cutAt(fault, bytes);
    if (kind === null) return false;
    marked.ended = true;
    this.#onFault(`${kind} after ${bytes} bytes`, association);
    if (kind === 'abort') association.abort();
    else if (kind === 'reset') association.destroy();
    else association.close();
    return true;
  }

  #faultFor(association: Association, request: IncomingRequest): RequestFault | undefined {
    const rules = this.#policy.requests;
    if (rules === undefined) return undefined;
    const service = serviceName(request.commandField);
    return rules.find((rule) => {
      if (rule.service !== undefined && rule.service !== service) return false;
      if (rule.sopClass !== undefined && rule.sopClass !== request.sopClass()) return false;
      return this.#rules.fits(rule, association);
    });
  }
}

/** The handler with the policy's faults. `random` gives numbers in [0, 1). */
export function withFaults(
  policy: FaultPolicy,
  handler: Behaving,
  random: () => number,
  onFault: OnFault = () => undefined,
): AcceptorHandler {
  return new FaultHandler(policy, handler, random, onFault);
}
