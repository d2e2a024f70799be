// Requests and the answers to them, joined by message ID: what was asked, when, and what came of it.
import { readText, readUint16 } from '../../dicom/dimse/command.ts';
import { CommandField, Element, RESPONSE_BIT } from '../../dicom/dimse/elements.ts';
import { serviceName } from '../../dicom/dimse/services.ts';
import { isPending } from '../../dicom/dimse/status.ts';
import { roundMs, type RecordedOperation } from '../format.ts';
import { identifierFacts, instanceFacts } from './dataset-facts.ts';
import type { Disguise } from './disguise.ts';
import type { PassedMessage } from './messages.ts';

/** Operations of one association that are written; later ones are counted. */
const MOST_OPERATIONS = 100_000;

type Writable<T> = { -readonly [K in keyof T]: T[K] };

interface Asked {
  readonly operation: Writable<RecordedOperation>;
  readonly lastAt: number;
}

/** What was agreed for a presentation context. */
export interface AgreedContext {
  readonly sopClass: string;
  readonly transferSyntax: string;
}

export class Operations {
  readonly list: RecordedOperation[] = [];
  more = 0;
  readonly #startedAt: number;
  readonly #disguise: Disguise;
  readonly #contextOf: (id: number) => AgreedContext;
  /** Requests of either side that wait for their answer, by message ID. */
  readonly #waiting = { requestor: new Map<number, Asked>(), acceptor: new Map<number, Asked>() };

  constructor(startedAt: number, disguise: Disguise, contextOf: (id: number) => AgreedContext) {
    this.#startedAt = startedAt;
    this.#disguise = disguise;
    this.#contextOf = contextOf;
  }

  /** A message from one side has passed. */
  onMessage(from: 'requestor' | 'acceptor', message: PassedMessage): void {
    const other = from === 'requestor' ? 'acceptor' : 'requestor';
    if (message.commandField === CommandField.C_CANCEL_RQ) {
      const asked = this.#waiting[from].get(message.respondedTo);
      if (asked !== undefined) asked.operation.cancelled = true;
    } else if ((message.commandField & RESPONSE_BIT) === 0) this.#onRequest(from, message);
    else this.#onResponse(this.#waiting[other], message);
  }

  /** A message was under way when the connection ended. */
  onUnfinished(from: 'requestor' | 'acceptor', message: PassedMessage): void {
    if ((message.commandField & RESPONSE_BIT) !== 0) return;
    this.#onRequest(from, message);
    const asked = this.#waiting[from].get(message.messageId);
    if (asked !== undefined) asked.operation.unfinished = true;
  }

  #onRequest(by: 'requestor' | 'acceptor', message: PassedMessage): void {
    if (this.list.length >= MOST_OPERATIONS) {
      this.more += 1;
      return;
    }
    const { sopClass, transferSyntax } = this.#contextOf(message.contextId);
    const operation: Writable<RecordedOperation> = {
      at: roundMs(message.firstAt - this.#startedAt),
      service: serviceName(message.commandField),
      by,
      sopClass,
      transferSyntax,
      bytes: message.datasetBytes,
      sending: roundMs(message.lastAt - message.firstAt),
      waiting: null,
      status: null,
      ...this.#factsOf(message, transferSyntax),
    };
    this.list.push(operation);
    this.#waiting[by].set(message.messageId, { operation, lastAt: message.lastAt });
  }

  #factsOf(message: PassedMessage, transferSyntax: string): Partial<RecordedOperation> {
    const { command, head, commandField } = message;
    const text = (element: number) => readText(command, 0, command.length, element);
    const instance = this.#disguise.of(
      text(Element.AFFECTED_SOP_INSTANCE) || text(Element.REQUESTED_SOP_INSTANCE),
    );
    const facts = instance === undefined ? {} : { instance };
    switch (commandField) {
      case CommandField.C_STORE_RQ:
        return { ...facts, ...instanceFacts(head, transferSyntax, this.#disguise) };
      case CommandField.C_FIND_RQ:
      case CommandField.C_GET_RQ:
        return identifierFacts(head, transferSyntax, this.#disguise);
      case CommandField.C_MOVE_RQ: {
        const destination = text(Element.MOVE_DESTINATION).slice(0, 16);
        return { ...identifierFacts(head, transferSyntax, this.#disguise), destination };
      }
      default:
        return facts;
    }
  }

  #onResponse(waiting: Map<number, Asked>, message: PassedMessage): void {
    const asked = waiting.get(message.respondedTo);
    if (asked === undefined) return;
    const { operation } = asked;
    const { status, command } = message;
    if (isPending(status)) {
      operation.matches = (operation.matches ?? 0) + 1;
      return;
    }
    waiting.delete(message.respondedTo);
    operation.status = status < 0 ? null : status;
    operation.waiting = roundMs(message.firstAt - asked.lastAt);
    const count = (element: number) => Math.max(0, readUint16(command, 0, command.length, element));
    if (readUint16(command, 0, command.length, Element.COMPLETED) >= 0) {
      operation.subOperations = [
        count(Element.COMPLETED),
        count(Element.FAILED),
        count(Element.WARNING),
      ];
    }
  }
}
