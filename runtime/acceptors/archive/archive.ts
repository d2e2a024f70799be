// A simulated archive: stores, finds, moves, keeps worklist and procedure steps. In memory.
import { CommandField, Element } from '../../dicom/dimse/elements.ts';
import type { IncomingRequest } from '../../dicom/dimse/incoming.ts';
import { Status } from '../../dicom/dimse/status.ts';
import type { JsonDataset } from '../../dicom/data/json.ts';
import { associate } from '../../dicom/ul/associate.ts';
import type { Association } from '../../dicom/ul/association.ts';
import type { ContextPolicy } from '../contexts.ts';
import { DatasetTap } from '../dataset-tap.ts';
import { PieceBag } from '../piece-bag.ts';
import { StoreStation } from '../store-station.ts';
import type { Stored } from '../store-station.ts';
import { commitmentReport, readCommitment, reportTo, sendReport } from './commitment.ts';
import { Cancellable, respondWith } from './find.ts';
import { readIdentifier } from './identifier.ts';
import { ProcedureSteps } from './procedure-steps.ts';
import { levelOf, Query } from './query.ts';
import { SubOperations } from './retrieve.ts';
import { isArchiveService, PROCEDURE_STEP, WORKLIST } from './services.ts';
import { ARCHIVE_DEFAULTS } from './spec.ts';
import type { ArchiveSpec } from './spec.ts';
import { ArchiveStore } from './store.ts';
import type { StoredInstance } from './store.ts';
import { Worklist } from './worklist.ts';

const NO_BYTES = Buffer.alloc(0);

/** Data set of one store while it arrives. */
interface Taking {
  readonly tap: DatasetTap;
  readonly bag: PieceBag;
}

/** A request with its data set, read. */
interface Asked {
  readonly association: Association;
  readonly request: IncomingRequest;
  readonly json: JsonDataset;
}

/** One archive: a station. */
export class Archive extends StoreStation<Taking> {
  readonly aets: readonly string[];
  readonly store: ArchiveStore;
  readonly steps = new ProcedureSteps();
  private readonly spec: ArchiveSpec;
  private readonly keep: 'nothing' | 'headers' | 'all';
  private readonly now: () => number;
  private readonly query: Query;
  private readonly worklist: Worklist;
  private readonly cancellable = new Cancellable();

  constructor(spec: ArchiveSpec, now: () => number) {
    super(spec.faults ?? {}, now);
    this.spec = spec;
    this.aets = spec.aets ?? [];
    this.keep = spec.keep ?? ARCHIVE_DEFAULTS.keep;
    this.store = new ArchiveStore(spec);
    this.now = now;
    const visibleAfterMs = spec.visibleAfterMs ?? ARCHIVE_DEFAULTS.visibleAfterMs;
    this.query = new Query(this.store, { retrieveAET: this.ownAET, visibleAfterMs, now });
    this.worklist = new Worklist(spec.worklist ?? [], this.steps);
  }

  private get ownAET(): string {
    return this.aets[0] ?? ARCHIVE_DEFAULTS.aet;
  }

  protected override policy(): ContextPolicy {
    return { takes: isArchiveService, transferSyntaxes: null };
  }

  protected begin(): Taking {
    const header = this.keep !== 'nothing';
    return { tap: new DatasetTap({ header, pixels: false }), bag: new PieceBag() };
  }

  protected starts(taking: Taking, { transferSyntax }: Stored): void {
    taking.tap.begin(transferSyntax);
    taking.bag.take();
  }

  protected piece(taking: Taking, buffer: Buffer, start: number, end: number): void {
    taking.tap.push(buffer, start, end);
    if (this.keep !== 'all') return;
    if (this.isTooLarge(taking)) taking.bag.take();
    else taking.bag.add(buffer, start, end);
  }

  /** More than the archive may keep in all. */
  private isTooLarge({ tap }: Taking): boolean {
    return this.keep === 'all' && tap.bytes > this.store.limit;
  }

  protected complete(taking: Taking, { request, transferSyntax }: Stored): number {
    const { tap, bag } = taking;
    if (this.isTooLarge(taking)) return Status.OUT_OF_RESOURCES;
    tap.finish();
    const pieces = bag.take();
    const sopInstance = request.sopInstance();
    if (this.store.refuses(sopInstance)) return Status.DUPLICATE_SOP_INSTANCE;
    if (this.keep === 'nothing') return Status.SUCCESS;
    this.store.add({
      sopClass: request.sopClass(),
      sopInstance,
      header: { bytes: tap.header ?? NO_BYTES, transferSyntax },
      dataset: this.keep === 'all' ? Buffer.concat(pieces) : null,
      storedAt: this.now(),
    });
    return Status.SUCCESS;
  }

  override onRequest(
    association: Association,
    request: IncomingRequest,
    dataset: Buffer | null,
  ): void {
    if (request.commandField === CommandField.C_ECHO_RQ) {
      association.respond(request, { status: Status.SUCCESS });
      return;
    }
    const transferSyntax = association.context(request.contextId)?.transferSyntax ?? '';
    try {
      const json = dataset === null ? {} : readIdentifier(dataset, transferSyntax);
      this.answer({ association, request, json });
    } catch (error) {
      // Bytes that are no data set: the requestor hears so.
      const errorComment = (error instanceof Error ? error.message : String(error)).slice(0, 64);
      association.respond(request, { status: Status.CANNOT_UNDERSTAND, errorComment });
    }
  }

  onCancel(association: Association, messageId: number): void {
    this.cancellable.cancel(association, messageId);
  }

  private answer(asked: Asked): void {
    const { association, request } = asked;
    switch (request.commandField) {
      case CommandField.C_FIND_RQ:
        return this.find(asked);
      case CommandField.C_MOVE_RQ:
        return this.move(asked);
      case CommandField.C_GET_RQ:
        return this.retrieve(asked, association, () => {});
      case CommandField.N_CREATE_RQ:
      case CommandField.N_SET_RQ:
      case CommandField.N_GET_RQ:
        return this.step(asked);
      case CommandField.N_ACTION_RQ:
        return this.commit(asked);
      default:
        association.respond(request, { status: Status.UNRECOGNIZED_OPERATION });
    }
  }

  private find({ association, request, json }: Asked): void {
    const level = levelOf(json);
    const isWorklist = request.sopClass() === WORKLIST;
    if (!isWorklist && level === null) {
      const errorComment = 'QueryRetrieveLevel is missing or unknown';
      association.respond(request, { status: Status.DATA_SET_MISMATCH, errorComment });
      return;
    }
    const answers =
      isWorklist || level === null ? this.worklist.find(json) : this.query.find(json, level);
    respondWith(association, request, answers, this.cancellable);
  }

  private move(asked: Asked): void {
    const { association, request } = asked;
    const aet = request.text(Element.MOVE_DESTINATION);
    const at = this.spec.destinations?.[aet];
    if (at === undefined) {
      const errorComment = `move destination "${aet}" is unknown`.slice(0, 64);
      association.respond(request, { status: Status.MOVE_DESTINATION_UNKNOWN, errorComment });
      return;
    }
    const pairs = new Map<string, StoredInstance>();
    for (const instance of this.chosen(asked)) {
      pairs.set(`${instance.sopClass} ${instance.header.transferSyntax}`, instance);
    }
    if (pairs.size === 0) return association.respond(request, { status: Status.SUCCESS });
    const contexts = [...pairs.values()].slice(0, 128).map(({ sopClass, header }) => ({
      abstractSyntax: sopClass,
      transferSyntaxes: [header.transferSyntax],
    }));
    associate({ ...at, calledAET: aet, callingAET: this.ownAET, contexts }, (outcome) => {
      if (outcome.kind === 'accepted') {
        const out = outcome.association;
        this.retrieve(asked, out, () => out.release());
      } else {
        const errorComment = `cannot open an association to "${aet}"`;
        const status = Status.OUT_OF_RESOURCES_SUB_OPERATIONS;
        association.respond(request, { status, errorComment });
      }
    });
  }

  private retrieve(asked: Asked, out: Association, done: () => void): void {
    const { association, request } = asked;
    const { cancellable } = this;
    const base = { association, request, out, cancellable, done };
    const originator = { aet: association.callingAET, messageId: request.messageId };
    const retrieval = out === association ? base : { ...base, originator };
    new SubOperations(retrieval, this.chosen(asked)).run();
  }

  private chosen({ json }: Asked): StoredInstance[] {
    const level = levelOf(json);
    return level === null ? [] : this.query.instances(json, level);
  }

  private step({ association, request, json }: Asked): void {
    const uid = request.sopInstance();
    if (request.sopClass() !== PROCEDURE_STEP) {
      association.respond(request, { status: Status.NO_SUCH_SOP_CLASS });
    } else if (request.commandField === CommandField.N_CREATE_RQ) {
      association.respond(request, { status: this.steps.create(uid, json) });
    } else if (request.commandField === CommandField.N_SET_RQ) {
      association.respond(request, { status: this.steps.set(uid, json) });
    } else association.respond(request, { status: Status.UNRECOGNIZED_OPERATION });
  }

  private commit({ association, request, json }: Asked): void {
    const wanted = readCommitment(json);
    if (wanted === null) {
      association.respond(request, { status: Status.MISSING_ATTRIBUTE });
      return;
    }
    association.respond(request, { status: Status.SUCCESS });
    this.later(this.spec.commitAfterMs ?? 0, () => {
      this.store.index();
      const report = commitmentReport(wanted, (uid) => this.store.places.has(uid));
      if (association.open && this.spec.commitOn !== 'new') {
        sendReport(association, report, () => {});
        return;
      }
      const to = this.spec.destinations?.[association.callingAET];
      if (to === undefined) return;
      reportTo({ ...to, calledAET: association.callingAET }, this.ownAET, report);
    });
  }
}
