// A receiver: the SCP at which a router's deliveries end, and where the account looks.
import type { AcceptorFaults } from '../../../api/k6/simulate.ts';
import type { ContextRules } from '../../dicom/scp/contexts.ts';
import type { DatasetTap } from '../../dicom/scp/dataset-tap.ts';
import { CommandField } from '../../dicom/dimse/elements.ts';
import { REPLY_LATER, type IncomingRequest } from '../../dicom/dimse/incoming.ts';
import { Status } from '../../dicom/dimse/status.ts';
import { isStorageClass, SopClass } from '../../dicom/dimse/uids.ts';
import type { TlsOptions } from '../../dicom/ul/associate-request.ts';
import type { Association, RequestHandler } from '../../dicom/ul/association.ts';
import type { ReceiverSpec } from '../../threads/acceptor.ts';
import type { Clock } from '../../threads/clock.ts';
import type { Desk } from '../account/desk.ts';
import type { FileKeeper, OpenFile } from './file-keeper.ts';
import type { HashNumbers } from '../account/pixels/hashes.ts';
import type { HeaderBudget } from '../account/headers/header-budget.ts';
import type { KnownPixels } from '../account/pixels/known-pixels.ts';
import { Arrivals, nameOf } from './arrivals.ts';
import { StoreStation } from './store-station.ts';
import type { Stored } from './store-station.ts';
import type { TlsErrors } from './tls-errors.ts';

/** What receivers of one thread share. */
export interface ReceiverTools {
  readonly desk: Desk;
  /** Who waits for reports of storage commitment. */
  readonly reports: RequestHandler;
  readonly tlsErrors: TlsErrors;
  readonly hashes: HashNumbers;
  readonly known: KnownPixels;
  readonly clock: Clock;
  readonly budget: HeaderBudget;
  /** Null unless files are kept. */
  files(spec: ReceiverSpec): FileKeeper | null;
  /** The next association number of the thread. */
  nextAssociation(): number;
}

/** What an association carries between its callbacks. */
interface Intake {
  readonly number: number;
  readonly tap: DatasetTap;
  file: OpenFile | null;
}

/** Instances, and reports of storage commitment (PS3.4 J.3.3). */
const STORE_OR_REPORT: ContextRules = {
  abstractSyntaxes: (uid) =>
    uid === SopClass.STORAGE_COMMITMENT || uid === SopClass.VERIFICATION || isStorageClass(uid),
};

/** Answers one receiver's associations. */
export class Receiver extends StoreStation<Intake> {
  readonly spec: ReceiverSpec;
  readonly id: number;
  readonly aets: readonly string[];
  /** What it listens with. */
  readonly tls: TlsOptions | null;
  readonly #tools: ReceiverTools;
  readonly #arrivals: Arrivals;
  readonly #files: FileKeeper | null;

  constructor(id: number, spec: ReceiverSpec, tools: ReceiverTools) {
    super((spec.faults ?? {}) as AcceptorFaults, () => tools.clock.now());
    this.id = id;
    this.spec = spec;
    this.aets = spec.aets;
    this.#tools = tools;
    this.onTlsFailed = tools.tlsErrors.of(nameOf(id, spec));
    this.#arrivals = new Arrivals(id, spec, tools);
    this.#files = tools.files(spec);
    this.tls = (spec.tls as TlsOptions | undefined) ?? null;
  }

  protected override policy(): ContextRules {
    return STORE_OR_REPORT;
  }

  override collects(_association: Association, request: IncomingRequest): boolean {
    return request.commandField === CommandField.N_EVENT_REPORT_RQ;
  }

  override onRequest(
    association: Association,
    request: IncomingRequest,
    dataset: Buffer | null,
  ): void {
    const isReport = request.commandField === CommandField.N_EVENT_REPORT_RQ;
    const to = isReport ? this.#tools.reports : null;
    if (to?.onRequest === undefined) super.onRequest(association, request, dataset);
    else to.onRequest(association, request, dataset);
  }

  protected begin(): Intake {
    const tap = this.#arrivals.tap(this.room);
    return { number: this.#tools.nextAssociation(), tap, file: null };
  }

  protected starts(intake: Intake, { association, request, transferSyntax }: Stored): void {
    intake.tap.begin(transferSyntax);
    if (this.#files === null) return;
    const { callingAET } = association;
    intake.file = this.#files.open(request, { transferSyntax, callingAET });
  }

  protected piece(intake: Intake, buffer: Buffer, start: number, end: number): void {
    intake.tap.push(buffer, start, end);
    if (intake.file !== null) intake.file.write(buffer.subarray(start, end));
  }

  protected complete(intake: Intake, stored: Stored): number {
    const { file } = intake;
    this.#arrived(intake, stored);
    if (file === null) return Status.SUCCESS;
    // why: the answer waits for the disk, so that a slow disk slows its sender, not our memory
    intake.file = null;
    file.close((error) => {
      if (error === null) this.answer(stored, { status: Status.SUCCESS });
      else this.answer(stored, { status: Status.OUT_OF_RESOURCES, errorComment: error });
    });
    return REPLY_LATER;
  }

  protected override spoilt(intake: Intake): void {
    intake.tap.drop();
    intake.file?.discard();
    intake.file = null;
  }

  #arrived({ tap, number }: Intake, { request, transferSyntax }: Stored): void {
    const time = request.lastByte > 0 ? request.lastByte : performance.now();
    const uid = request.sopInstance();
    this.#arrivals.arrived(tap, { uid, transferSyntax, association: number, time });
  }
}
