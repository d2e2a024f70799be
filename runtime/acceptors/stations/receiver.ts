// A receiver: the SCP at which a router's deliveries end, and where the account looks.
import type { AcceptorFaults } from '../../../api/k6/simulate.ts';
import { Room } from '../../dicom/collected.ts';
import type { ContextRules } from '../../dicom/scp/contexts.ts';
import { DatasetTap } from '../../dicom/scp/dataset-tap.ts';
import { CommandField } from '../../dicom/dimse/elements.ts';
import { REPLY_LATER, type IncomingRequest } from '../../dicom/dimse/incoming.ts';
import { Status } from '../../dicom/dimse/status.ts';
import { isStorageClass, SopClass } from '../../dicom/dimse/uids.ts';
import type { TlsOptions } from '../../dicom/ul/associate-request.ts';
import type { Association, RequestHandler } from '../../dicom/ul/association.ts';
import type { ReceiverSpec } from '../../threads/acceptor.ts';
import type { ArrivalRow } from '../account/account.ts';
import type { RunClock } from '../clock.ts';
import { correlator } from '../account/correlate.ts';
import type { Correlator } from '../account/correlate.ts';
import type { Desk } from '../account/desk.ts';
import type { FileKeeper, OpenFile } from './file-keeper.ts';
import { NO_HASH } from '../account/hashes.ts';
import type { HashNumbers } from '../account/hashes.ts';
import type { HeaderBudget } from '../account/header-budget.ts';
import type { KeptHeader } from '../account/header.ts';
import { PixelMatch, type KnownPixels } from '../account/known-pixels.ts';
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
  readonly clock: RunClock;
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

/** What compressed values may take up until they are compared, of all associations together. */
const VALUES_MAX_BYTES = 256 * 1024 ** 2;

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
  readonly #values = new Room(VALUES_MAX_BYTES);
  readonly #correlate: Correlator;
  readonly #files: FileKeeper | null;

  constructor(id: number, spec: ReceiverSpec, tools: ReceiverTools) {
    super((spec.faults ?? {}) as AcceptorFaults, () => tools.clock.now());
    this.id = id;
    this.spec = spec;
    this.aets = spec.aets;
    this.#tools = tools;
    const { verify, settleMs } = spec;
    const name = spec.aets[0] ?? `receiver ${id}`;
    this.onTlsFailed = tools.tlsErrors.of(name);
    const desk = tools.desk.open(id, name, { settleMs, verify });
    this.#correlate = correlator(spec.correlate, desk.keys, tools.desk.runNumber);
    this.#files = tools.files(spec);
    this.tls = (spec.tls as TlsOptions | undefined) ?? null;
  }

  /** `verify: 'full'` compares headers, so it keeps them whatever `keep` says. */
  get #keepsHeaders(): boolean {
    return this.spec.keep !== 'nothing' || this.spec.verify === 'full';
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
    const { verify, correlate } = this.spec;
    const tap = new DatasetTap({
      header: this.#keepsHeaders || correlate !== 'sop',
      pixels: verify !== 'counts',
      known: new PixelMatch(this.#tools.known),
      room: this.room,
      fragmentsOf: this.#tools.hashes.fragmentsOf,
      valueRoom: this.#values,
    });
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
    intake.file?.discard();
    intake.file = null;
  }

  #arrived(intake: Intake, { request, transferSyntax }: Stored): void {
    const { tap } = intake;
    const { clock, hashes } = this.#tools;
    tap.finish();
    const now = clock.now();
    const header = tap.header === null ? undefined : { bytes: tap.header, transferSyntax };
    const key = this.#correlate(request.sopInstance(), header);
    const row: ArrivalRow = {
      a: key.a,
      b: key.b,
      study: key.study,
      pixels: this.spec.verify === 'counts' ? NO_HASH : hashes.arrived(tap, transferSyntax),
      form: hashes.formOf(tap, transferSyntax),
      association: intake.number,
      time: request.lastByte > 0 ? clock.at(request.lastByte) : now,
      header: this.#keepsHeaders ? this.#kept(header) : undefined,
    };
    this.#tools.desk.arrive(this.id, row, now);
  }

  #kept(header: KeptHeader | undefined): KeptHeader | undefined {
    return header === undefined ? undefined : this.#tools.budget.keep(header);
  }
}
