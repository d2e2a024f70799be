// C-STORE: the hot path. No promise, no closure, no object per request.
import { MEMBERS_PER_SERIES, PACK } from '../../../api/abi.ts';
import { Answer, Op, type StoreCall } from '../../../api/bridge.ts';
import type { Edits } from '../../dicom/edit/edits.ts';
import type { Prototype } from '../../dicom/pool/prototype.ts';
import type { Identity } from '../../dicom/pool/identity.ts';
import { sizeClass } from '../../dicom/pool/share.ts';
import type { Reply } from '../../dicom/dimse/pending.ts';
import type { Failure } from '../../dicom/errors.ts';
import { nagleHint } from '../../dicom/failure-text.ts';
import { StoreImages } from '../../dicom/scu/store-image.ts';
import type { SendFault } from '../../dicom/ul/send-fault.ts';
import type { Associations, OpenAssociation } from '../associations/associations.ts';
import type { DeliveryPort } from './delivery.ts';
import { failureFault, outcomeTag, peerText, statusError } from '../associations/faults.ts';
import { RingFault } from '../sandbox/host.ts';
import type { Ledger, OwnUids } from '../observe/ledger.ts';
import { shortName } from '../names.ts';
import { NagleWatch } from '../associations/nagle-watch.ts';
import type { Operation, ReplyTaker } from '../sandbox/operation.ts';
import type { WorkerParts } from '../parts.ts';
import { mustBeOptions } from './exchange.ts';
import { isOk, statusTags, type RequestSeries } from '../observe/requests.ts';
import { StoreEdits, ownUids } from './store-edits.ts';
import type { SentRecipe } from '../../threads/delivery.ts';
import type { TagContext } from '../observe/tags.ts';

const ERROR_COMMENT = 0x0902;
const AFFECTED_SOP_INSTANCE = 0x1000;
/** Bundle keys: peer * 2^36 + prototype class * 2^20 + status (16 bits), + service. */
const PEER_FACTOR = 2 ** 36;
const CLASS_FACTOR = 2 ** 20;

/** What a store carries beyond numbers. */
interface StoreDetail {
  readonly expectStatus: readonly number[] | undefined;
  /** Study UID and SOP instance UID, when they are not those of the numbers. */
  readonly uids: OwnUids | null;
  /** For a receiver that compares all elements; null = the numbers say it. */
  readonly recipe: SentRecipe | null;
  readonly faulty: boolean;
}

function abort({ association }: Operation): void {
  (association as OpenAssociation).wire.abort();
}

export class Stores implements ReplyTaker {
  readonly #parts: WorkerParts;
  readonly #associations: Associations;
  readonly #images: StoreImages;
  readonly #padding: StoreImages;
  readonly #delivery: DeliveryPort;
  readonly #ledger: Ledger;
  /** Class of a prototype for tags: its small number. */
  readonly #classes = new Map<number, number>();
  readonly #classNumbers = new Map<string, number>();
  readonly #identity = { study: 0, member: 0 };
  readonly #edits = new StoreEdits();
  readonly #nagle = new NagleWatch();
  /** Peers, by number, that were told to answer for other instances. */
  readonly #strange = new Set<number>();

  constructor(
    parts: WorkerParts,
    associations: Associations,
    more: { delivery: DeliveryPort; ledger: Ledger },
  ) {
    this.#parts = parts;
    this.#associations = associations;
    this.#delivery = more.delivery;
    this.#ledger = more.ledger;
    const { runNumber: run, wireCacheBytes: cacheBytes } = parts.plan;
    this.#images = new StoreImages({ run, cacheBytes });
    this.#padding = new StoreImages({ run, cacheBytes: cacheBytes / 4, oddLength: 'pad' });
    parts.host.handle(Op.STORE, (slot) => this.#hot(slot));
    parts.host.handle(Op.STORE_FULL, (slot) => this.#full(slot));
    parts.host.handle(Op.PHASES, () => parts.host.answer(parts.requests.phasesOf(parts.host.x())));
  }

  #hot(slot: number): number {
    const { host } = this.#parts;
    const x = host.x();
    const handle = Math.floor(x / PACK.PROTOTYPES);
    const number = x - handle * PACK.PROTOTYPES;
    const y = host.y();
    const n = Math.floor(y / PACK.MEMBERS);
    const packed = y - n * PACK.MEMBERS;
    const series = Math.floor(packed / PACK.INSTANCES);
    const identity = this.#identity;
    identity.study = this.#parts.firstStudy + n;
    identity.member = series * MEMBERS_PER_SERIES + packed - series * PACK.INSTANCES;

    const open = this.#associations.get(handle);
    const prototype = this.#parts.prototype(number);
    const contextId = this.#contextOf(open, prototype);
    const channel = { contextId, maxPdu: open.wire.maxPdu };
    const message = this.#images.prepare(prototype, identity, null, channel);
    const operation = this.#begin(slot, open, number);
    operation.bytes = message.bytes;
    operation.study = identity.study;
    operation.member = identity.member;
    open.wire.send(message, operation);
    return operation.ticket;
  }

  #begin(slot: number, open: OpenAssociation, number: number): Operation {
    const vu = this.#parts.vu(slot);
    const operation = this.#parts.host.take(slot, vu.id);
    operation.context = this.#parts.context(vu);
    operation.taker = this;
    operation.association = open;
    operation.prototype = number;
    operation.cancel = abort;
    return operation;
  }

  #contextOf(open: OpenAssociation, prototype: Prototype): number {
    let id = open.contextIds.get(prototype.number);
    if (id === undefined) {
      const { sopClass, transferSyntax } = prototype.share;
      id = open.wire.contextFor(sopClass, transferSyntax);
      open.contextIds.set(prototype.number, id);
    }
    if (id !== 0) return id;
    throw this.#noContext(open, prototype);
  }

  #noContext(open: OpenAssociation, prototype: Prototype): RingFault {
    const { sopClass, transferSyntax, modality } = prototype.share;
    const peer = peerText(open.spec.peer);
    const vu = this.#parts.vu(open.slot);
    const fault = {
      code: 'ASSOC_NO_CONTEXT',
      message: `${peer}: no accepted presentation context for ${shortName(sopClass)} (${modality}) in ${shortName(transferSyntax)} (PS3.8 Table 9-18)`,
      hint: 'associate({ for: image }) proposes it; if it was proposed, the peer does not take it',
    };
    const context = this.#parts.contexts.with(
      this.#associations.peerContext(vu, open.spec),
      `nocontext ${prototype.number}`,
      { ...this.#classTags(prototype), service: 'C-STORE', outcome: 'no-context' },
    );
    this.#parts.requests.unanswered(this.#parts.requests.declare(context, {}), true);
    this.#parts.errors.failed(
      { operation: 'C-STORE', ...fault, calledAET: open.spec.peer.calledAET },
      vu,
    );
    return new RingFault(fault);
  }

  // ---------------------------------------------------------------- a store with options

  #full(slot: number): number {
    const { host } = this.#parts;
    const call = JSON.parse(host.words()) as StoreCall;
    mustBeOptions(call);
    const open = this.#associations.get(call.association);
    const prototype = this.#parts.prototype(call.prototype);
    const contextId = this.#contextOf(open, prototype);
    const channel = { contextId, maxPdu: open.wire.maxPdu };
    const fresh = call.asIs !== true;
    const identity = fresh
      ? { study: call.study, member: call.series * MEMBERS_PER_SERIES + call.instance }
      : null;
    const images = call.padOdd === true ? this.#padding : this.#images;
    const message =
      call.edits === undefined
        ? images.prepare(prototype, identity, null, channel)
        : this.#edits.image(images, { prototype, identity, channel }, call.edits as Edits);
    const operation = this.#begin(slot, open, call.prototype);
    operation.bytes = message.bytes;
    operation.study = call.study;
    operation.member = call.series * MEMBERS_PER_SERIES + call.instance;
    operation.responseMs = call.timeoutMs;
    const { tags } = call;
    const base = operation.context as TagContext;
    if (tags !== undefined) {
      operation.context = this.#parts.contexts.with(base, `store ${JSON.stringify(tags)}`, tags);
    }
    operation.detail = {
      expectStatus: call.expectStatus,
      uids: ownUids(prototype, call, this.#delivery),
      recipe: this.#recipeOf(open, call, identity),
      faulty: call.fault !== undefined,
    } satisfies StoreDetail;
    open.wire.send(message, operation, faultOf(call.fault));
    return operation.ticket;
  }

  /** What `verify: 'full'` needs to make the header again. */
  #recipeOf(
    open: OpenAssociation,
    { edits }: StoreCall,
    identity: Identity | null,
  ): SentRecipe | null {
    if (edits === undefined || !this.#delivery.compares(open.spec.deliversTo)) return null;
    return {
      identity: identity === null ? null : [identity.study, identity.member],
      edits: JSON.stringify(edits),
    };
  }

  // ---------------------------------------------------------------- answers

  reply(operation: Operation, reply: Reply): void {
    const { host, requests } = this.#parts;
    const { status } = reply;
    const detail = operation.detail as StoreDetail | null;
    const ok = isOk(status, detail?.expectStatus);
    const open = operation.association as OpenAssociation;
    const series = this.#seriesFor(operation, open, status);
    requests.answered(series, operation, !ok, host.nextSerial);
    this.#parts.vu(operation.slot).counted += operation.bytes;
    const gap = operation.lastByte - operation.firstByte;
    if (this.#nagle.answered(gap)) this.#warnOfNagle(operation, open);
    if (!open.compared) this.#compare(operation, open, reply);
    if (ok) this.#accepted(operation, open, detail);
    else this.#failed(open, operation, reply);
    if (status === 0) host.succeed(operation);
    else host.settle(operation, Answer.STATUS, status, reply.text(ERROR_COMMENT));
  }

  #accepted(operation: Operation, open: OpenAssociation, detail: StoreDetail | null): void {
    this.#ledger.sent(operation.study, operation.member, detail?.uids ?? null);
    const { deliversTo } = open.spec;
    if (deliversTo < 0) return;
    const uids = detail?.uids ?? null;
    const recipe = detail?.recipe ?? null;
    if (uids === null && recipe === null) this.#delivery.accepted(open.spec, operation);
    else {
      const named = uids ?? this.#delivery.uidsOf(operation);
      const sent = recipe === null ? named : { ...named, recipe };
      this.#delivery.acceptedByUid(open.spec, operation, sent);
    }
  }

  #failed(open: OpenAssociation, operation: Operation, reply: Reply): void {
    const { status } = reply;
    const vu = this.#parts.vu(operation.slot);
    this.#parts.errors.failed(
      statusError('C-STORE', open.spec.peer, status, reply.text(ERROR_COMMENT)),
      vu,
      () => ({
        instance: this.#uidOf(operation),
        durationMs: Math.round((operation.lastByte - operation.sendStart) * 100) / 100,
      }),
    );
  }

  failure(operation: Operation, failure: Failure): void {
    const { host, errors } = this.#parts;
    const vu = this.#parts.vu(operation.slot);
    const open = operation.association as OpenAssociation;
    const detail = operation.detail as StoreDetail | null;
    if (vu.interrupted) {
      // It went out, and may have arrived: the peer's count and ours differ by these.
      this.#ledger.unanswered(operation.study, operation.member, detail?.uids ?? null);
      this.#countUnanswered(operation, open, 'interrupted', false);
      host.settle(operation, Answer.INTERRUPTED, 0, '');
      return;
    }
    if (failure.kind === 'injected') {
      this.#injected(operation, open, failure.fault);
      return;
    }
    this.#ledger.unanswered(operation.study, operation.member, detail?.uids ?? null);
    this.#countUnanswered(operation, open, outcomeTag(failure), true);
    const fault = failureFault(failure, open.spec.peer, 'C-STORE');
    const { calledAET } = open.spec.peer;
    const about = () => ({ instance: this.#uidOf(operation) });
    errors.failed({ operation: 'C-STORE', ...fault, calledAET }, vu, about);
    host.fail(
      operation,
      detail?.faulty === true ? { ...fault, fields: { ...fault.fields, injected: true } } : fault,
    );
  }

  #uidOf(operation: Operation): string {
    const detail = operation.detail as StoreDetail | null;
    return (detail?.uids ?? this.#delivery.uidsOf(operation)).uid;
  }

  #injected(operation: Operation, open: OpenAssociation, fault: string): void {
    const { host, contexts, samples } = this.#parts;
    this.#countUnanswered(operation, open, 'injected', false);
    const peer = this.#peerContext(operation, open);
    const context = contexts.with(peer, `fault ${fault}`, {
      service: 'C-STORE',
      outcome: fault,
    });
    samples.add(contexts.series(context, 'dicom_faults'), 1);
    host.settleJson(operation, { outcome: 'injected', fault });
  }

  #countUnanswered(
    operation: Operation,
    open: OpenAssociation,
    outcome: string,
    failed: boolean,
  ): void {
    const { contexts, requests } = this.#parts;
    const prototype = this.#parts.prototype(operation.prototype);
    const context = contexts.with(
      this.#peerContext(operation, open),
      `lost ${outcome} ${this.#classOf(prototype)}`,
      {
        ...this.#classTags(prototype),
        service: 'C-STORE',
        outcome,
      },
    );
    requests.unanswered(requests.declare(context, {}), failed);
  }

  /** Tags of the request, and its peer's. */
  #peerContext(operation: Operation, open: OpenAssociation): TagContext {
    return this.#associations.peerContextIn(operation.context as TagContext, open.spec);
  }

  #seriesFor(operation: Operation, open: OpenAssociation, status: number): RequestSeries {
    const context = operation.context as TagContext;
    const { peerNumber } = open.spec;
    const known = this.#classes.get(operation.prototype);
    const number = known ?? this.#classOf(this.#parts.prototype(operation.prototype));
    const key = peerNumber * PEER_FACTOR + number * CLASS_FACTOR + status;
    const series = context.bundles.get(key) as RequestSeries | undefined;
    return series ?? this.#newSeries(context, key, operation, status);
  }

  #newSeries(
    context: TagContext,
    key: number,
    operation: Operation,
    status: number,
  ): RequestSeries {
    const open = operation.association as OpenAssociation;
    return this.#parts.requests.series(context, key, () => ({
      ...this.#associations.peerTags(open.spec),
      ...this.#classTags(this.#parts.prototype(operation.prototype)),
      ...statusTags(status),
      service: 'C-STORE',
    }));
  }

  #classOf(prototype: Prototype): number {
    let number = this.#classes.get(prototype.number);
    if (number === undefined) {
      const key = JSON.stringify(this.#classTags(prototype));
      number = this.#classNumbers.get(key) ?? this.#classNumbers.size;
      this.#classNumbers.set(key, number);
      this.#classes.set(prototype.number, number);
    }
    return number;
  }

  #classTags(prototype: Prototype): Record<string, string> {
    const { modality, sopClass, transferSyntax, datasetBytes } = prototype.share;
    return {
      modality,
      sop_class: shortName(sopClass),
      transfer_syntax: shortName(transferSyntax),
      size_class: sizeClass(datasetBytes),
    };
  }

  /** Responses whose last byte comes some 40 ms after the first: Nagle's algorithm at the peer. */
  /**
   * Whether the response is for the instance that was sent, where it says so (PS3.7 §9.1.1.1).
   *
   * why: once an association; a peer that mixes them up does so always, and each would cost a text
   */
  #compare(operation: Operation, open: OpenAssociation, reply: Reply): void {
    open.compared = true;
    const detail = operation.detail as StoreDetail | null;
    const { peer, peerNumber } = open.spec;
    if (detail?.faulty === true || this.#strange.has(peerNumber)) return;
    const named = reply.text(AFFECTED_SOP_INSTANCE);
    if (named === '' || named === this.#uidOf(operation)) return;
    this.#strange.add(peerNumber);
    const what = 'answered a C-STORE for another SOP instance than it was sent (PS3.7 §9.1.1.1)';
    this.#parts.log('warn', `${peerText(peer)}: ${what}; its status may be that of another image`);
  }

  #warnOfNagle(operation: Operation, open: OpenAssociation): void {
    const hint = nagleHint(operation.firstByte, operation.lastByte);
    const peer = peerText(open.spec.peer);
    this.#parts.log('warn', `${peer}: ${hint}; as it is, an association is held at 22 stores/s`);
  }
}

/** A fault of the script as the wire takes it. */
function faultOf(fault: StoreCall['fault']): SendFault | undefined {
  if (fault === undefined) return undefined;
  const { pause, ...rest } = fault;
  return { ...(rest as SendFault), ...(pause === undefined ? {} : { pauseMs: Number(pause) }) };
}
