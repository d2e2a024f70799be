// Associations of this worker by number: opened, released, aborted and counted.
import { Answer, Op, type Fault } from '../../../api/bridge.ts';
import type { Failure } from '../../dicom/errors.ts';
import { associate, type AssociateOutcome, type Associating } from '../../dicom/ul/associate.ts';
import type { AssociateRequest } from '../../dicom/ul/associate-request.ts';
import type { AssociateAc } from '../../dicom/ul/pdu/pdu.ts';
import type { Association } from '../../dicom/ul/association.ts';
import { WorkerSlot } from '../../threads/state.ts';
import { countAttempt } from './attempts.ts';
import { failureFault, outcomeTag } from './faults.ts';
import { Gates } from './gate.ts';
import { faultFrom, RingFault } from '../sandbox/host.ts';
import { describe, outcomeFault, outcomeWord } from './outcome.ts';
import type { Operation } from '../sandbox/operation.ts';
import type { WorkerParts } from '../parts.ts';
import { resolveSpec, type Spec, type SpecRequest } from './peers.ts';
import type { TagContext, Tags } from '../observe/tags.ts';
import { Transcript } from '../observe/transcript.ts';
import type { VuSlot } from '../vu-slot.ts';

/** Calling AE titles told apart in tags; the rest share one, so that series stay bounded. */
const MAX_PEERS = 128;
const OVERFLOW_TITLE = '(other)';
/** An open association of a VU. */
export class OpenAssociation {
  readonly handle: number;
  readonly wire: Association;
  readonly spec: Spec;
  readonly slot: number;
  readonly answer: AssociateAc;
  /** Context IDs by prototype number. */
  readonly contextIds: Map<number, number>;
  sentBefore: number;
  receivedBefore: number;
  /** Set while we end it ourselves, so that its end is no failure. */
  leaving: boolean;
  /** Its first store was answered, and that looked at for whom it was. */
  compared: boolean;

  constructor(
    handle: number,
    wire: Association,
    more: { spec: Spec; slot: number; answer: AssociateAc },
  ) {
    this.handle = handle;
    this.wire = wire;
    this.spec = more.spec;
    this.slot = more.slot;
    this.answer = more.answer;
    this.contextIds = new Map();
    this.sentBefore = 0;
    this.receivedBefore = 0;
    this.leaving = false;
    this.compared = false;
  }
}

export class Associations {
  readonly #parts: WorkerParts;
  readonly #specs: Spec[] = [];
  readonly #specNumbers = new Map<string, number>();
  readonly #open: (OpenAssociation | undefined)[] = [];
  readonly #free: number[] = [];
  /** By slot + 1: the service VU has slot -1. */
  readonly #bySlot: (Set<OpenAssociation> | undefined)[] = [];
  readonly #peers = new Map<string, number>();
  readonly gates: Gates;
  #traced = 0;

  constructor(parts: WorkerParts) {
    this.#parts = parts;
    this.gates = new Gates(parts);
    const { host } = parts;
    host.handle(Op.SPEC, () => this.#newSpec());
    host.handle(Op.ASSOCIATE, (slot) => this.#associate(slot));
    host.handle(Op.RELEASE, (slot) => this.#release(slot));
    host.handle(Op.ABORT, () => this.#abort(host.x()));
    host.handle(Op.DESTROY, () => this.#destroy(host.x()));
    host.handle(Op.ALIVE, () => (this.#open[host.x()]?.wire.open === true ? 1 : 0));
    host.handle(Op.NEGOTIATED, () => host.answerJson(describe(this.get(host.x()))));
  }

  /** @throws RingFault when it is not open any more, with the reason of its end */
  get(handle: number): OpenAssociation {
    const open = this.#open[handle];
    if (open === undefined) {
      throw new RingFault({
        code: 'SCRIPT_STATE',
        message: 'the association was released or aborted',
      });
    }
    const why = open.wire.closedBy;
    if (why !== null && !open.wire.open) {
      throw new RingFault(failureFault(why, open.spec.peer, 'the time before this call'));
    }
    return open;
  }

  spec(number: number): Spec {
    const spec = this.#specs[number];
    if (spec === undefined)
      throw new RingFault({ code: 'SCRIPT_STATE', message: `no spec ${number}` });
    return spec;
  }

  #newSpec(): number {
    return this.#parts.host.answerJson(this.specNumber(this.#parts.host.words()));
  }

  /** The number of a spec by its JSON; resolved the first time. @throws RingFault */
  specNumber(json: string): number {
    let number = this.#specNumbers.get(json);
    if (number === undefined) {
      number = this.addSpec(JSON.parse(json) as SpecRequest);
      this.#specNumbers.set(json, number);
    }
    return number;
  }

  /** Resolves a spec and gives it a number. */
  addSpec(request: SpecRequest): number {
    const spec = resolveSpec(request, this.#parts.plan);
    spec.peerNumber = this.#peerNumber(spec);
    spec.contextKey = `peer ${spec.peerNumber}`;
    return this.#specs.push(spec) - 1;
  }

  #peerNumber(spec: Spec): number {
    const key = `${spec.peer.calledAET}|${spec.peer.callingAET}|${spec.route}|${JSON.stringify(spec.tags)}`;
    let number = this.#peers.get(key);
    if (number === undefined)
      this.#peers.set(key, (number = Math.min(this.#peers.size, MAX_PEERS)));
    return number;
  }

  /** Tags of whatever is done with a peer. */
  peerTags(spec: Spec): Tags {
    const { calledAET, callingAET } = spec.peer;
    return {
      called_aet: calledAET,
      calling_aet: spec.peerNumber >= MAX_PEERS ? OVERFLOW_TITLE : callingAET,
      // as the account of deliveries calls a way without a name
      route: spec.route || calledAET,
      ...spec.tags,
    };
  }

  peerContext(vu: VuSlot, spec: Spec): TagContext {
    return this.peerContextIn(this.#parts.context(vu), spec);
  }

  /** For what began in another async context: `context` is that of its request. */
  peerContextIn(context: TagContext, spec: Spec): TagContext {
    const known = context.derived.get(spec.contextKey);
    return known ?? this.#parts.contexts.with(context, spec.contextKey, this.peerTags(spec));
  }

  // ---------------------------------------------------------------- open

  #associate(slot: number): number {
    const { host } = this.#parts;
    const spec = this.spec(host.x());
    const vu = this.#parts.vu(slot);
    const operation = host.take(slot, vu.id);
    operation.context = this.#parts.context(vu);
    try {
      this.open(spec, operation, (outcome) => this.#opened(outcome, spec, vu, operation));
    } catch (thrown) {
      host.giveBack(operation);
      throw thrown;
    }
    return operation.ticket;
  }

  /** What a spec asks for, from its next source address, with a transcript where one is wanted. */
  requestOf(spec: Spec, slot: number): AssociateRequest {
    const { plan, log } = this.#parts;
    const { requests, peer } = spec;
    const request = requests[spec.nextRequest++ % requests.length] ?? spec.request;
    if (!plan.trace) return request;
    const vu = this.#parts.vu(slot);
    const say = (line: string): void => log('trace', line, vu);
    return { ...request, trace: new Transcript(++this.#traced, peer, say) };
  }

  /** Associates in its turn; `operation.cancel` gives up. */
  open(spec: Spec, operation: Operation, done: (outcome: AssociateOutcome) => void): void {
    const { host } = this.#parts;
    const begin = (answered: () => void): Associating =>
      associate(this.requestOf(spec, operation.slot), (outcome) => {
        operation.cancel = null;
        answered();
        done(outcome);
      });
    const opening = this.gates.of(spec.peer).enter(begin, (thrown) => {
      operation.cancel = null;
      host.fail(operation, faultFrom(thrown));
    });
    operation.cancel = (): void => {
      opening.abort();
      host.settle(operation, Answer.INTERRUPTED, 0, '');
    };
  }

  #opened(outcome: AssociateOutcome, spec: Spec, vu: VuSlot, operation: Operation): void {
    const { host, errors } = this.#parts;
    const context = this.peerContextIn(operation.context as TagContext, spec);
    countAttempt(this.#parts, context, outcome, outcomeWord(outcome) !== 'accepted');
    if (outcome.kind === 'accepted') {
      if (outcome.association.contexts.some((context) => context.result === 0)) {
        host.settle(operation, Answer.NUMBER, this.adopt(outcome, spec, vu.slot).handle, '');
        return;
      }
      outcome.association.release();
    }
    const fault = outcomeFault(outcome, spec);
    errors.failed({ operation: 'A-ASSOCIATE', ...fault, calledAET: spec.peer.calledAET }, vu);
    host.fail(operation, fault);
  }

  /** Counts an attempt of which another outcome was expected, with `surprise` as what went wrong. */
  count(outcome: AssociateOutcome, spec: Spec, vu: VuSlot, surprise: Fault | null): void {
    countAttempt(this.#parts, this.peerContext(vu, spec), outcome, surprise !== null);
    if (surprise === null) return;
    const { calledAET } = spec.peer;
    this.#parts.errors.failed({ operation: 'A-ASSOCIATE', ...surprise, calledAET }, vu);
  }

  /** Takes an accepted association into the table. */
  adopt(
    outcome: AssociateOutcome & { kind: 'accepted' },
    spec: Spec,
    slot: number,
  ): OpenAssociation {
    const handle = this.#free.pop() ?? this.#open.length;
    const { association: wire, answer } = outcome;
    const open = new OpenAssociation(handle, wire, { spec, slot, answer });
    this.#open[handle] = open;
    (this.#bySlot[slot + 1] ??= new Set()).add(open);
    Atomics.add(this.#parts.state, WorkerSlot.ASSOCIATIONS_OPEN, 1);
    wire.onClosed = (_association, why): void => this.#closed(open, why);
    return open;
  }

  // ---------------------------------------------------------------- end

  #closed(open: OpenAssociation, why: Failure): void {
    Atomics.sub(this.#parts.state, WorkerSlot.ASSOCIATIONS_OPEN, 1);
    if (open.leaving || why.kind === 'released' || why.kind === 'injected') return;
    const { contexts, samples } = this.#parts;
    const vu = this.#parts.vu(open.slot);
    const outcome = outcomeTag(why);
    const status = why.kind === 'aborted' ? `${why.source}-${why.reason}` : '';
    const context = contexts.with(this.peerContext(vu, open.spec), `gone ${outcome} ${status}`, {
      outcome,
      status,
    });
    samples.add(contexts.series(context, 'dicom_assoc_aborted'), 1);
  }

  /** Forgets an association; its number may be used again. */
  #forget(open: OpenAssociation): void {
    if (this.#open[open.handle] !== open) return;
    this.#open[open.handle] = undefined;
    this.#free.push(open.handle);
    const vu = this.#parts.vu(open.slot);
    const [sent, received] = moved(open);
    vu.sent += sent;
    vu.received += received;
    this.#bySlot[open.slot + 1]?.delete(open);
  }

  #release(slot: number): number {
    const { host } = this.#parts;
    const open = this.#open[host.x()];
    const vu = this.#parts.vu(slot);
    const operation = host.take(slot, vu.id);
    if (open === undefined || !open.wire.open) {
      if (open !== undefined) this.#forget(open);
      host.settleVoid(operation);
      return operation.ticket;
    }
    open.leaving = true;
    operation.context = this.#parts.context(vu);
    operation.cancel = (): void => open.wire.abort();
    open.wire.release((ms, failure) => this.#released(open, operation, ms, failure));
    return operation.ticket;
  }

  #released(
    open: OpenAssociation,
    operation: Operation,
    ms: number,
    failure: Failure | null,
  ): void {
    const { host, samples, contexts, errors } = this.#parts;
    const vu = this.#parts.vu(open.slot);
    this.#forget(open);
    if (failure === null) {
      const context = this.peerContextIn(operation.context as TagContext, open.spec);
      samples.add(contexts.series(context, 'dicom_releasing'), ms);
      host.settleVoid(operation);
      return;
    }
    if (vu.interrupted) {
      host.settle(operation, Answer.INTERRUPTED, 0, '');
      return;
    }
    const fault = failureFault(failure, open.spec.peer, 'A-RELEASE');
    errors.failed({ operation: 'A-RELEASE', ...fault, calledAET: open.spec.peer.calledAET }, vu);
    host.fail(operation, fault);
  }

  #abort(handle: number): number {
    const open = this.#open[handle];
    if (open === undefined) return 0;
    open.leaving = true;
    open.wire.abort();
    this.#forget(open);
    return 1;
  }

  #destroy(handle: number): number {
    const open = this.#open[handle];
    if (open === undefined) return 0;
    open.leaving = true;
    open.wire.destroy();
    this.#forget(open);
    return 1;
  }

  /** Leaves an association open and forgets it: the peer's timeout has to find it. */
  abandon(handle: number): void {
    const open = this.#open[handle];
    if (open === undefined) return;
    open.leaving = true;
    this.#forget(open);
  }

  /** What a VU that stops has left: released without waiting, aborted when a request is under way. */
  closeOf(slot: number): void {
    for (const open of [...(this.#bySlot[slot + 1] ?? [])]) {
      open.leaving = true;
      if (open.wire.open && open.wire.outstanding === 0) open.wire.release();
      else if (open.wire.open) open.wire.abort();
      this.#forget(open);
    }
  }

  /** Resets everything that is still open. */
  destroyAll(): void {
    for (const open of this.#open) if (open?.wire.open === true) open.wire.destroy();
  }

  /**
   * Bytes a VU's associations moved since the last call and no request has counted:
   * [sent, received].
   */
  traffic(vu: VuSlot): readonly [number, number] {
    let { sent, received } = vu;
    sent -= vu.counted;
    received -= vu.countedReceived;
    vu.sent = 0;
    vu.received = 0;
    vu.counted = 0;
    vu.countedReceived = 0;
    const associations = this.#bySlot[vu.slot + 1];
    if (associations !== undefined) {
      for (const open of associations) {
        const [out, into] = moved(open);
        sent += out;
        received += into;
      }
    }
    // Of the chunk that is being read the association does not know yet: the next call does.
    vu.received = Math.min(0, received);
    return [sent, Math.max(0, received)];
  }
}

function moved(open: OpenAssociation): readonly [number, number] {
  const { bytesSent, bytesReceived } = open.wire;
  const out = bytesSent - open.sentBefore;
  const into = bytesReceived - open.receivedBefore;
  open.sentBefore = bytesSent;
  open.receivedBefore = bytesReceived;
  return [out, into];
}
