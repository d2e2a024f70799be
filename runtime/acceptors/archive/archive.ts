// A simulated archive: stores, finds, moves, keeps worklist and procedure steps. In memory.
import { EMBEDDED_STATION } from '../../threads/state.ts';
import type { SimulatedArchive } from '../../../api/k6/simulate.ts';
import { CommandField } from '../../dicom/dimse/elements.ts';
import { Room } from '../../dicom/collected.ts';
import { REPLY_LATER } from '../../dicom/dimse/incoming.ts';
import type { IncomingRequest, ResponseFields } from '../../dicom/dimse/incoming.ts';
import { Status } from '../../dicom/dimse/status.ts';
import { SopClass } from '../../dicom/dimse/uids.ts';
import { CommitmentProvider } from '../../dicom/scp/commitment-provider.ts';
import type { ContextRules } from '../../dicom/scp/contexts.ts';
import { FindProvider } from '../../dicom/scp/find-provider.ts';
import { readIdentifier } from '../../dicom/scp/identifier.ts';
import { type MoveDestination, RetrieveProvider } from '../../dicom/scp/retrieve-provider.ts';
import { worklistRefused } from '../../dicom/scp/worklist-rules.ts';
import type { Association } from '../../dicom/ul/association.ts';
import type { AssociateRq } from '../../dicom/ul/pdu/pdu.ts';
import { DatasetTap } from '../../dicom/scp/dataset-tap.ts';
import { share } from '../../dicom/scp/draw.ts';
import { chance } from '../stations/chance.ts';
import { damaged, PieceBag } from '../stations/piece-bag.ts';
import { SpecError } from '../stations/spec-error.ts';
import { mustBeWord } from '../stations/spec-words.ts';
import type { StowTaker } from '../stations/stow.ts';
import { StoreStation } from '../stations/store-station.ts';
import type { Stored } from '../stations/store-station.ts';
import { WebFaults } from '../stations/web-faults.ts';
import { requestorTlsOf } from '../../dicom/ul/socket/tls-files.ts';
import { ProcedureSteps } from './procedure-steps.ts';
import { type QueryLevel, levelOf, levelRefused, Query, retrievalRefused } from './query.ts';
import { preferred, Retrieval } from './retrieve.ts';
import { isArchiveService, operationOf, takesSyntax } from './services.ts';
import { ARCHIVE_DEFAULTS } from './spec.ts';
import { BEARER_CHARACTERS, isBearerToken } from '../../web/bearer.ts';
import type { JsonDataset } from '../../dicom/element/json.ts';
import type { FileMeta } from '../../dicom/file/part10.ts';
import { factsOf, factsOfDataset, type InstanceFacts } from './facts.ts';
import type { KeptHeader } from '../account/headers/header.ts';
import { ArchiveStore, type StoredInstance } from './store.ts';
import { Worklist } from './worklist.ts';

const NO_BYTES = Buffer.alloc(0);
const NO_ROOM = {
  status: Status.OUT_OF_RESOURCES,
  errorComment: 'the archive may not keep that much (keepBytes)',
} satisfies ResponseFields;

/** Data set of one store while it arrives. */
interface Taking {
  readonly tap: DatasetTap;
  readonly bag: PieceBag;
  /** Bytes of it that count on the archive's limit. */
  held: number;
  /** There was no room for all of it. */
  tooMuch: boolean;
}

/** An instance that came over the web. */
interface Put {
  readonly meta: FileMeta;
  readonly study: string | undefined;
  readonly pieces: readonly Buffer[];
}

/** One archive: a station. */
export class Archive extends StoreStation<Taking> {
  readonly id = EMBEDDED_STATION.ARCHIVE;
  readonly aets: readonly string[];
  readonly store: ArchiveStore;
  readonly steps = new ProcedureSteps();
  readonly #spec: SimulatedArchive;
  readonly #destinations: ReadonlyMap<string, MoveDestination>;
  readonly #keep: 'nothing' | 'headers' | 'all';
  /** Data sets that are arriving, of all associations: no more than may be kept. */
  readonly #arriving: Room;
  readonly #now: () => number;
  readonly #drops: () => boolean;
  readonly #corrupts: () => boolean;
  readonly #query: Query;
  readonly #worklist: Worklist;
  readonly #finds: FindProvider;
  readonly #retrieves: RetrieveProvider;
  readonly #commitments: CommitmentProvider;

  /**
   * @param now time that faults are planned by, ms since t0
   * @param folder what file names in the specification are relative to
   * @throws DicomError `CONFIG_TLS` for TLS that cannot be, SpecError for an unknown word
   */
  constructor(spec: SimulatedArchive, now: () => number, folder = '.') {
    super(spec.faults ?? {}, now);
    mustBeWord('archive: keep', spec.keep, ['nothing', 'headers', 'all']);
    mustBeWord('archive: duplicates', spec.duplicates, ['replace', 'ignore', 'refuse']);
    mustBeWord('archive: commitOn', spec.commitOn, ['same', 'new']);
    mustBeToken(spec.token);
    this.#spec = spec;
    this.aets = spec.aets ?? [];
    this.#destinations = new Map(
      Object.entries(spec.destinations ?? {}).map(([aet, { host, port, tls }]) => {
        const place = { name: `archive: destination "${aet}"`, folder };
        return [aet, { host, port, tls: requestorTlsOf(tls, place) }];
      }),
    );
    this.#keep = spec.keep ?? ARCHIVE_DEFAULTS.keep;
    this.store = new ArchiveStore(spec);
    const { drop, corrupt, seed = 1 } = spec.faults ?? {};
    this.#drops = share(drop, chance(seed));
    this.#corrupts = share(corrupt, chance(seed + 2));
    this.#arriving = new Room(this.store.limit);
    this.#now = now;
    const visibleAfterMs = spec.visibleAfterMs ?? ARCHIVE_DEFAULTS.visibleAfterMs;
    this.#query = new Query(this.store, { retrieveAET: this.#ownAET, visibleAfterMs });
    this.#worklist = new Worklist(spec.worklist ?? [], this.steps);
    this.#finds = this.#findProvider();
    this.#retrieves = this.#retrieveProvider();
    this.#commitments = this.#commitmentProvider();
  }

  get #ownAET(): string {
    return this.aets[0] ?? ARCHIVE_DEFAULTS.aet;
  }

  /** Of classes that the requestor wants sent to it, the syntax is chosen by what is kept. */
  protected override policy(rq: AssociateRq): ContextRules {
    const wanted = new Set(rq.user.roles.filter(({ scp }) => scp).map(({ sopClass }) => sopClass));
    return {
      abstractSyntaxes: isArchiveService,
      transferSyntaxes: takesSyntax,
      prefer: (sopClass) =>
        wanted.has(sopClass) ? preferred(this.store.syntaxesOf(sopClass)) : [],
    };
  }

  protected begin(): Taking {
    const tap = new DatasetTap({ header: true, pixels: false, room: this.room });
    return { tap, bag: new PieceBag(), held: 0, tooMuch: false };
  }

  protected starts(taking: Taking, { transferSyntax }: Pick<Stored, 'transferSyntax'>): void {
    this.spoilt(taking);
    taking.tap.begin(transferSyntax);
    taking.tooMuch = false;
  }

  protected piece(taking: Taking, buffer: Buffer, start: number, end: number): void {
    taking.tap.push(buffer, start, end);
    if (this.#keep !== 'all' || taking.tooMuch) return;
    if (this.#arriving.take(end - start)) {
      taking.held += end - start;
      taking.bag.add(buffer, start, end);
      return;
    }
    this.#leave(taking);
    taking.tooMuch = true;
  }

  protected override spoilt(taking: Taking): void {
    taking.tap.drop();
    this.#leave(taking);
  }

  /** What came of the data set does not count as arriving any more, and is forgotten. */
  #leave(taking: Taking): void {
    this.#left(taking, () => 0);
  }

  /** The same, once something was made of it. */
  #left(taking: Taking, make: (pieces: readonly Buffer[]) => number): number {
    this.#arriving.give(taking.held);
    taking.held = 0;
    const pieces = taking.bag.take();
    const made = make(pieces.parts);
    pieces.release();
    return made;
  }

  protected complete(taking: Taking, stored: Stored): number {
    taking.tap.finish();
    return this.#left(taking, (pieces) => this.#take(taking, stored, pieces));
  }

  #take(taking: Taking, stored: Stored, pieces: readonly Buffer[]): number {
    const { request, transferSyntax } = stored;
    const { tap } = taking;
    const header = { bytes: tap.header ?? NO_BYTES, transferSyntax };
    const facts = taking.tooMuch ? NO_ROOM : factsOf(stored, tap, header);
    const refusal = 'status' in facts ? facts : this.#refusesAgain(request.sopInstance());
    if (refusal !== null) {
      this.answer(stored, refusal);
      return REPLY_LATER;
    }
    if (!('status' in facts)) this.#keeps(facts, header, pieces);
    return Status.SUCCESS;
  }

  /** As it is told to keep, or not to on purpose. */
  #keeps(facts: InstanceFacts, header: KeptHeader, pieces: readonly Buffer[]): void {
    if (this.#keep === 'nothing' || this.#drops()) return;
    const whole = this.#keep === 'all' ? Buffer.concat(pieces) : null;
    const dataset = whole !== null && this.#corrupts() ? damaged(whole) : whole;
    this.store.add({ ...facts, header, dataset, storedAt: performance.now() });
  }

  #refusesAgain(sopInstance: string): ResponseFields | null {
    if (!this.store.refuses(sopInstance)) return null;
    const errorComment = 'this archive has the instance already';
    return { status: Status.DUPLICATE_SOP_INSTANCE, errorComment };
  }

  /**
   * Takes instances that come as Part 10 ones, one after the other, with the bounds of those that come
   * by association. Their Failure Reasons are those of PS3.18 Table I.2-2.
   *
   * @param study the one they have to belong to
   */
  intake(study: string | undefined): StowTaker {
    const taking = this.begin();
    return {
      begin: (meta) => this.starts(taking, meta),
      data: (bytes) => this.piece(taking, bytes, 0, bytes.length),
      end: (meta) => {
        taking.tap.finish();
        return this.#left(taking, (pieces) => this.#put(taking, { meta, study, pieces }));
      },
      drop: () => this.spoilt(taking),
    };
  }

  #put(taking: Taking, { meta, study, pieces }: Put): number {
    const { tap } = taking;
    if (taking.tooMuch) return NO_ROOM.status;
    const header = { bytes: tap.header ?? NO_BYTES, transferSyntax: meta.transferSyntax };
    const facts = factsOfDataset(meta, tap, header);
    if ('status' in facts) return facts.status;
    if (study !== undefined && facts.study !== study) return Status.DATA_SET_MISMATCH;
    const refusal = this.#refusesAgain(meta.sopInstance);
    if (refusal !== null) return refusal.status;
    this.counts.instances++;
    this.counts.bytes += tap.bytes;
    this.#keeps(facts, header, pieces);
    return 0;
  }

  /** What who asks over the web must show; undefined = nothing. */
  get token(): string | undefined {
    return this.#spec.token;
  }

  /** What goes wrong on purpose over the web. */
  webFaults(): WebFaults {
    return new WebFaults(this.#spec.faults ?? {}, this.#now);
  }

  /** Matches of a query over the web. */
  found(keys: JsonDataset, level: QueryLevel): Iterable<JsonDataset> {
    return this.#query.find(keys, level);
  }

  /** What stands for unique keys. */
  retrievable(keys: JsonDataset, level: QueryLevel): readonly StoredInstance[] {
    return this.#query.instances(keys, level);
  }

  /** Forgets what stands for unique keys; how many instances that were. */
  forget(keys: JsonDataset, level: QueryLevel): number {
    const instances = this.#query.instances(keys, level);
    for (const { sopInstance } of instances) this.store.remove(sopInstance);
    return instances.length;
  }

  /** By the same words as {@link onRequest}: what is refused there needs no data set. */
  override collects(association: Association, request: IncomingRequest): boolean {
    return typeof operationOf(association, request) === 'string';
  }

  override onRequest(
    association: Association,
    request: IncomingRequest,
    dataset: Buffer | null,
  ): void {
    const operation = operationOf(association, request);
    if (typeof operation === 'number') {
      association.respond(request, { status: operation });
      return;
    }
    switch (operation) {
      case 'echo':
        return association.respond(request, { status: Status.SUCCESS });
      case 'find':
      case 'worklist':
        return this.#finds.onRequest(association, request, dataset);
      case 'move':
      case 'get':
        return this.#retrieves.onRequest(association, request, dataset);
      case 'createStep':
      case 'setStep':
        return this.#step(association, request, dataset);
      case 'commit':
        return this.#commitments.onRequest(association, request, dataset);
    }
  }

  onCancel(association: Association, messageId: number): void {
    this.#finds.onCancel(association, messageId);
    this.#retrieves.onCancel(association, messageId);
  }

  #findProvider(): FindProvider {
    const isWorklist = (request: IncomingRequest): boolean =>
      request.sopClass() === SopClass.WORKLIST_FIND;
    return new FindProvider({
      refuses: (keys, request) =>
        isWorklist(request) ? worklistRefused(keys) : levelRefused(keys, request.sopClass()),
      records: (keys, request) => {
        const level = levelOf(keys);
        return isWorklist(request) || level === null
          ? this.#worklist.find(keys)
          : this.#query.find(keys, level);
      },
    });
  }

  #retrieveProvider(): RetrieveProvider {
    const retrieval = new Retrieval();
    return new RetrieveProvider({
      callingAET: this.#ownAET,
      destination: (aet) => this.#destinations.get(aet) ?? null,
      refuses: (keys, request) => retrievalRefused(keys, request.sopClass()),
      instances: (keys) => {
        const level = levelOf(keys);
        const found = level === null ? [] : this.#query.instances(keys, level);
        return retrieval.sendables(found);
      },
    });
  }

  #step(association: Association, request: IncomingRequest, dataset: Buffer | null): void {
    const json = readIdentifier(association, request, dataset);
    if (json === null) return;
    const uid = request.sopInstance();
    const isNew = request.commandField === CommandField.N_CREATE_RQ;
    const answer = isNew ? this.steps.create(uid, json) : this.steps.set(uid, json);
    association.respond(request, answer);
  }

  #commitmentProvider(): CommitmentProvider {
    const { commitAfterMs = 0, commitOn } = this.#spec;
    return new CommitmentProvider({
      delay: commitAfterMs,
      judge: (sopInstance) => (this.#holds(sopInstance) ? 0 : Status.NO_SUCH_SOP_INSTANCE),
      reportTo: (callingAET, open) =>
        open && commitOn !== 'new' ? null : (this.#destinations.get(callingAET) ?? null),
    });
  }

  #holds(sopInstance: string): boolean {
    this.store.index();
    return this.store.places.has(sopInstance);
  }
}

/** A token that no header can show would lock everybody out. The value is never told. */
function mustBeToken(token: unknown): void {
  if (token === undefined || (typeof token === 'string' && isBearerToken(token))) return;
  throw new SpecError('archive: token: is no bearer token (RFC 6750)', BEARER_CHARACTERS);
}
