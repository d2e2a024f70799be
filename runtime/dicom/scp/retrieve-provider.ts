// C-MOVE and C-GET as acceptor.
import type { JsonDataset } from '../element/json.ts';
import { CommandField, Element } from '../dimse/elements.ts';
import type { IncomingRequest, ResponseFields } from '../dimse/incoming.ts';
import { Status } from '../dimse/status.ts';
import { type AssociateOutcome, associate } from '../ul/associate.ts';
import type { ProposedContext, TlsOptions } from '../ul/associate-request.ts';
import type { Association } from '../ul/association.ts';
import { encodeRecord, readIdentifier, syntaxOf } from './identifier.ts';
import { type StoredCopy, SubOperationRun, type SubOperationUser } from './sub-operations.ts';

export interface MoveDestination {
  readonly host: string;
  readonly port: number;
  readonly tls?: TlsOptions | null;
}

export interface RetrieveProviderOptions {
  /** What an identifier that cannot be retrieved by is answered with; null = it can. */
  refuses?(identifier: JsonDataset, request: IncomingRequest): ResponseFields | null;
  /** The instances that an identifier asks for; a promise of them must not fail. */
  instances(
    identifier: JsonDataset,
    request: IncomingRequest,
  ): Iterable<StoredCopy> | Promise<Iterable<StoredCopy>>;
  /** Where a C-MOVE destination is; null = unknown (0xA801). */
  destination?(aet: string): MoveDestination | null;
  /** AE title that a destination is called as (default: what the requestor called). */
  readonly callingAET?: string;
  /** A pending response after every n-th sub-operation (default 1; 0 = none). */
  readonly pendingEvery?: number;
}

const MAX_CONTEXTS = 128;

/** What goes over one association: no more kinds than it has contexts. */
interface Batch {
  readonly contexts: ProposedContext[];
  readonly instances: StoredCopy[];
}

/**
 * One context per SOP class and transfer syntax, so that nothing has to be converted, and one per
 * class for what it may be converted to; over as many associations as it takes.
 */
export function batchesOf(instances: readonly StoredCopy[]): Batch[] {
  const batches: (Batch & { readonly keys: Set<string> })[] = [];
  const places = new Map<string, Batch>();
  for (const instance of instances) {
    const { sopClass, transferSyntax, convertible = [] } = instance;
    const kind = `${sopClass} ${transferSyntax}`;
    let batch = places.get(kind);
    if (batch === undefined) {
      const wanted = [
        [kind, [transferSyntax]],
        ...(convertible.length === 0 ? [] : [[`${sopClass} ${convertible.join()}`, convertible]]),
      ] as [string, readonly string[]][];
      let last = batches.at(-1);
      if (last === undefined || last.contexts.length + wanted.length > MAX_CONTEXTS) {
        last = { contexts: [], instances: [], keys: new Set() };
        batches.push(last);
      }
      for (const [key, transferSyntaxes] of wanted) {
        if (last.keys.has(key)) continue;
        last.keys.add(key);
        last.contexts.push({ abstractSyntax: sopClass, transferSyntaxes: [...transferSyntaxes] });
      }
      places.set(kind, (batch = last));
    }
    batch.instances.push(instance);
  }
  return batches;
}

/** What is sent, and how an association for the next part of it is had; null = there is only one. */
interface Moving {
  readonly batches: readonly Batch[];
  readonly open: ((batch: Batch, opened: (outcome: AssociateOutcome) => void) => void) | null;
}

/** C-GET: all over the association it was asked for on, whose contexts the requestor proposed. */
function ofOne(instances: StoredCopy[]): Moving {
  return { batches: [{ contexts: [], instances }], open: null };
}

/** Answers C-MOVE and C-GET requests. */
export class RetrieveProvider {
  readonly #options: RetrieveProviderOptions;
  readonly #running = new Map<Association, Map<number, SubOperationRun>>();

  constructor(options: RetrieveProviderOptions) {
    this.#options = options;
  }

  onRequest(association: Association, request: IncomingRequest, dataset: Buffer | null): void {
    const identifier = readIdentifier(association, request, dataset);
    if (identifier === null) return;
    const refusal = this.#options.refuses?.(identifier, request) ?? null;
    if (refusal !== null) {
      association.respond(request, refusal);
      return;
    }
    const found = this.#options.instances(identifier, request);
    if (found instanceof Promise) void found.then((all) => this.#send(association, request, all));
    else this.#send(association, request, found);
  }

  #send(association: Association, request: IncomingRequest, found: Iterable<StoredCopy>): void {
    const instances = [...found];
    if (request.commandField === CommandField.C_GET_RQ)
      this.#run(association, request, association, ofOne(instances));
    else this.#move(association, request, instances);
  }

  onCancel(association: Association, messageId: number): void {
    const run = this.#running.get(association)?.get(messageId);
    if (run !== undefined) run.cancelled = true;
  }

  #move(
    association: Association,
    request: IncomingRequest,
    instances: readonly StoredCopy[],
  ): void {
    const aet = request.text(Element.MOVE_DESTINATION);
    const destination = this.#options.destination?.(aet) ?? null;
    if (destination === null) {
      const errorComment = `move destination "${aet}" is unknown`;
      association.respond(request, { status: Status.MOVE_DESTINATION_UNKNOWN, errorComment });
      return;
    }
    if (instances.length === 0) {
      association.respond(request, { status: Status.SUCCESS, completed: 0, failed: 0, warning: 0 });
      return;
    }
    const batches = batchesOf(instances);
    const open = (batch: Batch, opened: (outcome: AssociateOutcome) => void): void => {
      const callingAET = this.#options.callingAET ?? association.calledAET;
      const { contexts } = batch;
      associate({ ...destination, calledAET: aet, callingAET, contexts }, opened);
    };
    const [first] = batches;
    if (first === undefined) return;
    open(first, (outcome) => {
      if (outcome.kind !== 'accepted') {
        const errorComment = `destination: ${outcome.kind}`;
        const none = { completed: 0, warning: 0, failed: instances.length };
        const status = Status.OUT_OF_RESOURCES_SUB_OPERATIONS;
        association.respond(request, { status, ...none, errorComment });
        return;
      }
      this.#run(association, request, outcome.association, { batches, open });
    });
  }

  /** Sends the instances over `to`, and counts them to the one who asked. */
  #run(
    association: Association,
    request: IncomingRequest,
    first: Association,
    { batches, open }: Moving,
  ): void {
    const instances = batches.flatMap((batch) => batch.instances);
    let to = first;
    let at = 0;
    const letGo = (): void => {
      if (to !== association) to.release();
    };
    const user: SubOperationUser = {
      onProgress: (run) => this.#progress(association, request, run, instances.length),
      onExhausted: (run) => {
        const next = batches[++at];
        letGo();
        if (next === undefined || open === null) return run.giveUp('nothing more to send over');
        open(next, (outcome) => {
          if (outcome.kind !== 'accepted') return run.giveUp(`destination: ${outcome.kind}`);
          to = outcome.association;
          run.goOn(to, next.instances.length);
        });
      },
      onDone: (run) => {
        this.#forget(association, request);
        letGo();
        association.respond(request, this.#final(association, request, run));
      },
    };
    const moved = to !== association;
    const originator = { aet: association.callingAET, messageId: request.messageId };
    const run = new SubOperationRun(to, instances, user, moved ? originator : undefined);
    if (open !== null) run.stopAfter(batches[0]?.instances.length ?? 0);
    const mine = this.#running.get(association) ?? new Map<number, SubOperationRun>();
    this.#running.set(association, mine.set(request.messageId, run));
    run.cancelled = association.closedBy !== null;
    run.go();
  }

  #forget(association: Association, request: IncomingRequest): void {
    const mine = this.#running.get(association);
    mine?.delete(request.messageId);
    if (mine?.size === 0) this.#running.delete(association);
  }

  #progress(
    association: Association,
    request: IncomingRequest,
    run: SubOperationRun,
    all: number,
  ): void {
    // why: whoever asked for it no longer waits for it
    if (association.closedBy !== null) run.cancelled = true;
    const every = this.#options.pendingEvery ?? 1;
    if (every > 0 && (all - run.remaining) % every === 0)
      association.respond(request, counters(run, Status.PENDING));
  }

  #final(association: Association, request: IncomingRequest, run: SubOperationRun): ResponseFields {
    const { failed, warning, failedInstances, cancelled } = run;
    if (failed === 0 && warning === 0 && !cancelled) return counters(run, Status.SUCCESS);
    const syntax = syntaxOf(association, request);
    const all = failed > 0 && run.completed === 0 && warning === 0;
    const problem = all ? Status.OUT_OF_RESOURCES_SUB_OPERATIONS : Status.SUB_OPERATIONS_FAILED;
    const list = { FailedSOPInstanceUIDList: failedInstances };
    const dataset = failedInstances.length === 0 ? null : encodeRecord(list, syntax);
    const fields = { ...counters(run, cancelled ? Status.CANCEL : problem), dataset };
    return run.failure === '' ? fields : { ...fields, errorComment: run.failure };
  }
}

function counters(run: SubOperationRun, status: number): ResponseFields {
  const { completed, failed, warning } = run;
  // Remaining is only sent while there are some (PS3.7 §9.1.4.1.6).
  const more = status === Status.PENDING || status === Status.CANCEL;
  return { status, completed, failed, warning, ...(more ? { remaining: run.remaining } : {}) };
}
