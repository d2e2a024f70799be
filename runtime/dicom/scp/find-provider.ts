// C-FIND as acceptor: responses in batches between which a C-CANCEL is heard, and bounded memory
// towards a slow requestor.
import { DataError } from '../element/data-error.ts';
import type { JsonDataset } from '../element/json.ts';
import type { IncomingRequest, ResponseFields } from '../dimse/incoming.ts';
import type { Attributes } from '../dimse/model.ts';
import { Status } from '../dimse/status.ts';
import type { Association } from '../ul/association.ts';
import { type DelaySpec, drawDelay } from './draw.ts';
import { encodeRecord, readIdentifier, syntaxOf } from './identifier.ts';
import { later } from './later.ts';

export interface FindProviderOptions {
  /** The answers: records that match, with what was asked for (see matching). */
  records(identifier: JsonDataset, request: IncomingRequest): Iterable<Attributes>;
  /** What an identifier that cannot be answered is answered with; null = it can. */
  refuses?(identifier: JsonDataset, request: IncomingRequest): ResponseFields | null;
  /** Pause between two responses. */
  readonly pace?: DelaySpec;
  /** Answer 0xFF01 instead of 0xFF00. */
  readonly pendingStatus?: number;
}

const BATCH = 32;
/** Not more than that waits in the socket before the next batch is made. */
const BACKLOG_BYTES = 262_144;
const SLOW_PEER_MS = 5;

class Answering {
  cancelled = false;
  readonly #association: Association;
  readonly #request: IncomingRequest;
  readonly #options: FindProviderOptions;
  readonly #records: Iterator<Attributes>;
  readonly #syntax: string;
  readonly #random: () => number;
  readonly #done: () => void;

  constructor(
    association: Association,
    query: { request: IncomingRequest; identifier: JsonDataset; syntax: string },
    options: FindProviderOptions,
    world: { random: () => number; done: () => void },
  ) {
    this.#association = association;
    this.#request = query.request;
    this.#syntax = query.syntax;
    this.#options = options;
    this.#random = world.random;
    this.#done = world.done;
    this.#records = options.records(query.identifier, query.request)[Symbol.iterator]();
  }

  /** The next responses; goes on by itself until all are out. */
  go(): void {
    try {
      this.#answerSome();
    } catch (error) {
      // A DataError: keys that no response may hold, elements of group 0000, say.
      const { CANNOT_UNDERSTAND, PROCESSING_FAILURE } = Status;
      const status = error instanceof DataError ? CANNOT_UNDERSTAND : PROCESSING_FAILURE;
      this.#finish(status, error instanceof Error ? error.message : String(error));
    }
  }

  #answerSome(): void {
    const association = this.#association,
      options = this.#options;
    const batch = options.pace === undefined ? BATCH : 1;
    for (let sent = 0; sent < batch;) {
      if (association.closedBy !== null) return this.#done();
      if (this.cancelled) return this.#finish(Status.CANCEL);
      const next = this.#records.next();
      if (next.done === true) return this.#finish(Status.SUCCESS);
      this.#answer(next.value);
      sent += 1;
    }
    if (association.backlog > BACKLOG_BYTES) later(SLOW_PEER_MS, () => this.go());
    else if (options.pace === undefined) setImmediate(() => this.go());
    else later(Math.max(1, drawDelay(options.pace, this.#random)), () => this.go());
  }

  #answer(record: Attributes): void {
    const status = this.#options.pendingStatus ?? Status.PENDING;
    const dataset = encodeRecord(record, this.#syntax);
    this.#association.respond(this.#request, { status, dataset });
  }

  #finish(status: number, errorComment?: string): void {
    this.#association.respond(this.#request, { status, ...(errorComment && { errorComment }) });
    this.#done();
  }
}

/** Answers C-FIND requests. */
export class FindProvider {
  readonly #options: FindProviderOptions;
  readonly #random: () => number;
  readonly #running = new Map<Association, Map<number, Answering>>();

  constructor(options: FindProviderOptions, random: () => number = Math.random) {
    this.#options = options;
    this.#random = random;
  }

  onRequest(association: Association, request: IncomingRequest, dataset: Buffer | null): void {
    const identifier = readIdentifier(association, request, dataset);
    if (identifier === null) return;
    const refusal = this.#options.refuses?.(identifier, request) ?? null;
    if (refusal !== null) {
      association.respond(request, refusal);
      return;
    }
    const { messageId } = request;
    const syntax = syntaxOf(association, request);
    const mine = this.#running.get(association) ?? new Map<number, Answering>();
    const done = (): void => {
      mine.delete(messageId);
      if (mine.size === 0) this.#running.delete(association);
    };
    const options = this.#options,
      random = this.#random;
    const query = { request, identifier, syntax };
    const answering = new Answering(association, query, options, { random, done });
    // why: not before it is made, which may throw
    this.#running.set(association, mine);
    mine.set(messageId, answering);
    answering.go();
  }

  onCancel(association: Association, messageId: number): void {
    const answering = this.#running.get(association)?.get(messageId);
    if (answering !== undefined) answering.cancelled = true;
  }
}
