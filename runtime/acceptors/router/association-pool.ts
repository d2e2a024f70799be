// The way out over associations: a bounded pool of them, each with one store at a time.
import type { Failure, Rejected } from '../../dicom/errors.ts';
import { describeFailure } from '../../dicom/failure-text.ts';
import { PendingRequest, type Reply } from '../../dicom/dimse/pending.ts';
import { LongTimer } from '../../dicom/long-timer.ts';
import { statusClass, statusHex } from '../../dicom/dimse/status.ts';
import { StoreImages } from '../../dicom/scu/store-image.ts';
import type { TlsOptions } from '../../dicom/ul/associate-request.ts';
import { associate } from '../../dicom/ul/associate.ts';
import type { AssociateOutcome } from '../../dicom/ul/associate.ts';
import type { Association } from '../../dicom/ul/association.ts';
import { requestorTlsOf } from '../../dicom/ul/socket/tls-files.ts';
import type { Addressee, Dispatch, Way } from './destination.ts';
import type { QueueItem } from './queue.ts';
import { ROUTER_DEFAULTS } from './spec.ts';
import type { DestinationSpec } from './spec.ts';

/** PS3.8 §9.3.2: at most 128 contexts; a few are left for newcomers. */
const MOST_PAIRS = 120;

interface Pair {
  readonly sopClass: string;
  readonly transferSyntax: string;
}

/** One association of the pool; it is also the pending request of its one store. */
class Lane extends PendingRequest {
  association: Association | null = null;
  item: QueueItem | null = null;
  /** How many pairs it was opened with: later ones are not on it. */
  pairs = 0;
  stores = 0;
  idle: LongTimer | null = null;
  readonly #pool: AssociationPool;

  constructor(pool: AssociationPool) {
    super();
    this.#pool = pool;
  }

  onReply(reply: Reply): void {
    if (!reply.pending) this.#pool.answered(this, reply.status);
  }

  onFailure(failure: Failure): void {
    this.#pool.broke(this, this.#pool.textOf(failure));
  }
}

export class AssociationPool implements Way {
  readonly #dispatch: Dispatch;
  readonly #spec: DestinationSpec;
  readonly #callingAET: string;
  readonly #images = new StoreImages({ run: '0'.repeat(15), oddLength: 'send' });
  readonly #lanes: Lane[] = [];
  readonly #pairs: Pair[] = [];
  readonly #tls: TlsOptions | null;
  #closed = false;

  constructor({ name, spec, options }: Addressee, dispatch: Dispatch) {
    this.#dispatch = dispatch;
    this.#spec = spec;
    this.#callingAET = spec.callingAET ?? options.callingAET;
    const { folder } = options;
    this.#tls = requestorTlsOf(spec.tls, { name: `router: destination "${name}"`, folder });
  }

  /** Aborts what is open. */
  close(): void {
    this.#closed = true;
    for (const lane of [...this.#lanes]) {
      lane.idle?.clear();
      lane.association?.abort();
    }
  }

  /** The destination answered the store of a lane. */
  answered(lane: Lane, status: number): void {
    const { item } = lane;
    if (item === null) return;
    lane.item = null;
    // why: who answers before it has read all of it may still be sent the rest
    if (lane.association?.outbox.sending === false) item.body.returned();
    const outcome = statusClass(status);
    if (outcome === 'success' || outcome === 'warning') this.#dispatch.delivered(item);
    else this.#dispatch.failed(item, `status ${statusHex(status)}`);
    this.#settle(lane);
    this.#dispatch.next();
  }

  /** A failure in words, for dead letters. */
  textOf(failure: Failure | Rejected): string {
    const { host, port, calledAET } = this.#spec;
    const callingAET = this.#callingAET;
    return describeFailure(failure, { host, port, calledAET, callingAET }).message;
  }

  /** The association of a lane is gone. */
  broke(lane: Lane, why: string): void {
    const { item } = lane;
    lane.item = null;
    this.#retire(lane);
    if (item !== null) this.#dispatch.failed(item, why);
    this.#dispatch.next();
  }

  /** Gives an item to an idle lane, or to a new one; false when there is no room. */
  send(item: QueueItem, since: number): boolean {
    const pair = this.#pairOf(item);
    const idle = this.#lanes.find(
      (lane) => lane.item === null && lane.association?.open === true && lane.pairs > pair,
    );
    if (idle !== undefined) {
      this.#send(idle, item, since);
      return true;
    }
    if (this.#lanes.length >= this.#dispatch.stats.limit) {
      // An idle association without the context makes room for one that has it.
      const useless = this.#lanes.find((lane) => lane.item === null);
      if (useless === undefined) return false;
      this.#release(useless);
    }
    this.#open(item, since);
    return true;
  }

  #pairOf({ sopClass, transferSyntax }: QueueItem): number {
    const at = this.#pairs.findIndex(
      (pair) => pair.sopClass === sopClass && pair.transferSyntax === transferSyntax,
    );
    if (at >= 0) return at;
    if (this.#pairs.length >= MOST_PAIRS) {
      this.#pairs.length = 0;
      for (const lane of this.#lanes) lane.pairs = 0;
    }
    return this.#pairs.push({ sopClass, transferSyntax }) - 1;
  }

  #open(item: QueueItem, since: number): void {
    const lane = new Lane(this);
    lane.item = item;
    lane.pairs = this.#pairs.length;
    this.#lanes.push(lane);
    const { host, port, calledAET, maxPdu } = this.#spec;
    const callingAET = this.#callingAET;
    const contexts = this.#pairs.map(({ sopClass, transferSyntax }) => ({
      abstractSyntax: sopClass,
      transferSyntaxes: [transferSyntax],
    }));
    const request = { host, port, calledAET, callingAET, contexts, tls: this.#tls };
    try {
      associate(maxPdu === undefined ? request : { ...request, maxPdu }, (outcome) =>
        this.#opened(lane, item, { outcome, since }),
      );
    } catch (error) {
      // An AE title that cannot be written, say: this destination never takes anything.
      setImmediate(() => this.broke(lane, error instanceof Error ? error.message : String(error)));
    }
  }

  #opened(
    lane: Lane,
    item: QueueItem,
    { outcome, since }: { readonly outcome: AssociateOutcome; readonly since: number },
  ): void {
    if (outcome.kind !== 'accepted') {
      this.#dispatch.stats.refused++;
      this.broke(lane, this.textOf(outcome));
      return;
    }
    if (this.#closed) return outcome.association.abort();
    this.#dispatch.stats.open++;
    this.#dispatch.stats.opened++;
    lane.association = outcome.association;
    outcome.association.onClosed = () => this.#gone(lane);
    this.#send(lane, item, since);
  }

  #send(lane: Lane, item: QueueItem, since: number): void {
    const { association } = lane;
    if (association === null) return;
    lane.idle?.clear();
    lane.idle = null;
    lane.item = item;
    const contextId = association.contextFor(item.sopClass, item.transferSyntax);
    if (contextId === 0) {
      lane.item = null;
      const pair = `${item.sopClass} in ${item.transferSyntax}`;
      this.#dispatch.failed(item, `no accepted context for ${pair}`);
      this.#settle(lane);
      // why: not from here, or a queue that no context fits would empty itself recursively
      setImmediate(() => this.#dispatch.next());
      return;
    }
    if (lane.stores++ > 0) this.#dispatch.stats.reused++;
    this.#dispatch.leaves(item, since);
    const channel = { contextId, maxPdu: association.maxPdu };
    item.body.lend();
    association.send(this.#images.frame(item.parts, item, channel), lane);
  }

  /** An idle association lingers, for the next instance. */
  #settle(lane: Lane): void {
    const linger = this.#spec.lingerMs ?? ROUTER_DEFAULTS.lingerMs;
    if (linger === 0) return this.#release(lane);
    lane.idle = new LongTimer(() => this.#release(lane), linger);
  }

  #release(lane: Lane): void {
    const { association } = lane;
    this.#retire(lane);
    if (association?.open === true) association.release();
  }

  /** The association ended, by whomever: it is not in the pool any more. */
  #gone(lane: Lane): void {
    if (lane.item === null) this.#retire(lane);
  }

  #retire(lane: Lane): void {
    const at = this.#lanes.indexOf(lane);
    if (at < 0) return;
    this.#lanes.splice(at, 1);
    lane.idle?.clear();
    if (lane.association !== null) this.#dispatch.stats.open--;
  }
}
