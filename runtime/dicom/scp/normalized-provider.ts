// Normalized SOP instances as acceptor (PS3.7 §10): created, changed, read, deleted; performed
// procedure steps by their rules (PS3.4 F.7.2).
import { randomBytes } from 'node:crypto';
import { keywordOf } from '../element/dictionary.ts';
import type { JsonDataset } from '../element/json.ts';
import { readTags } from '../dimse/command.ts';
import { CommandField, Element } from '../dimse/elements.ts';
import type { IncomingRequest, ResponseFields } from '../dimse/incoming.ts';
import { Status } from '../dimse/status.ts';
import { SopClass } from '../dimse/uids.ts';
import type { Association } from '../ul/association.ts';
import { encodeRecord, readIdentifier, syntaxOf } from './identifier.ts';
import { changeRefused, creationRefused } from './procedure-step-rules.ts';

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
  private readonly options: NormalizedProviderOptions;

  constructor(options: NormalizedProviderOptions = {}) {
    this.options = options;
  }

  onRequest(association: Association, request: IncomingRequest, dataset: Buffer | null): void {
    const attributes = readIdentifier(association, request, dataset);
    if (attributes === null) return;
    association.respond(request, this.answer(association, request, attributes));
  }

  private answer(
    association: Association,
    request: IncomingRequest,
    attributes: JsonDataset,
  ): ResponseFields {
    switch (request.commandField) {
      case CommandField.N_CREATE_RQ:
        return this.create(request, attributes);
      case CommandField.N_SET_RQ:
        return this.set(request, attributes);
      case CommandField.N_GET_RQ:
        return this.get(association, request);
      case CommandField.N_DELETE_RQ:
        return this.delete(request);
      case CommandField.N_EVENT_REPORT_RQ:
        return (
          this.options.onAction?.(association, request, attributes) ?? { status: Status.SUCCESS }
        );
      default:
        return (
          this.options.onAction?.(association, request, attributes) ?? {
            status: Status.NO_SUCH_ACTION,
          }
        );
    }
  }

  private create(request: IncomingRequest, attributes: JsonDataset): ResponseFields {
    const sopClass = request.sopClass();
    const sopInstance =
      request.sopInstance() || `2.25.${BigInt(`0x${randomBytes(15).toString('hex')}`)}`;
    if (this.instances.has(sopInstance)) return { status: Status.DUPLICATE_SOP_INSTANCE };
    const refused = sopClass === SopClass.MPPS ? creationRefused(attributes) : null;
    if (refused !== null) return refused;
    const instance = { sopClass, sopInstance, attributes };
    this.instances.set(sopInstance, instance);
    const oldest = this.instances.keys().next();
    if (this.instances.size > (this.options.limit ?? DEFAULT_LIMIT) && oldest.done !== true) {
      this.instances.delete(oldest.value);
    }
    this.options.onChange?.('N-CREATE', instance);
    return { status: Status.SUCCESS, sopInstance };
  }

  private set(request: IncomingRequest, attributes: JsonDataset): ResponseFields {
    const instance = this.instances.get(request.sopInstance());
    if (instance === undefined) return { status: Status.NO_SUCH_SOP_INSTANCE };
    const isStep = instance.sopClass === SopClass.MPPS;
    const refused = isStep ? changeRefused(instance.attributes, attributes) : null;
    if (refused !== null) return refused;
    instance.attributes = { ...instance.attributes, ...attributes };
    this.options.onChange?.('N-SET', instance);
    return { status: Status.SUCCESS };
  }

  private get(association: Association, request: IncomingRequest): ResponseFields {
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

  private delete(request: IncomingRequest): ResponseFields {
    const instance = this.instances.get(request.sopInstance());
    if (instance === undefined) return { status: Status.NO_SUCH_SOP_INSTANCE };
    this.instances.delete(instance.sopInstance);
    this.options.onChange?.('N-DELETE', instance);
    return { status: Status.SUCCESS };
  }
}
