// Services put together to one handler, and normalized instances of any class, for tests and the fuzz:
// what an acceptor of ours may meet in the role of a peer.
import { randomBytes } from 'node:crypto';
import { keywordOf } from '../dicom/element/dictionary.ts';
import type { JsonDataset } from '../dicom/element/json.ts';
import { readTags } from '../dicom/dimse/command.ts';
import { CommandField, Element } from '../dicom/dimse/elements.ts';
import type { IncomingRequest, ResponseFields } from '../dicom/dimse/incoming.ts';
import type { Attributes } from '../dicom/dimse/model.ts';
import { Status } from '../dicom/dimse/status.ts';
import { SopClass } from '../dicom/dimse/uids.ts';
import { encodeRecord, readIdentifier, syntaxOf } from '../dicom/scp/identifier.ts';
import { matches, project } from '../dicom/scp/matching.ts';
import { hasEnded } from '../dicom/scp/procedure-step-rules.ts';
import type { Association, RequestHandler } from '../dicom/ul/association.ts';

/** Records that answer any identifier, as a `FindProvider` takes them. */
export function answersFrom(records: Iterable<Attributes>) {
  return function* (keys: JsonDataset): Generator<JsonDataset> {
    const level = keys['QueryRetrieveLevel'] ?? null;
    for (const record of records) {
      const candidate = { ...record, QueryRetrieveLevel: level } as JsonDataset;
      if (matches(keys, candidate)) yield project(keys, candidate);
    }
  };
}

/** Answers requests of one kind. */
export interface RequestService {
  onRequest(association: Association, request: IncomingRequest, dataset: Buffer | null): void;
  onCancel?(association: Association, messageId: number): void;
}

export interface Services {
  /** C-ECHO (default: success). */
  readonly echo?: RequestService;
  /** C-STORE. */
  readonly store?: Pick<RequestHandler, 'onStore' | 'onStoreData' | 'onStoreEnd'>;
  /** C-FIND of the query models and of the worklist. */
  readonly find?: RequestService;
  readonly worklist?: RequestService;
  /** C-MOVE and C-GET. */
  readonly retrieve?: RequestService;
  /** N-*, other than storage commitment. */
  readonly normalized?: RequestService;
  readonly commitment?: RequestService;
}

const ECHO: RequestService = {
  onRequest: (association, request) => association.respond(request, { status: Status.SUCCESS }),
};

function serviceFor(services: Services, request: IncomingRequest): RequestService | undefined {
  switch (request.commandField) {
    case CommandField.C_ECHO_RQ:
      return services.echo ?? ECHO;
    case CommandField.C_FIND_RQ: {
      const isWorklist = request.sopClass() === SopClass.WORKLIST_FIND;
      return isWorklist ? (services.worklist ?? services.find) : services.find;
    }
    case CommandField.C_MOVE_RQ:
    case CommandField.C_GET_RQ:
      return services.retrieve;
    case CommandField.N_ACTION_RQ: {
      const isCommitment = request.sopClass() === SopClass.STORAGE_COMMITMENT;
      return isCommitment ? services.commitment : services.normalized;
    }
    default:
      return services.normalized;
  }
}

/** One handler for all of them; what has no service is refused (0x0122 or 0x0211). */
export function serviceHandler(services: Services): RequestHandler {
  const { store } = services;
  const cancellable = [services.find, services.worklist, services.retrieve];
  return {
    onStore: (association, request) => store?.onStore?.(association, request),
    onStoreData: (...piece) => store?.onStoreData?.(...piece),
    onStoreEnd: (association, request) =>
      store?.onStoreEnd?.(association, request) ?? Status.SOP_CLASS_NOT_SUPPORTED,
    onRequest: (association, request, dataset) => {
      const service = serviceFor(services, request);
      if (service !== undefined) service.onRequest(association, request, dataset);
      else association.respond(request, { status: Status.UNRECOGNIZED_OPERATION });
    },
    onCancel: (association, messageId) => {
      for (const service of cancellable) service?.onCancel?.(association, messageId);
    },
  };
}

export interface NormalizedInstance {
  readonly sopClass: string;
  readonly sopInstance: string;
  attributes: JsonDataset;
}

export interface NormalizedProviderOptions {
  /** After a change: which service, and the instance as it is now. */
  onChange?(service: 'N-CREATE' | 'N-SET' | 'N-DELETE', instance: NormalizedInstance): void;
  /** N-ACTION and N-EVENT-REPORT of other classes; null = no such action. */
  onAction?(
    association: Association,
    request: IncomingRequest,
    attributes: JsonDataset,
  ): ResponseFields | null;
  /** At most that many instances are kept, the oldest go first (default 100,000). */
  readonly limit?: number;
}

const DEFAULT_LIMIT = 100_000;

/** Answers N-* requests. */
export class NormalizedProvider {
  readonly instances = new Map<string, NormalizedInstance>();
  readonly #options: NormalizedProviderOptions;

  constructor(options: NormalizedProviderOptions = {}) {
    this.#options = options;
  }

  onRequest(association: Association, request: IncomingRequest, dataset: Buffer | null): void {
    const attributes = readIdentifier(association, request, dataset);
    if (attributes === null) return;
    association.respond(request, this.#answer(association, request, attributes));
  }

  #answer(
    association: Association,
    request: IncomingRequest,
    attributes: JsonDataset,
  ): ResponseFields {
    switch (request.commandField) {
      case CommandField.N_CREATE_RQ:
        return this.#create(request, attributes);
      case CommandField.N_SET_RQ:
        return this.#set(request, attributes);
      case CommandField.N_GET_RQ:
        return this.#get(association, request);
      case CommandField.N_DELETE_RQ:
        return this.#delete(request);
      case CommandField.N_EVENT_REPORT_RQ:
        return (
          this.#options.onAction?.(association, request, attributes) ?? { status: Status.SUCCESS }
        );
      default:
        return (
          this.#options.onAction?.(association, request, attributes) ?? {
            status: Status.NO_SUCH_ACTION,
          }
        );
    }
  }

  #create(request: IncomingRequest, attributes: JsonDataset): ResponseFields {
    const sopClass = request.sopClass();
    const sopInstance =
      request.sopInstance() || `2.25.${BigInt(`0x${randomBytes(15).toString('hex')}`)}`;
    if (this.instances.has(sopInstance)) return { status: Status.DUPLICATE_SOP_INSTANCE };
    const instance = { sopClass, sopInstance, attributes };
    this.instances.set(sopInstance, instance);
    const oldest = this.instances.keys().next();
    if (this.instances.size > (this.#options.limit ?? DEFAULT_LIMIT) && oldest.done !== true) {
      this.instances.delete(oldest.value);
    }
    this.#options.onChange?.('N-CREATE', instance);
    return { status: Status.SUCCESS, sopInstance };
  }

  #set(request: IncomingRequest, attributes: JsonDataset): ResponseFields {
    const instance = this.instances.get(request.sopInstance());
    if (instance === undefined) return { status: Status.NO_SUCH_SOP_INSTANCE };
    if (hasEnded(instance.attributes)) {
      const errorComment = 'performed procedure step may no longer be updated';
      return { status: Status.PROCESSING_FAILURE, errorComment };
    }
    instance.attributes = { ...instance.attributes, ...attributes };
    this.#options.onChange?.('N-SET', instance);
    return { status: Status.SUCCESS };
  }

  #get(association: Association, request: IncomingRequest): ResponseFields {
    const instance = this.instances.get(request.sopInstance());
    if (instance === undefined) return { status: Status.NO_SUCH_SOP_INSTANCE };
    const { command } = request;
    const tags = readTags(command, 0, command.length, Element.ATTRIBUTE_IDENTIFIER_LIST);
    const wanted = tags.map((tag) => keywordOf(tag));
    const all = Object.entries(instance.attributes);
    const found = wanted.length === 0 ? all : all.filter(([keyword]) => wanted.includes(keyword));
    const syntax = syntaxOf(association, request);
    return { status: Status.SUCCESS, dataset: encodeRecord(Object.fromEntries(found), syntax) };
  }

  #delete(request: IncomingRequest): ResponseFields {
    const instance = this.instances.get(request.sopInstance());
    if (instance === undefined) return { status: Status.NO_SUCH_SOP_INSTANCE };
    this.instances.delete(instance.sopInstance);
    this.#options.onChange?.('N-DELETE', instance);
    return { status: Status.SUCCESS };
  }
}
