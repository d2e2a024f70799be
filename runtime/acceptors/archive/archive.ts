// A simulated archive: stores, finds, moves. In memory.
import type { IncomingRequest } from '../../dicom/dimse/incoming.ts';
import { REPLY_LATER } from '../../dicom/dimse/incoming.ts';
import type { AssociateDecision, AssociateIndication } from '../../dicom/scp/acceptor-types.ts';
import type { Association } from '../../dicom/ul/association.ts';
import { answerContexts, STORE_ANYTHING } from '../contexts.ts';
import { DatasetTap } from '../dataset-tap.ts';
import type { Station } from '../ports.ts';
import { cycle } from '../router/chance.ts';
import { ARCHIVE_DEFAULTS } from './spec.ts';
import type { ArchiveSpec } from './spec.ts';
import { ArchiveStore } from './store.ts';

const SUCCESS = 0x0000;
const DUPLICATE_SOP_INSTANCE = 0x0111; // PS3.7 C.5.7
const UNRECOGNIZED_OPERATION = 0x0211; // PS3.7 C.5.20
const C_ECHO = 0x0030;
const NO_BYTES = Buffer.alloc(0);

export interface ArchiveCounts {
  associations: number;
  instances: number;
  bytes: number;
  refused: number;
}

/** Data set of one store while it arrives. */
interface Taking {
  readonly tap: DatasetTap;
  pieces: Buffer[];
}

/** One archive: a station that stores. */
export class Archive implements Station {
  readonly aets: readonly string[];
  readonly counts: ArchiveCounts = { associations: 0, instances: 0, bytes: 0, refused: 0 };
  readonly store: ArchiveStore;
  private readonly keep: 'nothing' | 'headers' | 'all';
  private readonly now: () => number;
  private readonly status: () => number;
  private readonly delay: () => number;
  private readonly timers = new Set<NodeJS.Timeout>();

  constructor(spec: ArchiveSpec, now: () => number) {
    this.aets = spec.aets ?? [];
    this.keep = spec.keep ?? ARCHIVE_DEFAULTS.keep;
    this.store = new ArchiveStore(spec);
    this.now = now;
    this.status = cycle(spec.statuses);
    this.delay = cycle(spec.responseDelayMs);
  }

  accept(indication: AssociateIndication): AssociateDecision {
    this.counts.associations++;
    const contexts = answerContexts(indication.rq.contexts, STORE_ANYTHING);
    const tap = new DatasetTap({ header: this.keep !== 'nothing', pixels: false, dataset: false });
    const taking: Taking = { tap, pieces: [] };
    return { kind: 'accept', contexts, handler: this, data: taking };
  }

  onStore(association: Association, request: IncomingRequest): void {
    const taking = association.data as Taking;
    taking.tap.begin(association.context(request.contextId)?.transferSyntax ?? '');
    taking.pieces = [];
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
    taking.tap.push(buffer, start, end);
    if (this.keep === 'all') taking.pieces.push(Buffer.from(buffer.subarray(start, end)));
  }

  onStoreEnd(association: Association, request: IncomingRequest): number {
    const taking = association.data as Taking;
    const status = this.status() || this.take(association, request, taking);
    taking.pieces = [];
    const delay = this.delay();
    if (delay === 0) return status;
    const timer = setTimeout(() => {
      this.timers.delete(timer);
      if (association.open) association.respond(request, { status });
    }, delay);
    this.timers.add(timer);
    return REPLY_LATER;
  }

  onRequest(association: Association, request: IncomingRequest): void {
    const status = request.commandField === C_ECHO ? SUCCESS : UNRECOGNIZED_OPERATION;
    association.respond(request, { status });
  }

  close(): void {
    for (const timer of this.timers) clearTimeout(timer);
  }

  private take(association: Association, request: IncomingRequest, taking: Taking): number {
    const { tap, pieces } = taking;
    tap.finish();
    const sopInstance = request.sopInstance();
    if (this.store.refuses(sopInstance)) {
      this.counts.refused++;
      return DUPLICATE_SOP_INSTANCE;
    }
    this.counts.instances++;
    this.counts.bytes += tap.bytes;
    if (this.keep === 'nothing') return SUCCESS;
    const transferSyntax = association.context(request.contextId)?.transferSyntax ?? '';
    this.store.add({
      sopClass: request.sopClass(),
      sopInstance,
      header: { bytes: tap.header ?? NO_BYTES, transferSyntax },
      dataset: this.keep === 'all' ? Buffer.concat(pieces) : null,
      storedAt: this.now(),
    });
    return SUCCESS;
  }
}
