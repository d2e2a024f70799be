// A receiver: the SCP at which a router's deliveries end, and where the account looks.
import type { AssociateIndication } from '../dicom/scp/acceptor-types.ts';
import type { AcceptDecision } from '../dicom/scp/acceptor-types.ts';
import { CommandField } from '../dicom/dimse/elements.ts';
import { Status } from '../dicom/dimse/status.ts';
import type { IncomingRequest } from '../dicom/dimse/incoming.ts';
import { REPLY_LATER } from '../dicom/dimse/incoming.ts';
import type { Association, RequestHandler } from '../dicom/ul/association.ts';
import type { ReceiverSpec } from '../threads.ts';
import type { ArrivalRow } from './account.ts';
import type { RunClock } from './clock.ts';
import { answerContexts, STORE_ANYTHING } from './contexts.ts';
import { correlator } from './correlate.ts';
import type { Correlator } from './correlate.ts';
import { DatasetTap } from './dataset-tap.ts';
import type { Desk, ReceiverDesk } from './desk.ts';
import type { FileKeeper, OpenFile } from './file-keeper.ts';
import { NO_HASH } from './hashes.ts';
import type { HashNumbers } from './hashes.ts';
import type { HeaderBudget } from './header-budget.ts';
import type { KeptHeader } from './header.ts';
import type { KnownPixels } from './known-pixels.ts';
import type { Station } from './ports.ts';

/** What receivers of one thread share. */
export interface ReceiverTools {
  readonly desk: Desk;
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
  transferSyntax: string;
  file: OpenFile | null;
}

/** Counts of a receiver, for `serve` and for tests. */
export interface ReceiverCounts {
  instances: number;
  bytes: number;
  associations: number;
}

/** Answers one receiver's associations. */
export class Receiver implements RequestHandler, Station {
  readonly spec: ReceiverSpec;
  readonly counts: ReceiverCounts = { instances: 0, bytes: 0, associations: 0 };
  readonly id: number;
  readonly aets: readonly string[];
  private readonly tools: ReceiverTools;
  private readonly desk: ReceiverDesk;
  private readonly correlate: Correlator;
  private readonly files: FileKeeper | null;

  constructor(id: number, spec: ReceiverSpec, tools: ReceiverTools) {
    this.id = id;
    this.aets = spec.aets;
    this.spec = spec;
    this.tools = tools;
    this.desk = tools.desk.open(id, spec.aets[0] ?? `receiver ${id}`, spec.settleMs);
    this.correlate = correlator(spec.correlate, this.desk.keys, tools.desk.runNumber);
    this.files = tools.files(spec);
  }

  /** Takes every association for one of its AE titles. */
  accept(indication: AssociateIndication): AcceptDecision {
    const contexts = answerContexts(indication.rq.contexts, STORE_ANYTHING);
    this.counts.associations++;
    return { kind: 'accept', contexts, handler: this, data: this.intake() };
  }

  onStore(association: Association, request: IncomingRequest): void {
    const intake = association.data as Intake;
    const transferSyntax = association.context(request.contextId)?.transferSyntax ?? '';
    intake.transferSyntax = transferSyntax;
    intake.tap.begin(transferSyntax);
    if (this.files === null) return;
    const callingAET = association.callingAET;
    intake.file = this.files.open(request, { transferSyntax, callingAET });
  }

  // eslint-disable-next-line max-params -- why: the wire's signature, an object per piece would cost
  onStoreData(
    association: Association,
    _request: IncomingRequest,
    buffer: Buffer,
    start: number,
    end: number,
  ): void {
    const intake = association.data as Intake;
    intake.tap.push(buffer, start, end);
    if (intake.file !== null) intake.file.write(buffer.subarray(start, end));
  }

  onStoreEnd(association: Association, request: IncomingRequest): number {
    const intake = association.data as Intake;
    const { file } = intake;
    this.arrived(intake, request);
    if (file === null) return Status.SUCCESS;
    // why: the answer waits for the disk, so that a slow disk slows its sender, not our memory
    intake.file = null;
    file.close((error) => {
      if (!association.open) return;
      if (error === null) association.respond(request, { status: Status.SUCCESS });
      else
        association.respond(request, {
          status: Status.OUT_OF_RESOURCES,
          errorComment: error.slice(0, 64),
        });
    });
    return REPLY_LATER;
  }

  onRequest(association: Association, request: IncomingRequest): void {
    const status =
      request.commandField === CommandField.C_ECHO_RQ
        ? Status.SUCCESS
        : Status.UNRECOGNIZED_OPERATION;
    association.respond(request, { status });
  }

  private intake(): Intake {
    const { verify, keep, correlate } = this.spec;
    const tap = new DatasetTap({
      header: keep !== 'nothing' || correlate !== 'sop',
      pixels: verify !== 'counts',
      dataset: verify === 'full',
      known: this.tools.known,
    });
    return { number: this.tools.nextAssociation(), tap, transferSyntax: '', file: null };
  }

  private arrived(intake: Intake, request: IncomingRequest): void {
    const { tap, transferSyntax } = intake;
    const { clock, hashes } = this.tools;
    tap.finish();
    this.counts.instances++;
    this.counts.bytes += tap.bytes;
    const now = clock.now();
    const header = tap.header === null ? undefined : { bytes: tap.header, transferSyntax };
    const key = this.correlate(request.sopInstance(), header);
    const hashed = tap.pixelHash === '' ? NO_HASH : hashes.arrived(tap.pixelHash);
    const row: ArrivalRow = {
      a: key.a,
      b: key.b,
      study: key.study,
      pixels: tap.knownPixels === 0 ? hashed : tap.knownPixels,
      association: intake.number,
      time: request.lastByte > 0 ? clock.at(request.lastByte) : now,
      header: this.spec.keep === 'nothing' ? undefined : this.kept(header),
    };
    this.tools.desk.arrive(this.id, row, now);
  }

  private kept(header: KeptHeader | undefined): KeptHeader | undefined {
    return header === undefined ? undefined : this.tools.budget.keep(header);
  }
}
